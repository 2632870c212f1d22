#include "enrich/target_self.h"

#include <algorithm>

#include "enrich/record_text.h"

namespace trailsift {
namespace {

// Calls whose userName may be left out. Source: AWS IAM API reference, "If a user name is not specified, IAM determines the user name
// implicitly"; ChangePassword has none at all.
constexpr std::string_view kAboutTheCaller[] = {
    "ChangePassword",
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
    "ListAccessKeys",
    "CreateLoginProfile",
    "DeleteLoginProfile",
    "GetLoginProfile",
    "DeactivateMFADevice",
    "ListMFADevices",
    "GetUser",
    "UploadSigningCertificate",
    "UpdateSigningCertificate",
    "DeleteSigningCertificate",
    "ListSigningCertificates",
    "ListSSHPublicKeys",
    "UpdateServiceSpecificCredential",
    "ResetServiceSpecificCredential",
    "DeleteServiceSpecificCredential",
    "ListServiceSpecificCredentials",
};

// What a call names: one of both, or neither.
struct Named {
  std::string_view user;
  std::string_view role;
};

Named NamedByKind(std::string_view kind, std::string_view name) {
  if (kind == "user") return {name, {}};
  if (kind == "role") return {{}, name};
  return {};
}

// `… on resource: arn:aws:iam::111122223333:user/team/bob because …`, or `… on resource: user bob because …`.
Named FromErrorMessage(JsonValue record) {
  constexpr std::string_view kMark = "on resource: ";
  const std::string_view message = FindText(record, "errorMessage").value_or("");
  const std::size_t at = message.find(kMark);
  if (at == std::string_view::npos) return {};
  std::string_view rest = message.substr(at + kMark.size());
  const std::string_view word = rest.substr(0, rest.find(' '));
  if (const ArnView arn = ParseArn(word); arn.service == "iam")
    return NamedByKind(arn.resource.substr(0, arn.resource.find('/')), ArnName(arn));
  if (word.size() == rest.size()) return {};
  rest.remove_prefix(word.size() + 1);
  return NamedByKind(word, rest.substr(0, rest.find(' ')));
}

Named FindNamed(JsonValue record) {
  Named named;
  named.user = FilledText(record, "requestParameters.userName").value_or("");
  named.role = FilledText(record, "requestParameters.roleName").value_or("");
  return named.user.empty() && named.role.empty() ? FromErrorMessage(record) : named;
}

bool IsOwnUser(JsonValue record, std::string_view user) {
  return FindText(record, "userIdentity.type").value_or("") == "IAMUser" &&
         EqualsNoCase(FindText(record, "userIdentity.userName").value_or(""), user);
}

bool IsOwnRole(JsonValue record, std::string_view role) {
  return FindText(record, "userIdentity.type").value_or("") == "AssumedRole" &&
         EqualsNoCase(FindText(record, "userIdentity.sessionContext.sessionIssuer.userName").value_or(""), role);
}

// A call that names nobody: only a user and root have something of their own to act upon.
std::optional<bool> IsImplicitlySelf(JsonValue record) {
  const std::string_view call = FindText(record, "eventName").value_or("");
  if (std::find(std::begin(kAboutTheCaller), std::end(kAboutTheCaller), call) == std::end(kAboutTheCaller)) return std::nullopt;
  // Without its request a call that failed may have named anybody; only a password is always the caller's own.
  const auto request = FindJson(record, "requestParameters");
  const bool told = request && request->is_object();
  if (FilledText(record, "errorCode") && !told && call != "ChangePassword") return std::nullopt;
  const std::string_view type = FindText(record, "userIdentity.type").value_or("");
  return type == "IAMUser" || type == "Root";
}

}  // namespace

std::optional<std::string_view> TargetIsSelf(JsonValue record) {
  if (FindText(record, "eventSource").value_or("") != "iam.amazonaws.com") return std::nullopt;
  const Named named = FindNamed(record);
  std::optional<bool> self;
  if (!named.user.empty()) self = IsOwnUser(record, named.user);
  else if (!named.role.empty()) self = IsOwnRole(record, named.role);
  else self = IsImplicitlySelf(record);
  if (!self) return std::nullopt;
  return *self ? "true" : "false";
}

}  // namespace trailsift
