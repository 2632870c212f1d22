#include "aws/s3_error.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

HttpResponse Answer(int status, const std::string& code, const std::string& message = "", const std::string& more = "") {
  HttpResponse response;
  response.status = status;
  if (!code.empty()) response.body = "<Error><Code>" + code + "</Code><Message>" + message + "</Message>" + more + "</Error>";
  return response;
}

S3Subject Subject(S3Operation operation) {
  return {operation, "trail", operation == S3Operation::kList ? "AWSLogs/" : "AWSLogs/k", "", "eu-west-1", "the environment"};
}

TEST(S3Error, Remedies) {
  struct Case {
    HttpResponse answer;
    S3Remedy remedy;
  };
  HttpResponse moved = Answer(301, "PermanentRedirect");
  moved.headers = {{"x-amz-bucket-region", "eu-central-1"}};
  HttpResponse same = Answer(403, "AccessDenied");
  same.headers = {{"x-amz-bucket-region", "eu-west-1"}};
  HttpResponse evil = Answer(301, "PermanentRedirect");
  evil.headers = {{"x-amz-bucket-region", "evil.example.com/"}};
  HttpResponse skewed = Answer(403, "RequestTimeTooSkewed");
  skewed.headers = {{"date", "Tue, 24 Nov 2026 08:34:17 GMT"}};
  const Case cases[] = {
      {Answer(503, "SlowDown"), S3Remedy::kBackOff},
      {Answer(503, ""), S3Remedy::kBackOff},
      {Answer(500, "InternalError"), S3Remedy::kBackOff},
      {Answer(502, ""), S3Remedy::kBackOff},
      {Answer(429, ""), S3Remedy::kBackOff},
      {Answer(400, "RequestTimeout"), S3Remedy::kBackOff},
      {Answer(400, "ThrottlingException"), S3Remedy::kBackOff},
      {Answer(501, "NotImplemented"), S3Remedy::kNone},
      {Answer(400, "InvalidArgument"), S3Remedy::kNone},
      {Answer(404, "NoSuchKey"), S3Remedy::kNone},
      {Answer(403, "AccessDenied"), S3Remedy::kNone},
      {same, S3Remedy::kNone},
      {skewed, S3Remedy::kFixClock},
      {Answer(403, "RequestTimeTooSkewed", "", "<ServerTime>2026-11-24T08:34:17Z</ServerTime>"), S3Remedy::kFixClock},
      {Answer(403, "RequestTimeTooSkewed"), S3Remedy::kNone},
      {moved, S3Remedy::kSwitchRegion},
      {evil, S3Remedy::kNone},
      {Answer(301, "PermanentRedirect", "", "<Endpoint>trail.s3.eu-central-1.amazonaws.com</Endpoint>"), S3Remedy::kSwitchRegion},
      {Answer(301, "PermanentRedirect", "", "<Endpoint>trail.s3.eu-west-1.amazonaws.com</Endpoint>"), S3Remedy::kNone},
      {Answer(400, "AuthorizationHeaderMalformed", "", "<Region>us-east-2</Region>"), S3Remedy::kSwitchRegion},
      {Answer(400, "ExpiredToken"), S3Remedy::kRenewKeys},
      {Answer(403, "InvalidAccessKeyId"), S3Remedy::kRenewKeys},
      {Answer(403, "SignatureDoesNotMatch"), S3Remedy::kRenewKeys},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(RemedyFor(ReadFailure(c.answer), "eu-west-1"), c.remedy) << c.answer.status << ' ' << c.answer.body;
  }
}

TEST(S3Error, Messages) {
  struct Case {
    S3Operation operation;
    HttpResponse answer;
    Code code;
    const char* message;
  };
  const Case cases[] = {
      {S3Operation::kGet, Answer(404, "NoSuchKey"), Code::kNotFound, "s3://trail/AWSLogs/k: not there any more"},
      {S3Operation::kGet, Answer(404, ""), Code::kNotFound, "s3://trail/AWSLogs/k: not there any more"},
      {S3Operation::kGet, Answer(404, "NoSuchBucket"), Code::kUnavailable,
       "no bucket \"trail\" at AWS (eu-west-1); check its name"},
      {S3Operation::kList, Answer(404, "NoSuchBucket"), Code::kNotFound, "no bucket \"trail\" at AWS (eu-west-1); check its name"},
      {S3Operation::kList, Answer(403, "SignatureDoesNotMatch", "m"), Code::kAuth,
       "s3://trail/AWSLogs/: AWS (eu-west-1) refused the keys from the environment: SignatureDoesNotMatch: the secret key does not "
       "belong to "
       "the access key; correct it"},
      {S3Operation::kList, Answer(403, "InvalidAccessKeyId", "m"), Code::kAuth,
       "s3://trail/AWSLogs/: AWS (eu-west-1) refused the keys from the environment: InvalidAccessKeyId: the access key is not "
       "known there; "
       "correct it, or check that key and bucket are of one partition"},
      {S3Operation::kGet, Answer(400, "ExpiredToken", "m"), Code::kAuth,
       "s3://trail/AWSLogs/k: AWS (eu-west-1) refused the keys from the environment: ExpiredToken: the session token has expired "
       "or is not "
       "valid; get new keys"},
      {S3Operation::kList, Answer(403, "AccessDenied"), Code::kDenied,
       "s3://trail/AWSLogs/: access denied: the keys from the environment need s3:ListBucket on arn:aws:s3:::trail for the prefix "
       "\"AWSLogs/\""},
      {S3Operation::kGet, Answer(403, "AccessDenied"), Code::kDenied,
       "s3://trail/AWSLogs/k: access denied: the keys from the environment need s3:GetObject on arn:aws:s3:::trail/AWSLogs/k; "
       "without "
       "s3:ListBucket a missing object looks the same"},
      {S3Operation::kDelete, Answer(403, ""), Code::kDenied,
       "s3://trail/AWSLogs/k: access denied: the keys from the environment need s3:DeleteObject on arn:aws:s3:::trail/AWSLogs/k"},
      {S3Operation::kGet, Answer(403, "AccessDenied", "User: x is not authorized to perform: kms:Decrypt on the resource"),
       Code::kDenied,
       "s3://trail/AWSLogs/k: access denied by KMS (AccessDenied): the keys from the environment need kms:Decrypt on the KMS key "
       "that "
       "encrypts the objects"},
      {S3Operation::kGet,
       Answer(
           403, "AccessDenied",
           "User: arn:aws:iam::1:user/u is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:r:1:key/k because no"),
       Code::kDenied,
       "s3://trail/AWSLogs/k: access denied by KMS (AccessDenied): the keys from the environment need kms:Decrypt on the KMS key "
       "that encrypts the objects (arn:aws:kms:r:1:key/k)"},
      {S3Operation::kList, Answer(403, "AccessDenied", "with an explicit deny in a resource-based policy"), Code::kDenied,
       "s3://trail/AWSLogs/: access denied, a policy forbids it: with an explicit deny in a resource-based policy"},
      {S3Operation::kGet, Answer(400, "KMS.DisabledException", "m"), Code::kDenied,
       "s3://trail/AWSLogs/k: access denied by KMS (KMS.DisabledException): the keys from the environment need kms:Decrypt on the "
       "KMS key "
       "that encrypts the objects"},
      {S3Operation::kGet, Answer(403, "InvalidObjectState"), Code::kDenied,
       "s3://trail/AWSLogs/k: the object lies in an archive storage class; restore it first"},
      {S3Operation::kGet, Answer(503, "SlowDown", "Please reduce\n your rate"), Code::kUnavailable,
       "s3://trail/AWSLogs/k: AWS (eu-west-1) answered HTTP 503 SlowDown: Please reduce  your rate"},
      {S3Operation::kList, Answer(404, ""), Code::kUnavailable, "s3://trail/AWSLogs/: AWS (eu-west-1) answered HTTP 404"},
      {S3Operation::kList, Answer(301, "PermanentRedirect"), Code::kUnavailable,
       "s3://trail/AWSLogs/: AWS (eu-west-1) sends us elsewhere (HTTP 301 PermanentRedirect); set the bucket's region or its "
       "endpoint"},
      {S3Operation::kList, Answer(403, "RequestTimeTooSkewed"), Code::kAuth,
       "s3://trail/AWSLogs/: this machine's clock and that of AWS (eu-west-1) differ by more than 15 minutes; set the clock"},
  };
  for (const Case& c : cases) {
    const Status status = FailureStatus(ReadFailure(c.answer), Subject(c.operation));
    EXPECT_EQ(status.code(), c.code) << status.message();
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(S3Error, PartitionInTheArn) {
  S3Subject subject = Subject(S3Operation::kGet);
  subject.region = "cn-north-1";
  EXPECT_EQ(subject.Permission(), "s3:GetObject on arn:aws-cn:s3:::trail/AWSLogs/k");
  subject.region = "us-gov-east-1";
  EXPECT_EQ(subject.Permission(), "s3:GetObject on arn:aws-us-gov:s3:::trail/AWSLogs/k");
}

TEST(S3Error, HttpDates) {
  EXPECT_EQ(ParseHttpDate("Tue, 24 Nov 2026 08:34:17 GMT"), ParseIsoTime("2026-11-24T08:34:17Z"));
  EXPECT_EQ(ParseHttpDate("Sat, 01 Jan 2000 00:00:00 GMT"), ParseIsoTime("2000-01-01T00:00:00Z"));
  for (const char* text : {"", "Tue, 24 Nov 2026 08:34:17 UTC", "Tue, 24 Xxx 2026 08:34:17 GMT", "Tue, 24 anF 2026 08:34:17 GMT",
                           "Tue, 32 Nov 2026 08:34:17 GMT", "Tuesday, 24-Nov-26 08:34:17 GMT", "2026-11-24T08:34:17Z"}) {
    EXPECT_FALSE(ParseHttpDate(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace trailsift
