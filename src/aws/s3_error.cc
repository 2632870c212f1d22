#include "aws/s3_error.h"

#include <algorithm>

#include "aws/attempts.h"
#include "aws/s3_endpoint.h"

namespace trailsift {
namespace {

template <std::size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

constexpr std::string_view kBusy[] = {"SlowDown",
                                      "Throttling",
                                      "ThrottlingException",
                                      "ThrottledException",
                                      "RequestThrottled",
                                      "RequestTimeout",
                                      "InternalError",
                                      "ServiceUnavailable",
                                      "RequestLimitExceeded",
                                      "BandwidthLimitExceeded",
                                      "TooManyRequestsException",
                                      "RequestTimeoutException",
                                      "OperationAborted"};
constexpr std::string_view kStaleKeys[] = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"};
constexpr std::string_view kBadKeys[] = {
    "InvalidAccessKeyId",          "SignatureDoesNotMatch", "InvalidToken", "InvalidClientTokenId",
    "UnrecognizedClientException", "InvalidSecurity",       "NotSignedUp",  "AuthFailure"};

// A server's words, made fit for a line of ours.
std::string Quoted(std::string_view text) {
  constexpr std::size_t kMax = 200;
  std::string out;
  for (const char c : text.substr(0, kMax)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

bool MentionsKms(const S3Failure& failure) {
  const auto has = [](std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; };
  return failure.code.substr(0, 4) == "KMS." || has(failure.message, "kms:") || has(failure.message, "KMS") ||
         has(failure.message, ":kms");
}

std::string Action(S3Operation operation) {
  switch (operation) {
    case S3Operation::kList: return "s3:ListBucket";
    case S3Operation::kGet: return "s3:GetObject";
    case S3Operation::kPut: return "s3:PutObject";
    case S3Operation::kDelete: return "s3:DeleteObject";
  }
  return {};
}

std::string At(const S3Subject& subject) { return subject.endpoint.empty() ? "AWS (" + subject.region + ')' : subject.endpoint; }

Status KeysStatus(const S3Failure& failure, const S3Subject& subject) {
  std::string why;
  if (IsOneOf(failure.code, kStaleKeys) || failure.code == "InvalidToken") {
    why = "the session token has expired or is not valid; get new keys";
  } else if (failure.code == "SignatureDoesNotMatch") {
    why = "the secret key does not belong to the access key; correct it";
  } else {
    why = "the access key is not known there; correct it, or check that key and bucket are of one partition";
  }
  return {Code::kAuth,
          subject.Name() + ": " + At(subject) + " refused the keys from " + subject.credentials + ": " + failure.code + ": " + why};
}

Status DeniedStatus(const S3Failure& failure, const S3Subject& subject) {
  if (MentionsKms(failure)) {
    return {Code::kDenied, subject.Name() + ": access denied by KMS (" + (failure.code.empty() ? "HTTP 403" : failure.code) +
                               "): the keys from " + subject.credentials + " need " +
                               (subject.operation == S3Operation::kPut ? "kms:GenerateDataKey" : "kms:Decrypt") +
                               " on the KMS key that encrypts the objects" + KmsKeyIn(failure.message)};
  }
  // No statement that allows helps there; S3 says of which kind the policy is.
  if (failure.message.find("explicit deny") != std::string::npos)
    return {Code::kDenied, subject.Name() + ": access denied, a policy forbids it: " + Quoted(failure.message)};
  return {Code::kDenied,
          subject.Name() + ": access denied: the keys from " + subject.credentials + " need " + subject.Permission() +
              (subject.operation == S3Operation::kGet ? "; without s3:ListBucket a missing object looks the same" : "")};
}

}  // namespace

std::string KmsKeyIn(const std::string& message) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/_-";
  for (std::size_t at = message.find("arn:"); at != std::string::npos; at = message.find("arn:", at + 1)) {
    const std::size_t end = std::min(message.find_first_not_of(kAllowed, at), message.size());
    const std::string arn = message.substr(at, std::min<std::size_t>(end - at, 200));
    if (arn.find(":kms:") != std::string::npos) return " (" + arn + ')';
  }
  return {};
}

S3Failure ReadFailure(const HttpResponse& response) {
  S3Failure failure;
  failure.status = response.status;
  if (auto body = ParseS3Error(response.body); body.has_value()) {
    failure.code = std::move(body->code);
    failure.message = std::move(body->message);
    failure.server_time = body->server_time;
    failure.region = !body->region.empty() ? std::move(body->region) : RegionOfHost(body->endpoint);
  }
  if (const std::string_view region = response.Header("x-amz-bucket-region"); !region.empty()) failure.region = region;
  if (!IsRegionName(failure.region)) failure.region.clear();
  if (const auto date = ParseHttpDate(response.Header("date")); date.has_value()) failure.server_time = date;
  return failure;
}

S3Remedy RemedyFor(const S3Failure& failure, std::string_view region) {
  if (failure.code == "RequestTimeTooSkewed" && failure.server_time.has_value()) return S3Remedy::kFixClock;
  if (IsOneOf(failure.code, kBusy) || IsPassing(failure.status)) return S3Remedy::kBackOff;
  if (failure.status >= 300 && failure.status < 500 && !failure.region.empty() && failure.region != region)
    return S3Remedy::kSwitchRegion;
  if (IsOneOf(failure.code, kStaleKeys) || IsOneOf(failure.code, kBadKeys)) return S3Remedy::kRenewKeys;
  return S3Remedy::kNone;
}

std::string S3Subject::Name() const { return "s3://" + bucket + '/' + key; }

std::string S3Subject::Permission() const {
  const std::string arn = "arn:" + std::string(PartitionOf(region)) + ":s3:::" + bucket;
  if (operation != S3Operation::kList) return Action(operation) + " on " + arn + '/' + key;
  return Action(operation) + " on " + arn + (key.empty() ? "" : " for the prefix \"" + key + '"');
}

Status FailureStatus(const S3Failure& failure, const S3Subject& subject) {
  if (IsOneOf(failure.code, kStaleKeys) || IsOneOf(failure.code, kBadKeys)) return KeysStatus(failure, subject);
  if (failure.code == "NoSuchBucket") {
    // An object whose bucket is not there is not known to be gone.
    const Code code = subject.operation == S3Operation::kList ? Code::kNotFound : Code::kUnavailable;
    return {code, "no bucket \"" + subject.bucket + "\" at " + At(subject) + "; check its name"};
  }
  if (failure.status == 404 && subject.operation != S3Operation::kList && (failure.code.empty() || failure.code == "NoSuchKey")) {
    return {Code::kNotFound, subject.Name() + ": not there any more"};
  }
  if (failure.code == "InvalidObjectState") {
    return {Code::kDenied, subject.Name() + ": the object lies in an archive storage class; restore it first"};
  }
  if (failure.code == "RequestTimeTooSkewed") {
    return {Code::kAuth, subject.Name() + ": this machine's clock and that of " + At(subject) +
                             " differ by more than 15 minutes; set the clock"};
  }
  if (failure.code.substr(0, 4) == "KMS." || failure.status == 403 || failure.code == "AccessDenied")
    return DeniedStatus(failure, subject);
  std::string what = failure.code.empty() ? std::string() : ' ' + Quoted(failure.code);
  // Only words for which we have none of our own.
  if (!failure.message.empty()) what += ": " + Quoted(failure.message);
  if (failure.status >= 300 && failure.status < 400) {
    return {Code::kUnavailable, subject.Name() + ": " + At(subject) + " sends us elsewhere (HTTP " +
                                    std::to_string(failure.status) + what + "); set the bucket's region or its endpoint"};
  }
  return {Code::kUnavailable, subject.Name() + ": " + At(subject) + " answered HTTP " + std::to_string(failure.status) + what};
}

Status TransportStatus(const HttpResponse& response, const S3Subject& subject) {
  if (response.cancelled) return {Code::kCancelled, subject.Name() + ": cancelled"};
  if (response.too_large) return {Code::kCorrupt, subject.Name() + ": " + response.transport_error};
  return {Code::kUnavailable, subject.Name() + ": " + At(subject) + ": " + Quoted(response.transport_error)};
}

std::optional<Millis> ParseHttpDate(std::string_view text) {
  // "Tue, 24 Nov 2026 08:34:17 GMT"
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const std::string number = (month / 3 + 1 < 10 ? "0" : "") + std::to_string(month / 3 + 1);
  return ParseIsoTime(std::string(text.substr(12, 4)) + '-' + number + '-' + std::string(text.substr(5, 2)) + 'T' +
                      std::string(text.substr(17, 8)) + 'Z');
}

}  // namespace trailsift
