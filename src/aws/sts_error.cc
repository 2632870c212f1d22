#include "aws/sts_error.h"

#include <algorithm>
#include <cstdlib>

#include "aws/sts_endpoint.h"

namespace trailsift {
namespace {

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// STS takes signatures that are at most five minutes off.
constexpr Millis kSuspiciousSkew = 4 * kMinute;
constexpr std::string_view kSigned[] = {"SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired",
                                        "RequestInTheFuture",    "AuthFailure",          "InvalidSignatureException"};
constexpr std::string_view kExpired[] = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
constexpr std::string_view kUnknownKeys[] = {"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException",
                                             "IncompleteSignature",  "NotSignedUp",        "OptInRequired"};

// A server's words, made fit for a line of ours: without secrets that they repeat, without control bytes, short.
std::string Words(std::string_view text, const std::vector<std::string>& secrets) {
  constexpr std::size_t kMax = 300;
  std::string out(text);
  for (const std::string& secret : secrets) {
    if (secret.empty()) continue;
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at))
      out.replace(at, secret.size(), "...");
  }
  out.resize(std::min(out.size(), kMax));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

// STS names the caller: `User: arn:… is not authorized to perform: …`. Empty where it does not.
std::string CallerArn(std::string_view message) {
  const std::size_t begin = message.find("User: ");
  if (begin == std::string_view::npos) return {};
  message.remove_prefix(begin + 6);
  const std::string_view arn = message.substr(0, message.find(' '));
  return IsIamArn(arn) ? std::string(arn) : std::string();
}

// A session is not what a policy names, its role is.
std::string PrincipalOf(const std::string& caller) {
  const std::size_t session = caller.find(":assumed-role/");
  const std::size_t sts = caller.find(":sts::");
  if (session == std::string::npos || sts == std::string::npos || sts > session) return caller;
  std::string role = caller.substr(session + std::string_view(":assumed-role/").size());
  role.resize(std::min(role.find('/'), role.size()));
  std::string principal = caller.substr(0, sts);
  principal += ":iam::";
  principal += caller.substr(sts + 6, session - sts - 6);
  principal += ":role/";
  principal += role;
  return principal;
}

std::string TrustStatement(const StsSubject& subject, const std::string& caller) {
  std::string text(R"({"Effect":"Allow","Principal":)");
  if (subject.web_identity) {
    text += R"({"Federated":"the ARN of the token's identity provider"},"Action":"sts:AssumeRoleWithWebIdentity"})";
    return text;
  }
  text += R"({"AWS":")";
  text += caller.empty() ? "the ARN of the caller" : PrincipalOf(caller);
  text += R"("},"Action":"sts:AssumeRole")";
  if (subject.external_id) text += R"(,"Condition":{"StringEquals":{"sts:ExternalId":"the external_id of the configuration"}})";
  text += '}';
  return text;
}

std::string PermissionStatement(const StsSubject& subject) {
  std::string text(R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":")");
  text += subject.role_arn;
  text += "\"}";
  return text;
}

// The policies that limit what the two policies of AssumeRole allow. STS says `because no … allows the sts:AssumeRole action` (IAM user
// guide, "Troubleshoot access denied error messages"); then those two are fine. Empty where it names none of them.
std::string LimitAdvice(std::string_view message, const StsSubject& subject, const std::string& caller) {
  const std::string action = subject.web_identity ? "sts:AssumeRoleWithWebIdentity" : "sts:AssumeRole";
  if (Has(message, "no VPC endpoint policy")) {
    std::string text("; the policy of the VPC endpoint through which STS is asked needs {\"Effect\":\"Allow\",\"Principal\":");
    text += caller.empty() || subject.web_identity ? "\"*\"" : "{\"AWS\":\"" + PrincipalOf(caller) + "\"}";
    text += ",\"Action\":\"" + action + "\",\"Resource\":\"" + subject.role_arn + "\"}";
    return text;
  }
  if (Has(message, "no permissions boundary")) return "; the caller's permissions boundary needs " + PermissionStatement(subject);
  if (Has(message, "no session policy")) {
    return "; the policy with which the caller's session was made needs " + PermissionStatement(subject) +
           "; whoever makes the session sets it";
  }
  if (Has(message, "no service control policy")) {
    return "; no service control policy of the caller's organization allows " + action +
           " there; who administers the organization must allow it";
  }
  if (Has(message, "no resource control policy")) {
    return "; no resource control policy of the role's organization allows " + action +
           "; who administers the organization must allow it";
  }
  return {};
}

Status DeniedStatus(const S3Failure& failure, const StsSubject& subject) {
  const std::string caller = CallerArn(failure.message);
  std::string text = subject.Name();
  text += ": access denied by ";
  text += subject.place;
  text += ": ";
  text += caller.empty() ? subject.caller : caller + " (" + subject.caller + ')';
  text += " may not assume it";
  if (Has(failure.message, "explicit deny")) {
    text += "; a policy denies it: ";
    text += Words(failure.message, subject.secrets);
    return {Code::kDenied, text};
  }
  if (const std::string advice = LimitAdvice(failure.message, subject, caller); !advice.empty()) {
    return {Code::kDenied, text + advice};
  }
  // Where STS says which policy is silent, the other one is fine.
  const bool no_identity = Has(failure.message, "no identity-based policy");
  const bool no_trust = Has(failure.message, "no resource-based policy") || Has(failure.message, "trust policy");
  const bool permission = !subject.web_identity && (no_identity || !no_trust);
  if (no_trust || !no_identity || subject.web_identity) {
    text += "; the role's trust policy needs ";
    text += TrustStatement(subject, caller);
    if (permission) text += ", and";
  } else {
    text += ';';
  }
  if (permission) {
    text += " a policy of the caller needs ";
    text += PermissionStatement(subject);
  }
  return {Code::kDenied, text};
}

std::string DurationAdvice(const S3Failure& failure, const StsSubject& subject) {
  std::string text("; lower ");
  text += subject.duration_setting.empty() ? "<iam_role_duration>" : subject.duration_setting;
  // A role that is assumed with the keys of a role gives an hour, whatever its maximum is.
  if (Has(failure.message, "role chaining")) return text += " to 3600";
  return text += ", or raise the role's maximum";
}

// What to do about a code that needs no words of the server's; empty for others.
std::string Advice(const S3Failure& failure, const StsSubject& subject) {
  if (failure.code == "SignatureDoesNotMatch" || failure.code == "InvalidSignatureException") {
    return "the secret key does not belong to the access key, or this machine's clock is wrong; correct it";
  }
  if (IsOneOf(failure.code, kSigned)) return "this machine's clock is wrong; set it";
  if (IsOneOf(failure.code, kExpired)) {
    return subject.web_identity ? "the token has expired; whatever writes its file must renew it"
                                : "the session has expired; get new keys";
  }
  if (IsOneOf(failure.code, kUnknownKeys))
    return "the access key is not known there; correct it, or check that key and role are of one partition";
  if (failure.code == "InvalidIdentityToken") {
    return "the token is not accepted; check that the account knows its issuer as identity provider, and the audience";
  }
  if (failure.code == "RegionDisabledException") {
    return "STS is not active there for the account; activate the region, or set AWS_REGION or <sts_endpoint>";
  }
  return {};
}

}  // namespace

bool IsIamArn(std::string_view text) {
  return text.size() <= 2048 && !PartitionOfArn(text).empty() && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("+=,.@_/:-").find(c) != std::string_view::npos;
         });
}

StsRemedy StsRemedyFor(S3Failure failure, Millis signed_at) {
  failure.region.clear();
  if (IsOneOf(failure.code, kSigned) && failure.server_time.has_value() &&
      std::abs(*failure.server_time - signed_at) > kSuspiciousSkew) {
    return StsRemedy::kFixClock;
  }
  if (failure.code == "IDPCommunicationError" || RemedyFor(failure, "") == S3Remedy::kBackOff) return StsRemedy::kBackOff;
  return StsRemedy::kNone;
}

Status StsFailureStatus(const S3Failure& failure, const StsSubject& subject) {
  if (failure.code == "AccessDenied" || failure.code == "AccessDeniedException" ||
      (failure.code.empty() && failure.status == 403)) {
    return DeniedStatus(failure, subject);
  }
  std::string text = subject.Name();
  text += ": ";
  text += subject.place;
  if (const std::string advice = Advice(failure, subject); !advice.empty()) {
    text += " refused ";
    text += subject.caller;
    text += ": ";
    text += Words(failure.code, subject.secrets);
    text += ": ";
    text += advice;
    return {Code::kAuth, text};
  }
  text += " answered HTTP ";
  text += std::to_string(failure.status);
  if (!failure.code.empty()) text += ' ' + Words(failure.code, subject.secrets);
  // Only words for which we have none of our own.
  if (!failure.message.empty()) text += ": " + Words(failure.message, subject.secrets);
  if (Has(failure.message, "DurationSeconds")) text += DurationAdvice(failure, subject);
  const bool refused = failure.status >= 400 && failure.status < 500 && StsRemedyFor(failure, 0) == StsRemedy::kNone;
  return {refused ? Code::kAuth : Code::kUnavailable, text};
}

Status StsTransportStatus(const HttpResponse& response, const StsSubject& subject) {
  if (response.cancelled) return {Code::kCancelled, "cancelled"};
  std::string text = subject.Name();
  text += ": ";
  text += subject.place;
  text += ": ";
  text += Words(response.transport_error, subject.secrets);
  if (response.too_large) return {Code::kAuth, text};
  return {Code::kUnavailable, text};
}

}  // namespace trailsift
