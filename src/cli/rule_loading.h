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
RuleSources ChosenRules(const std::vector<std::string>& choice, const std::vector<std::string>& list_folders = {},
                        const SigmaSources& sigma = {});

// `choice`: empty = the default ruleset, `none`, or files and folders instead of it. Lists come from `list_folders`, then from the folders
// `lists` beside the chosen rules, then from the program.
std::shared_ptr<const RuleSet> LoadRules(const std::vector<std::string>& choice, const std::vector<std::string>& list_folders,
                                         const SigmaSources& sigma, Diagnostics& diagnostics);

// Where no folders of lists are named: the folders `lists` in those of the rules and beside them.
void AddListFolders(RuleSources& sources);

// The default ruleset (or <trailsift><rules>) and what <ruleset> includes. Wazuh's own `ruleset/rules` is left out: the default ruleset
// stands in for it. Lists come from the files of <ruleset><list>, then from the folder `lists` beside each configuration file, then from
// the program. A declared list that can't be read is an error. Sigma rules are those of <trailsift><sigma_rules>, then those of `sigma`.
std::shared_ptr<const RuleSet> LoadConfiguredRules(const Settings& settings, const std::vector<std::string>& config_files,
                                                   Diagnostics& diagnostics, const SigmaSources& sigma = {});

// `131 rules, 12 Sigma rules, 28 lists (roles_ci from /etc/trailsift/lists/trailsift/roles_ci)`: where lists of the user come from.
std::string DescribeRules(const RuleSet& rules);

// The files of the default ruleset: name below rules/, text.
const std::vector<std::pair<std::string, std::string>>& EmbeddedRules();

}  // namespace trailsift
