// What an answer of S3 that is no success means: whether and how to try again, and what to tell the person who must act. Codes: Amazon S3
// API reference, "Error responses". Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "aws/s3_xml.h"
#include "base/status.h"
#include "base/time.h"
#include "net/http.h"

namespace trailsift {

// An answer with another status than 2xx, body and headers put together.
struct S3Failure {
  int status = 0;
  std::string code;  // empty where the body is no S3 error
  std::string message;
  std::string region;  // where the bucket is, as far as the answer says so
  std::optional<Millis> server_time;
};

S3Failure ReadFailure(const HttpResponse& response);

enum class S3Remedy {
  kNone,          // it stays as it is
  kBackOff,       // the server is busy or stumbled
  kFixClock,      // sign with the server's time
  kSwitchRegion,  // ask where `region` says
  kRenewKeys,     // the keys are no longer good; there may be new ones
};

// `region`: the one that the refused request was signed for.
S3Remedy RemedyFor(const S3Failure& failure, std::string_view region);

enum class S3Operation { kList, kGet, kPut, kDelete };

// What was asked for, for messages.
struct S3Subject {
  S3Operation operation = S3Operation::kGet;
  std::string bucket;
  std::string key;       // or the prefix of a listing
  std::string endpoint;  // of the user's; empty for AWS
  std::string region;
  std::string credentials;  // where they came from

  // `s3://bucket/key`
  std::string Name() const;
  // `s3:GetObject on arn:aws:s3:::bucket/key`
  std::string Permission() const;
};

// kNotFound, kDenied, kAuth or kUnavailable.
Status FailureStatus(const S3Failure& failure, const S3Subject& subject);

// ` (arn:aws:kms:…)`: the key of KMS that a server's message names; empty where it names none.
std::string KmsKeyIn(const std::string& message);

// A transport error: kCancelled, kCorrupt (too large), kUnavailable.
Status TransportStatus(const HttpResponse& response, const S3Subject& subject);

// `Tue, 24 Nov 2026 08:34:17 GMT` of the Date header (RFC 9110, IMF-fixdate).
std::optional<Millis> ParseHttpDate(std::string_view text);

}  // namespace trailsift
