// How a call ended, and texts that sentences need though a record may leave them out. Pure functions over a bare record.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// `ok`: no errorCode, and for a console sign-in no errorMessage either (a failed one has no code). `denied`: AccessDenied,
// UnauthorizedOperation, UnauthorizedAccess, Forbidden and codes that contain them. `error`: any other code. Nothing for JSON that
// is no CloudTrail record.
std::optional<std::string_view> Outcome(JsonValue record);

// What a console sign-in says of MFA: `Yes`, `No`, or `unknown` where it says nothing.
std::optional<std::string_view> MfaUsed(JsonValue record);

// The browser or program that called, cut after 256 bytes with an ellipsis (the caller writes it, and AWS keeps a kilobyte);
// `unknown` where the record lacks it.
std::optional<std::string_view> UserAgent(JsonValue record, Arena& arena);

// The VPC a call names, else `the default VPC`, which is what EC2 takes then.
std::optional<std::string_view> Vpc(JsonValue record);

// The Elastic IP a call names: its allocation id, else its address; `unspecified` where it names none.
std::optional<std::string_view> Allocation(JsonValue record);

}  // namespace trailsift
