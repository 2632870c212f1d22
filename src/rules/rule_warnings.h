// What loads and yet can't do what its author meant: rules that no event reaches, rules that another takes every event from, composites
// that can't fire, rules without effect. For `rules check`; a warning says which rule is in the way and where it stands.
//
// Only what is certain is said. Patterns are compared where they are the same text, or where one of them names whole values
// (`^CreateUser$|^DeleteUser$`) that can be put to the other.
#pragma once

#include "base/diagnostic.h"
#include "rules/rule_set.h"

namespace trailsift {

void WarnOfRules(const RuleSet& rules, Diagnostics& diagnostics);

}  // namespace trailsift
