// Whether <discard_regex> leaves a record out (shared facts 1.7): a string at its field matches, or a string of a list there.
#pragma once

#include <vector>

#include "base/json.h"
#include "config/discard_regex.h"

namespace trailsift {

bool IsDiscarded(JsonValue record, const std::vector<DiscardRegex>& patterns);

}  // namespace trailsift
