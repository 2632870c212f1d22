// Who did it: one name, a kind and an account out of the twelve shapes of `userIdentity`.
//
// Source: AWS CloudTrail user guide, "CloudTrail userIdentity element". Pure functions over a bare record; views borrow from the
// record or from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// A name that stays the same for a person, however often the keys change: the IAM user's name, `role/session`, the person behind an
// Identity Center role, `root of ACCOUNT`, the service that called. Never nothing for a CloudTrail record, nothing for any other
// JSON.
std::optional<std::string_view> ActorName(JsonValue record, Arena& arena);

// What lists of roles and users name: the role of a role session (Identity Center's too), the IAM user, `root`, the service; for a
// federated user the user whose keys asked. The actor's name for everybody else.
std::optional<std::string_view> ActorPrincipal(JsonValue record, Arena& arena);

// `true` when an AWS service acted, of its own accord or for somebody who had set it up; `false` for every other CloudTrail record.
std::optional<std::string_view> ActorIsService(JsonValue record);

// user, role, sso, root, service, federated, identity_center, webidentity, saml, directory, account, anonymous or unknown.
std::optional<std::string_view> ActorKind(JsonValue record);

// The account the actor belongs to; nothing for a service and an anonymous caller.
std::optional<std::string_view> ActorAccount(JsonValue record);

}  // namespace trailsift
