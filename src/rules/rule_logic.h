// What follows from a rule's tests without any event: which test holds whenever another does, and which two can't hold together. Pure
// functions; they answer yes only where it is certain.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

// Whether `wanted` holds for every value for which `known` does. Of conditions on different values: no.
bool Implies(const Condition& known, const Condition& wanted);

// Whether no value satisfies both.
bool Excludes(const Condition& a, const Condition& b);

// Whether every event for which all tests of the rules in `known` hold passes all tests of `wanted`. What a composite counts is no test.
bool ImpliesAll(const std::vector<const Rule*>& known, const Rule& wanted);

// Two conditions, the first of `rule`, the second of a rule in `others`, that exclude each other; nullptrs where there are none.
std::pair<const Condition*, const Condition*> FindConflict(const Rule& rule, const std::vector<const Rule*>& others);

}  // namespace trailsift
