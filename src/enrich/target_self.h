// Whether a call of IAM acts upon the caller: a user who makes a key for himself, a role session that widens its own role.
//
// IAM takes an absent userName for the caller's own (CreateAccessKey, CreateLoginProfile, ChangePassword and others). Where the call
// was denied CloudTrail drops the request, and only the resource in errorMessage still tells. Pure function over a bare record.
#pragma once

#include <optional>
#include <string_view>

#include "base/json.h"

namespace trailsift {

// `true` or `false`; nothing for other services, for calls about no user and no role, and where a denied call hides its target. A role
// session is never a user, but its own role is itself.
std::optional<std::string_view> TargetIsSelf(JsonValue record);

}  // namespace trailsift
