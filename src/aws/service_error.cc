#include "aws/service_error.h"

#include <algorithm>
#include <cstdlib>

#include "base/json.h"

namespace trailsift {
namespace {

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

// Services take signatures that are at most five minutes off.
constexpr Millis kSuspiciousSkew = 4 * kMinute;
constexpr std::string_view kSigned[] = {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed",
                                        "RequestExpired",        "RequestInTheFuture",        "SignatureExpired"};
constexpr std::string_view kNotThere[] = {"ResourceNotFoundException", "QueueDoesNotExist",
                                          "AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueue"};
constexpr std::string_view kRefused[] = {"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation"};
// Amazon SQS API reference, "ReceiveMessage", errors; the second as its query protocol has it.
constexpr std::string_view kKmsRefused[] = {"KmsAccessDenied", "KMS.AccessDeniedException"};
constexpr std::string_view kKmsBusy[] = {"KmsThrottled", "KMS.ThrottlingException"};
constexpr std::string_view kKeys[] = {"ExpiredToken",
                                      "ExpiredTokenException",
                                      "TokenRefreshRequired",
                                      "InvalidAccessKeyId",
                                      "UnrecognizedClientException",
                                      "InvalidClientTokenId",
                                      "InvalidSecurity",
                                      "IncompleteSignature",
                                      "MissingAuthenticationToken",
                                      "AuthFailure",
                                      "OptInRequired",
                                      "NotSignedUp"};

// A server's words, made fit for a line of ours.
std::string Quoted(std::string_view text) {
  constexpr std::size_t kMax = 300;
  std::string out(text.substr(0, kMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

// `com.amazonaws.sqs#QueueDoesNotExist:http://…` → `QueueDoesNotExist`
std::string BareCode(std::string_view code) {
  if (const std::size_t hash = code.rfind('#'); hash != std::string_view::npos) code.remove_prefix(hash + 1);
  return std::string(code.substr(0, code.find(':')));
}

std::string Start(const ServiceSubject& subject) { return subject.name + ": " + subject.place; }

}  // namespace

S3Failure ReadServiceFailure(const HttpResponse& response) {
  S3Failure failure = ReadFailure(response);
  failure.region.clear();
  if (const std::optional<JsonDocument> body = JsonDocument::Parse(response.body)) {
    for (const char* name : {"__type", "code", "Code"})
      if (const auto code = FindText(body->root(), name); code && failure.code.empty()) failure.code = BareCode(*code);
    for (const char* name : {"message", "Message"})
      if (const auto message = FindText(body->root(), name); message && failure.message.empty()) failure.message = *message;
  }
  if (const std::string_view type = response.Header("x-amzn-errortype"); !type.empty()) failure.code = BareCode(type);
  return failure;
}

ServiceRemedy ServiceRemedyFor(const S3Failure& failure, Millis signed_at) {
  if (IsOneOf(failure.code, kSigned) && failure.server_time.has_value() &&
      std::abs(*failure.server_time - signed_at) > kSuspiciousSkew) {
    return ServiceRemedy::kFixClock;
  }
  if (IsOneOf(failure.code, kKmsBusy)) return ServiceRemedy::kBackOff;
  switch (RemedyFor(failure, "")) {
    case S3Remedy::kBackOff: return ServiceRemedy::kBackOff;
    case S3Remedy::kRenewKeys: return ServiceRemedy::kRenewKeys;
    default: break;
  }
  return IsOneOf(failure.code, kKeys) || IsOneOf(failure.code, kSigned) ? ServiceRemedy::kRenewKeys : ServiceRemedy::kNone;
}

Status ServiceFailureStatus(const S3Failure& failure, const ServiceSubject& subject) {
  std::string text = Start(subject);
  if (IsOneOf(failure.code, kSigned) || IsOneOf(failure.code, kKeys)) {
    text += " refused the keys from ";
    text += subject.credentials;
    text += ": ";
    text += Quoted(failure.code);
    text += IsOneOf(failure.code, kSigned) ? ": the secret key does not belong to the access key, or this machine's clock is wrong"
                                           : ": they have expired or are not known there; get new ones";
    return {Code::kAuth, text};
  }
  if (IsOneOf(failure.code, kKmsRefused)) {
    text += ": access denied by KMS: the keys from ";
    text += subject.credentials;
    text += " need kms:Decrypt on the KMS key that encrypts it" + KmsKeyIn(failure.message);
    return {Code::kDenied, text};
  }
  if (IsOneOf(failure.code, kRefused) || (failure.status == 403 && failure.code.empty())) {
    text += ": access denied: the keys from ";
    text += subject.credentials;
    text += " need ";
    text += subject.permission;
    if (failure.message.find("explicit deny") != std::string::npos) text += "; a policy denies it: " + Quoted(failure.message);
    return {Code::kDenied, text};
  }
  if (IsOneOf(failure.code, kNotThere)) {
    text += ": not there; check its name, region and account";
    return {Code::kNotFound, text};
  }
  text += " answered HTTP ";
  text += std::to_string(failure.status);
  if (!failure.code.empty()) text += ' ' + Quoted(failure.code);
  // Only words for which we have none of our own.
  if (!failure.message.empty()) text += ": " + Quoted(failure.message);
  const bool refused = failure.status >= 400 && failure.status < 500 && ServiceRemedyFor(failure, 0) == ServiceRemedy::kNone;
  return {refused ? Code::kInvalid : Code::kUnavailable, text};
}

Status ServiceTransportStatus(const HttpResponse& response, const ServiceSubject& subject) {
  if (response.cancelled) return {Code::kCancelled, subject.name + ": cancelled"};
  std::string text = Start(subject);
  text += ": ";
  text += Quoted(response.transport_error);
  if (response.too_large) return {Code::kCorrupt, text};
  return {Code::kUnavailable, text};
}

}  // namespace trailsift
