// What `rules show` says of one rule, as text for people. Pure functions over a loaded set, which they borrow for the call.
#pragma once

#include <string>

#include "rules/rule_set.h"

namespace trailsift {

// `definition`: the rule's text in its file (rules/definition.h); empty when it is not at hand.
std::string DescribeRule(const RuleSet& set, const Rule& rule, const std::string& definition);

// What the rule compiles to: its tests in order, what is settled when loading, and how its parents find it; for CloudTrail records and,
// where that differs, for other messages.
std::string DescribeCompiled(const RuleSet& set, const Rule& rule);

}  // namespace trailsift
