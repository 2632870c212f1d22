// The plain reading of the rules: every rule tested as it is written, nothing shared, folded or indexed. Slow; kept so that tests and a
// fuzzer can hold the compiled matcher to it. Answers as Matcher::Match and MatchAll do.
#pragma once

#include "detect/matcher.h"

namespace trailsift {

void MatchNaively(const RuleSet& rules, const Event& event, Millis moment, const EventOrigin& origin, MatchResult& result);
void MatchAllNaively(const RuleSet& rules, const Event& event, Millis moment, const EventOrigin& origin,
                     std::vector<const Rule*>& results);

}  // namespace trailsift
