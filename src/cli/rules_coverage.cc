#include "cli/rules_coverage.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/exit_code.h"
#include "cli/rule_choice.h"
#include "cli/rule_coverage.h"
#include "cli/terminal.h"

namespace trailsift {
namespace {

struct Options {
  RuleChoice choice;
  std::string format = "table";
};

int ShowCoverage(const Options& options) {
  const std::shared_ptr<const RuleSet> set = LoadChoice(options.choice);
  if (set == nullptr) return kExitConfiguration;
  std::vector<const RuleInfo*> rules;
  for (const std::unique_ptr<Rule>& rule : set->rules()) rules.push_back(&rule->info);
  const std::string text =
      options.format == "navigator" ? NavigatorLayer(rules) : CoverageTable(rules, TerminalWidth(STDOUT_FILENO));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitOk;
}

}  // namespace

void AddRulesCoverage(CLI::App& rules, std::function<int()>& action) {
  CLI::App* command = rules.add_subcommand("coverage", "Show which techniques of MITRE ATT&CK the rules name");
  const auto options = std::make_shared<Options>();
  AddRuleChoice(*command, options->choice);
  command->add_option("-o,--output", options->format, "table: tactics and techniques; navigator: a layer for MITRE's Navigator")
      ->check(CLI::IsMember({"table", "navigator"}))
      ->capture_default_str();
  command->callback([options, &action] { action = [options] { return ShowCoverage(*options); }; });
}

}  // namespace trailsift
