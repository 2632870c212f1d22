#include "cli/rules_command.h"

#include <CLI/CLI.hpp>

#include "cli/rules_check.h"
#include "cli/rules_coverage.h"
#include "cli/rules_diff.h"
#include "cli/rules_list.h"
#include "cli/rules_show.h"
#include "cli/rules_test_command.h"

namespace trailsift {

void AddRulesCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* rules = app.add_subcommand("rules", "Look at rule files");
  rules->require_subcommand(1);
  AddRulesCheck(*rules, action);
  AddRulesTest(*rules, action);
  AddRulesList(*rules, action);
  AddRulesShow(*rules, action);
  AddRulesCoverage(*rules, action);
  AddRulesDiff(*rules, action);
}

}  // namespace trailsift
