// Which EC2 instances a call was about, of what type, and when they were launched. Wazuh's view turns lists of two and more into
// one JSON text and keeps launch times as epoch milliseconds; sentences need names and dates. Pure functions over a bare record.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// Every instance id, as `i-1, i-2, i-3`: those of the answer, else those of the request. From the 31st on they are counted only
// (`and 5 more`). Nothing when the call names none.
std::optional<std::string_view> Instances(JsonValue record, Arena& arena);

// The type of the instances launched or asked for; `unspecified` where RunInstances leaves it to a launch template.
std::optional<std::string_view> InstanceType(JsonValue record, Arena& arena);

// When the first instance was launched, as `2026-01-15T10:00:00Z`; the event's time where the answer doesn't say.
std::optional<std::string_view> LaunchTime(JsonValue record, Arena& arena);

}  // namespace trailsift
