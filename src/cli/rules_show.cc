#include "cli/rules_show.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/rule_choice.h"
#include "cli/rule_description.h"
#include "cli/rule_loading.h"
#include "rules/definition.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

struct Options {
  RuleChoice choice;
  int id = 0;
};

std::string DefinitionOf(const Rule& rule) {
  constexpr std::string_view kDefault = "default rules/";
  if (rule.place.file.starts_with(kDefault)) {
    for (const auto& [name, text] : EmbeddedRules())
      if (name == rule.place.file.substr(kDefault.size())) return DefinitionAt(text, rule.place.line, rule.place.column);
  }
  const Result<std::string> text = ReadTextFile(rule.place.file);
  return text.ok() ? DefinitionAt(*text, rule.place.line, rule.place.column) : std::string();
}

int ShowRule(const Options& options) {
  const std::shared_ptr<const RuleSet> set = LoadChoice(options.choice);
  if (set == nullptr) return kExitConfiguration;
  const Rule* rule = set->Find(options.id);
  if (rule == nullptr) {
    std::vector<std::string_view> ids;
    for (const std::unique_ptr<Rule>& known : set->rules()) ids.push_back(known->info.id);
    const std::string wanted = std::to_string(options.id);
    const std::string hint = DidYouMean(wanted, ids);
    std::fprintf(stderr, "trailsift rules show: no rule %s in this set%s\n", wanted.c_str(),
                 hint.empty() ? "; `trailsift rules list` lists them" : ("; " + hint).c_str());
    return kExitFindings;
  }
  const std::string text = DescribeRule(*set, *rule, DefinitionOf(*rule)) + DescribeCompiled(*set, *rule);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitOk;
}

}  // namespace

void AddRulesShow(CLI::App& rules, std::function<int()>& action) {
  CLI::App* command = rules.add_subcommand("show", "Show one rule: definition, place in the tree, what it compiles to");
  const auto options = std::make_shared<Options>();
  command->add_option("ID", options->id, "The rule's id")->required()->check(CLI::NonNegativeNumber);
  AddRuleChoice(*command, options->choice);
  command->callback([options, &action] { action = [options] { return ShowRule(*options); }; });
}

}  // namespace trailsift
