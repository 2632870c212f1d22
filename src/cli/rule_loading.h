// Which rules a command runs with: the default ruleset, which is part of the program, a folder in its place, or none; and behind it what
// ossec.conf's <ruleset> names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/settings.h"
#include "rules/rule_set.h"

namespace trailsift {

// What LoadRules loads.
RuleSources ChosenRules(const std::vector<std::string>& choice);

// `choice`: empty = the default ruleset, `none`, or files and folders instead of it.
std::shared_ptr<const RuleSet> LoadRules(const std::vector<std::string>& choice, Diagnostics& diagnostics);

// Where no folders of lists are named: the folders `lists` in those of the rules and beside them.
void AddListFolders(RuleSources& sources);

// The default ruleset (or <trailsift><rules>) and what <ruleset> includes. Wazuh's own `ruleset/rules` is left out: the default ruleset
// stands in for it.
std::shared_ptr<const RuleSet> LoadConfiguredRules(const Settings& settings, Diagnostics& diagnostics);

// The files of the default ruleset: name below rules/, text.
const std::vector<std::pair<std::string, std::string>>& EmbeddedRules();

}  // namespace trailsift
