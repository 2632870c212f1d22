// Whether <discard_regex> leaves a record out (shared facts 1.7): a string at its field matches, or a string of a list there.
#pragma once

#include <vector>

#include "base/json.h"
#include "config/discard_regex.h"
#include "event/event.h"

namespace trailsift {

bool IsDiscarded(JsonValue record, const std::vector<DiscardRegex>& patterns);
// The same of an event that may be a line of text, which a pattern without a field is about.
bool IsDiscarded(const Event& event, const std::vector<DiscardRegex>& patterns);

}  // namespace trailsift
