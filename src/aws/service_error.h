// What an answer of a service that speaks JSON means when it is no success (Amazon SQS, CloudTrail, CloudWatch Logs, Inspector): whether to
// try again, and what to tell the person who must act. Form: Smithy, "AWS JSON 1.0 protocol" and "AWS REST JSON 1.0 protocol", operation
// error serialization; codes: the common errors of each service's API reference. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "aws/s3_error.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

// The code without namespace (`com.amazonaws.sqs#`) and without the address behind a colon; `region` stays empty.
S3Failure ReadServiceFailure(const HttpResponse& response);

enum class ServiceRemedy {
  kNone,       // it stays as it is
  kBackOff,    // the server is busy or stumbled
  kFixClock,   // sign with the server's time
  kRenewKeys,  // the keys are no longer good; there may be new ones
};

// `signed_at`: the time in the signature that was refused.
ServiceRemedy ServiceRemedyFor(const S3Failure& failure, Millis signed_at);

// What was asked for, for messages.
struct ServiceSubject {
  std::string name;         // `queue trail`
  std::string permission;   // `sqs:ReceiveMessage on arn:aws:sqs:*:*:trail`
  std::string place;        // the endpoint of the user's, or `AWS sqs (eu-west-1)`
  std::string credentials;  // where they came from
};

// kNotFound (what was named is not there), kDenied, kAuth, kInvalid (refused for another reason) or kUnavailable.
Status ServiceFailureStatus(const S3Failure& failure, const ServiceSubject& subject);
// A transport error: kCancelled, kCorrupt (too large), kUnavailable.
Status ServiceTransportStatus(const HttpResponse& response, const ServiceSubject& subject);

}  // namespace trailsift
