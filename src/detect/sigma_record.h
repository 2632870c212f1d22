// What Sigma rules see of an event: the bare CloudTrail record, and the derived fields `trailsift.*`. Pure functions; values live as long as the
// event and its arena.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "event/event.h"
#include "rules/sigma_rule.h"
#include "rules/sigma_value.h"

namespace trailsift {

// Nothing for an event that is none of CloudTrail's: the rules are not for it.
std::optional<JsonValue> SigmaRecord(const Event& event);

// `values` is overwritten.
void GetSigmaValues(const Event& event, JsonValue record, std::string_view field, SigmaValues& values);

// Whether a keyword stands in one of the record's values, or in its JSON text, which is built at the first need and kept in `text`.
bool SigmaKeywordHolds(const SigmaTest& test, JsonValue record, std::optional<SigmaValue>& text, Arena& arena);

}  // namespace trailsift
