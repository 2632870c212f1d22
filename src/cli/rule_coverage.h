// Which techniques of MITRE ATT&CK a set of rules names: as a table of tactics and techniques for people, and as a layer for MITRE's Navigator.
// Looks at what a rule says of itself (RuleInfo), so the language it is written in does not matter. Pure; borrows the rules for the call.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

// Both pass over rules of level 0, which raise nothing.

// A heading for each tactic, in the order of an attack, below it a line a technique: id, name, number of rules, and these with their levels, the
// highest first. `width`: of the terminal; lines are cut there; 0: never.
std::string CoverageTable(const std::vector<const RuleInfo*>& rules, std::size_t width);

// One layer as JSON, format 4.5 (mitre-attack/attack-navigator, layers/spec/v4.5/layerformat.md): the score of a technique is the number of its
// rules, its metadata name them. Ids that ATT&CK can't have (`T1078`, `T1078.004`) are left out.
std::string NavigatorLayer(const std::vector<const RuleInfo*>& rules);

}  // namespace trailsift
