// The rules that `rules list`, `rules show` and `rules coverage` look at: the default ruleset, files and folders, or what a configuration names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rules/rule_set.h"

namespace CLI {
class App;
}

namespace trailsift {

struct RuleChoice {
  std::vector<std::string> rules;   // --rules
  std::vector<std::string> lists;   // --lists
  std::vector<std::string> config;  // --config
};

// Adds the three options. `choice` outlives the command line.
void AddRuleChoice(CLI::App& command, RuleChoice& choice);

// nullptr when they have faults; those, and warnings, are written to stderr.
std::shared_ptr<const RuleSet> LoadChoice(const RuleChoice& choice);

}  // namespace trailsift
