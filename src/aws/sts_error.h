// What an answer of STS that is no success means: whether to try again, and what to tell the person who must act, with the statement that
// a policy lacks. Codes: AWS Security Token Service API reference, "AssumeRole" and "Common errors". Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/s3_error.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

enum class StsRemedy {
  kNone,      // it stays as it is
  kBackOff,   // the server is busy or stumbled
  kFixClock,  // sign with the server's time
};

// `signed_at`: the time in the signature that was refused.
StsRemedy StsRemedyFor(S3Failure failure, Millis signed_at);

// What was asked for, for messages.
struct StsSubject {
  std::string role_arn;
  std::string caller;            // where the keys or the token that ask for the role came from
  std::string place;             // the endpoint of the user's, or `AWS STS (eu-west-1)`
  bool web_identity = false;     // asked with a token, not with keys
  bool external_id = false;      // one was sent
  std::string duration_setting;  // that asked for the session's length; empty: <iam_role_duration>
  // What no message may hold, should the server repeat it.
  std::vector<std::string> secrets;

  // `role arn:…`
  std::string Name() const { return "role " + role_arn; }
};

// kDenied, kAuth or kUnavailable.
Status StsFailureStatus(const S3Failure& failure, const StsSubject& subject);

// A transport error: kCancelled, kAuth (too large), kUnavailable.
Status StsTransportStatus(const HttpResponse& response, const StsSubject& subject);

// Of a form that IAM gives: only such a text is sent, and put into a statement.
bool IsIamArn(std::string_view text);

}  // namespace trailsift
