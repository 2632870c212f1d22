// The plain reading of Sigma rules: every rule tested as it is written, nothing shared or indexed. Slow; kept so that tests and a fuzzer can hold
// SigmaMatcher to it. Answers as SigmaMatcher::Match does.
#pragma once

#include <vector>

#include "event/event.h"
#include "rules/sigma_rules.h"

namespace trailsift {

void MatchSigmaNaively(const SigmaRules& rules, const Event& event, std::vector<const SigmaRule*>& matches);

}  // namespace trailsift
