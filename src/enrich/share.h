// Whom a call shares a snapshot, an image, a database snapshot, a document of Systems Manager, or a bucket or object (by ACL or by
// replication) with.
//
// Accounts are numbers; in ACLs of S3 they are canonical user ids, and the ACL's owner is one's own. Pure functions over a bare record;
// views borrow from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "enrich/accounts.h"

namespace trailsift {

// `true`: with everybody (for an ACL also with everybody who has an AWS account); `false`: with somebody, or by an ACL that names nobody;
// nothing when the call shares nothing.
std::optional<std::string_view> ShareIsPublic(JsonValue record);

// The accounts that are not one's own, `444455556666, 777788889999`; nothing when there is none. And of these the ones that are no
// vendor's.
std::optional<std::string_view> ShareForeignAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena);
std::optional<std::string_view> ShareUnknownAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena);

}  // namespace trailsift
