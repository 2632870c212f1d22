// What a call acted upon: the user, role, group, bucket, instance … by name, and the account it lives in.
//
// The name stands in the request; where a call was denied CloudTrail drops the request of IAM, RDS, SSM and others, and only the
// text of errorMessage still tells it (`… on resource: arn:aws:iam::111122223333:user/bob because …`, `… on resource: user bob
// because …`).
// Pure functions over a bare record; views borrow from the record or from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// Nothing when the record names no one thing.
std::optional<std::string_view> TargetName(JsonValue record, Arena& arena);

// The account in the target's ARN, else the resource's owner, else the account that received the record. Nothing without a target.
std::optional<std::string_view> TargetAccount(JsonValue record, Arena& arena);

}  // namespace trailsift
