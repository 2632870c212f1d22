// `trailsift.also`: which other rules would have held for an event that raised an alert.
#pragma once

#include <string>
#include <vector>

#include "rules/rule.h"

namespace trailsift {

inline constexpr std::size_t kMaxAlso = 16;

// Ids of `results` (Matcher::MatchAll), in their order, without `winner` and the rules that it hangs below; at most kMaxAlso.
std::vector<std::string> AlsoHolding(const std::vector<const Rule*>& results, const Rule& winner);

}  // namespace trailsift
