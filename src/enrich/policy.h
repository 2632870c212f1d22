// What a policy that a record writes would allow, and to whom (enrich/policy_document.h tells which documents are read).
//
// Each answer is nothing where the record writes no policy that can be read, else it leans to the alarm: a NotPrincipal is everybody, a
// Deny makes nothing narrower, a condition counts only where it must hold. Pure functions over a bare record; each parses the document
// anew. Views borrow from `arena`.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"
#include "enrich/accounts.h"

namespace trailsift {

// `true`: the actions `*` or `iam:*` are allowed, or iam:PassRole on every role. `false` otherwise.
std::optional<std::string_view> PolicyIsAdmin(JsonValue record);

// `true`: everybody is allowed something; `conditional`: everybody who meets a condition on account, organisation, network or source
// that names them (`*` and 0.0.0.0/0 name nobody); `false` otherwise.
std::optional<std::string_view> PolicyIsPublic(JsonValue record);

// The accounts that are allowed something and are not one's own: those of principals, and those that the condition of a statement for
// everybody or for a service names. `444455556666, 777788889999`; a bucket's policy may name a canonical user id instead; nothing when there is none. And of these the ones that are no vendor's.
std::optional<std::string_view> PolicyForeignAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena);
std::optional<std::string_view> PolicyUnknownAccounts(JsonValue record, const KnownAccounts& accounts, Arena& arena);

// `true` when each statement that lets strangers in asks for sts:ExternalId, `false` when one does not; nothing when none lets them in.
std::optional<std::string_view> PolicyAsksExternalId(JsonValue record, const KnownAccounts& accounts);

// `true` when an OpenID Connect provider is trusted without a condition on `:sub` (Cognito: on `:aud`), or with a wildcard in it;
// `false` when each such condition is exact; nothing when no such provider is trusted.
std::optional<std::string_view> PolicyHasWildcardSubject(JsonValue record);

}  // namespace trailsift
