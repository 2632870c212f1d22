// Who did it: one name, a kind and an account out of the twelve shapes of `userIdentity`.
//
// Source: AWS CloudTrail user guide, "CloudTrail userIdentity element". Pure functions over a bare record; views borrow from the
// record or from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "event/json.h"

namespace trailsift {

// A name that stays the same for a person, however often the keys change: the IAM user's name, `role/session`, the person behind an
// Identity Center role, `root of ACCOUNT`, the service that called. Never nothing for a CloudTrail record, nothing for any other
// JSON.
std::optional<std::string_view> ActorName(JsonValue record, Arena& arena);

// user, role, sso, root, service, federated, identity_center, webidentity, saml, directory, account, anonymous or unknown.
std::optional<std::string_view> ActorKind(JsonValue record);

// The account the actor belongs to; nothing for a service and an anonymous caller.
std::optional<std::string_view> ActorAccount(JsonValue record);

}  // namespace trailsift
