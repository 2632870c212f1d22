// The condition of a Sigma rule: search identifiers, `not`, `and`, `or`, parentheses, `1 of …` and `all of …` with `them` or a pattern.
// Binds from the strongest: of, not, and, or. Source: SigmaHQ sigma-specification 2.1, sigma-rules-specification.md. Pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "rules/sigma_rule.h"

namespace trailsift {

// The condition over the searches; with `used` (as many as searches) telling which of them it names. kInvalid with what is wrong and, behind
// a newline, what to do about it.
Result<SigmaCondition> ParseSigmaCondition(std::string_view text, const std::vector<SigmaSearch>& searches,
                                           std::vector<bool>& used);

}  // namespace trailsift
