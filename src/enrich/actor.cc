#include "enrich/actor.h"

#include "enrich/record_text.h"

namespace trailsift {
namespace {

enum class Kind {
  kUser,
  kRole,
  kSso,
  kRoot,
  kService,
  kFederated,
  kIdentityCenter,
  kWebIdentity,
  kSaml,
  kDirectory,
  kAccount,
  kAnonymous,
  kUnknown,
};

constexpr std::string_view kKindNames[] = {
    "user",        "role", "sso",       "root",    "service",   "federated", "identity_center",
    "webidentity", "saml", "directory", "account", "anonymous", "unknown"};

constexpr std::string_view kSsoRolePrefix = "AWSReservedSSO_";
constexpr std::string_view kSsoRolePath = "role/aws-reserved/sso.amazonaws.com/";

// The two names of `assumed-role/ROLE/SESSION`.
struct RoleSession {
  std::string_view role;
  std::string_view session;
};

std::string_view AfterLast(std::string_view text, char mark) {
  const std::size_t at = text.rfind(mark);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
}

RoleSession ReadRoleSession(JsonValue identity) {
  RoleSession found;
  std::string_view resource = ParseArn(FindText(identity, "arn").value_or("")).resource;
  constexpr std::string_view kAssumedRole = "assumed-role/";
  if (resource.starts_with(kAssumedRole)) {
    resource.remove_prefix(kAssumedRole.size());
    found.role = resource.substr(0, resource.find('/'));
    found.session = AfterLast(resource, '/');
  }
  if (const auto role = FilledText(identity, "sessionContext.sessionIssuer.userName")) found.role = *role;
  if (found.session.empty()) found.session = AfterLast(FindText(identity, "principalId").value_or(""), ':');
  return found;
}

// Identity Center's roles stand under a path that only AWS may write; a name alone can be given by anybody, so it counts only where
// the record does not tell the path.
bool IsSsoRole(JsonValue identity, std::string_view role) {
  if (!role.starts_with(kSsoRolePrefix)) return false;
  const auto issuer = FilledText(identity, "sessionContext.sessionIssuer.arn");
  return !issuer || ParseArn(*issuer).resource.starts_with(kSsoRolePath);
}

bool IsAssumedRoleArn(JsonValue identity) {
  return ParseArn(FindText(identity, "arn").value_or("")).resource.starts_with("assumed-role/");
}

Kind KindOfRole(JsonValue identity) { return IsSsoRole(identity, ReadRoleSession(identity).role) ? Kind::kSso : Kind::kRole; }

bool IsAnonymous(JsonValue identity) {
  const std::string_view account = FindText(identity, "accountId").value_or("");
  return EqualsNoCase(account, "ANONYMOUS_PRINCIPAL") || EqualsNoCase(account, "anonymous");
}

Kind KindWithoutType(JsonValue record, JsonValue identity) {
  if (FilledText(identity, "invokedBy") || FindText(record, "eventType").value_or("") == "AwsServiceEvent") return Kind::kService;
  if (FilledText(identity, "onBehalfOf.userId")) return Kind::kIdentityCenter;
  return Kind::kUnknown;
}

Kind KindOf(JsonValue record, JsonValue identity) {
  const std::string_view type = FindText(identity, "type").value_or("");
  if (type == "IAMUser") return Kind::kUser;
  if (type == "AssumedRole" || type == "Role") return KindOfRole(identity);
  if (type == "Root") return Kind::kRoot;
  if (type == "AWSService") return Kind::kService;
  if (type == "FederatedUser") return Kind::kFederated;
  if (type == "IdentityCenterUser") return Kind::kIdentityCenter;
  if (type == "WebIdentityUser") return Kind::kWebIdentity;
  if (type == "SAMLUser") return Kind::kSaml;
  if (type == "Directory") return Kind::kDirectory;
  if (type == "AWSAccount") return IsAnonymous(identity) ? Kind::kAnonymous : Kind::kAccount;
  // Some services write `Unknown` beside the ARN of a role session.
  if (IsAssumedRoleArn(identity)) return KindOfRole(identity);
  return KindWithoutType(record, identity);
}

std::string_view Join(std::string_view a, std::string_view b, Arena& arena) {
  char* place = arena.Allocate(a.size() + b.size());
  a.copy(place, a.size());
  b.copy(place + a.size(), b.size());
  return {place, a.size() + b.size()};
}

std::optional<std::string_view> RoleName(const RoleSession& names, Arena& arena) {
  if (names.role.empty()) return names.session.empty() ? std::nullopt : std::optional(names.session);
  if (names.session.empty()) return names.role;
  return Join(Join(names.role, "/", arena), names.session, arena);
}

std::optional<std::string_view> NameInArn(JsonValue identity) {
  const std::string_view name = ArnName(ParseArn(FindText(identity, "arn").value_or("")));
  return name.empty() ? std::nullopt : std::optional(name);
}

// The name by kind; nothing where the record lacks what the kind promises.
std::optional<std::string_view> NameByKind(Kind kind, JsonValue record, JsonValue identity, Arena& arena) {
  switch (kind) {
    case Kind::kSso: {
      const RoleSession names = ReadRoleSession(identity);
      return names.session.empty() ? RoleName(names, arena) : std::optional(names.session);
    }
    case Kind::kRole: return RoleName(ReadRoleSession(identity), arena);
    case Kind::kRoot: {
      auto account = FilledText(identity, "accountId");
      if (!account) account = FilledText(record, "recipientAccountId");
      return account ? Join("root of ", *account, arena) : "root";
    }
    case Kind::kService: return FilledText(identity, "invokedBy");
    case Kind::kFederated: {
      // The name in the ARN is the one that was asked for with GetFederationToken; the issuer is the user whose keys asked.
      const auto name = NameInArn(identity);
      return name ? name : FilledText(identity, "sessionContext.sessionIssuer.userName");
    }
    case Kind::kIdentityCenter: return FirstFilledText(identity, {"onBehalfOf.userId", "userName"});
    case Kind::kAccount: {
      const auto account = FilledText(identity, "accountId");
      return account ? std::optional(Join("account ", *account, arena)) : std::nullopt;
    }
    case Kind::kAnonymous: return "anonymous";
    case Kind::kUser:
    case Kind::kWebIdentity:
    case Kind::kSaml:
    case Kind::kDirectory:
    case Kind::kUnknown: break;
  }
  return FilledText(identity, "userName");
}

bool IsCloudTrail(JsonValue record) {
  return FindJson(record, "userIdentity") || FindText(record, "eventSource") || FindText(record, "eventType");
}

// The identity, or the record itself where there is none: none of the identity's names stands at the top of a record.
JsonValue IdentityOf(JsonValue record) {
  const auto identity = FindJson(record, "userIdentity");
  return identity && identity->is_object() ? *identity : record;
}

}  // namespace

std::optional<std::string_view> ActorName(JsonValue record, Arena& arena) {
  if (!IsCloudTrail(record)) return std::nullopt;
  const JsonValue identity = IdentityOf(record);
  if (const auto name = NameByKind(KindOf(record, identity), record, identity, arena)) return name;
  if (const auto name = FirstFilledText(identity, {"userName", "onBehalfOf.userId", "sessionContext.sessionIssuer.userName"}))
    return name;
  if (const auto name = NameInArn(identity)) return name;
  if (const auto name = FirstFilledText(identity, {"principalId", "invokedBy", "credentialId", "accessKeyId", "accountId"}))
    return name;
  return FirstFilledText(record, {"eventSource", "insightDetails.eventSource"}).value_or("unknown");
}

std::optional<std::string_view> ActorPrincipal(JsonValue record, Arena& arena) {
  if (!IsCloudTrail(record)) return std::nullopt;
  const JsonValue identity = IdentityOf(record);
  switch (KindOf(record, identity)) {
    case Kind::kRole:
    case Kind::kSso: {
      const std::string_view role = ReadRoleSession(identity).role;
      if (!role.empty()) return role;
      break;
    }
    case Kind::kFederated:
      if (const auto issuer = FilledText(identity, "sessionContext.sessionIssuer.userName")) return issuer;
      break;
    case Kind::kRoot: return "root";
    default: break;
  }
  return ActorName(record, arena);
}

std::optional<std::string_view> ActorIsService(JsonValue record) {
  if (!IsCloudTrail(record)) return std::nullopt;
  const JsonValue identity = IdentityOf(record);
  const bool service = FindText(identity, "type").value_or("") == "AWSService" ||
                       FindText(identity, "invokedBy").value_or("").ends_with("amazonaws.com");
  return service ? "true" : "false";
}

std::optional<std::string_view> ActorKind(JsonValue record) {
  if (!IsCloudTrail(record)) return std::nullopt;
  return kKindNames[static_cast<std::size_t>(KindOf(record, IdentityOf(record)))];
}

std::optional<std::string_view> ActorAccount(JsonValue record) {
  const auto identity = FindJson(record, "userIdentity");
  if (!identity || IsAnonymous(*identity)) return std::nullopt;
  if (const auto account = FilledText(*identity, "accountId")) return account;
  const std::string_view account = ParseArn(FindText(*identity, "arn").value_or("")).account;
  return account.empty() ? FilledText(*identity, "sessionContext.sessionIssuer.accountId") : std::optional(account);
}

}  // namespace trailsift
