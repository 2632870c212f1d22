#include "cli/rule_choice.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/diagnostic.h"
#include "cli/rule_loading.h"
#include "config/ossec_conf.h"

namespace trailsift {
namespace {

std::shared_ptr<const RuleSet> Load(const RuleChoice& choice, Diagnostics& diagnostics) {
  if (choice.config.empty()) {
    RuleSources sources = ChosenRules(choice.rules);
    sources.list_folders.insert(sources.list_folders.begin(), choice.lists.begin(), choice.lists.end());
    return RuleSet::Load(sources, diagnostics);
  }
  const std::optional<Settings> settings = LoadSettings(choice.config, diagnostics);
  return settings ? LoadConfiguredRules(*settings, choice.config, diagnostics) : nullptr;
}

}  // namespace

void AddRuleChoice(CLI::App& command, RuleChoice& choice) {
  CLI::Option* rules = command
                           .add_option("--rules", choice.rules,
                                       "Rule files, or folders of them (*.xml by name), instead of the default ruleset; may repeat")
                           ->allow_extra_args(false)
                           ->take_all();
  CLI::Option* lists = command.add_option("--lists", choice.lists, "Folders of the lists that rules name; may repeat")
                           ->allow_extra_args(false)
                           ->take_all();
  command.add_option("--config", choice.config, "The rules that these configuration files name, as `run` loads them; may repeat")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->take_all()
      ->excludes(rules)
      ->excludes(lists);
}

std::shared_ptr<const RuleSet> LoadChoice(const RuleChoice& choice) {
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> rules = Load(choice, diagnostics);
  for (const Diagnostic& item : diagnostics.items())
    if (item.severity != Severity::kNote) std::fprintf(stderr, "%s\n", item.ToString().c_str());
  return rules;
}

}  // namespace trailsift
