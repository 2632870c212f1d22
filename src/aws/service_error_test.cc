#include "aws/service_error.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

HttpResponse Answer(int status, const std::string& code, const std::string& message) {
  HttpResponse response;
  response.status = status;
  response.body = code.empty() ? "" : R"({"__type":")" + code + R"(","message":")" + message + "\"}";
  return response;
}

TEST(ServiceError, Messages) {
  const ServiceSubject subject{"queue trail", "sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:*:trail", "AWS sqs (eu-west-1)", "p"};
  struct Case {
    int status;
    const char* code;
    const char* message;
    Code is;
    const char* text;
  };
  const Case kCases[] = {
      {403, "AccessDenied", "m", Code::kDenied,
       ": access denied: the keys from p need sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:*:trail"},
      {400, "com.amazon.coral.service#AccessDeniedException", "not authorized with an explicit deny in a policy", Code::kDenied,
       ": access denied: the keys from p need sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:*:trail; a policy denies it: not "
       "authorized with an explicit deny in a policy"},
      {403, "", "", Code::kDenied, ": access denied: the keys from p need sqs:ReceiveMessage on arn:aws:sqs:eu-west-1:*:trail"},
      {400, "com.amazonaws.sqs#KmsAccessDenied", "User: u is not authorized to use arn:aws:kms:eu-west-1:1:key/k here",
       Code::kDenied,
       ": access denied by KMS: the keys from p need kms:Decrypt on the KMS key that encrypts it (arn:aws:kms:eu-west-1:1:key/k)"},
      {400, "com.amazonaws.sqs#KmsAccessDenied", "m", Code::kDenied,
       ": access denied by KMS: the keys from p need kms:Decrypt on the KMS key that encrypts it"},
      {400, "com.amazonaws.sqs#KmsDisabled", "m", Code::kInvalid, " answered HTTP 400 KmsDisabled: m"},
      {400, "com.amazonaws.sqs#QueueDoesNotExist:http://x", "m", Code::kNotFound,
       ": not there; check its name, region and account"},
      {403, "SignatureDoesNotMatch", "m", Code::kAuth,
       " refused the keys from p: SignatureDoesNotMatch: the secret key does not belong to the access key, or this machine's clock "
       "is wrong"},
      {403, "InvalidClientTokenId", "m", Code::kAuth,
       " refused the keys from p: InvalidClientTokenId: they have expired or are not known there; get new ones"},
      {400, "InvalidParameterValue", "m", Code::kInvalid, " answered HTTP 400 InvalidParameterValue: m"},
      {503, "ServiceUnavailable", "m", Code::kUnavailable, " answered HTTP 503 ServiceUnavailable: m"},
  };
  for (const Case& c : kCases) {
    const Status status = ServiceFailureStatus(ReadServiceFailure(Answer(c.status, c.code, c.message)), subject);
    EXPECT_EQ(status.code(), c.is) << c.code;
    EXPECT_EQ(status.message(), std::string("queue trail: AWS sqs (eu-west-1)") + c.text);
  }
}

TEST(ServiceError, Remedies) {
  struct Case {
    int status;
    const char* code;
    ServiceRemedy is;
  };
  const Case kCases[] = {
      {400, "com.amazonaws.sqs#KmsThrottled", ServiceRemedy::kBackOff},
      {400, "KMS.ThrottlingException", ServiceRemedy::kBackOff},
      {400, "com.amazonaws.sqs#KmsAccessDenied", ServiceRemedy::kNone},
      {400, "ThrottlingException", ServiceRemedy::kBackOff},
      {500, "", ServiceRemedy::kBackOff},
      {403, "ExpiredToken", ServiceRemedy::kRenewKeys},
      {400, "UnrecognizedClientException", ServiceRemedy::kRenewKeys},
      {403, "AccessDenied", ServiceRemedy::kNone},
  };
  for (const Case& c : kCases) EXPECT_EQ(ServiceRemedyFor(ReadServiceFailure(Answer(c.status, c.code, "m")), 0), c.is) << c.code;
}

}  // namespace
}  // namespace trailsift
