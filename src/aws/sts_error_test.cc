#include "aws/sts_error.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

constexpr char kRole[] = "arn:aws:iam::111122223333:role/reader";
constexpr char kTrust[] =
    R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:user/collector"},"Action":"sts:AssumeRole"})";
constexpr char kPermission[] = R"({"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/reader"})";

S3Failure Failure(int status, const std::string& code, const std::string& message = "") {
  S3Failure failure;
  failure.status = status;
  failure.code = code;
  failure.message = message;
  return failure;
}

StsSubject Subject() {
  return {kRole, "the keys from profile \"x\"", "AWS STS (eu-west-1)", false, false, "", {"hunter2", "", "to/ken"}};
}

std::string Refusal(const std::string& user, const std::string& why = "") {
  return "User: " + user + " is not authorized to perform: sts:AssumeRole on resource: " + kRole + why;
}

TEST(StsError, Denied) {
  const std::string user = "arn:aws:iam::444455556666:user/collector";
  const std::string both = std::string("role ") + kRole + ": access denied by AWS STS (eu-west-1): " + user +
                           " (the keys from profile \"x\") may not assume it; the role's trust policy needs " + kTrust +
                           ", and a policy of the caller needs " + kPermission;
  const std::string only_permission = std::string("role ") + kRole + ": access denied by AWS STS (eu-west-1): " + user +
                                      " (the keys from profile \"x\") may not assume it; a policy of the caller needs " +
                                      kPermission;
  const std::string only_trust = std::string("role ") + kRole + ": access denied by AWS STS (eu-west-1): " + user +
                                 " (the keys from profile \"x\") may not assume it; the role's trust policy needs " + kTrust;
  const std::string nobody =
      std::string("role ") + kRole +
      ": access denied by AWS STS (eu-west-1): the keys from profile \"x\" may not assume it; the role's trust "
      R"(policy needs {"Effect":"Allow","Principal":{"AWS":"the ARN of the caller"},"Action":"sts:AssumeRole"})"
      ", and a policy of the caller needs " +
      kPermission;
  struct Case {
    std::string message;
    std::string said;
  };
  const Case cases[] = {
      {Refusal(user), both},
      {Refusal(user, " because no identity-based policy allows the sts:AssumeRole action"), only_permission},
      {Refusal(user, " because no resource-based policy allows the sts:AssumeRole action"), only_trust},
      {"", nobody},
      {"Access denied", nobody},
      {Refusal("somebody"), nobody},
      {Refusal("arn:aws:iam::1:user/\"}"), nobody},
  };
  for (const Case& c : cases) {
    const Status status = StsFailureStatus(Failure(403, "AccessDenied", c.message), Subject());
    EXPECT_EQ(status.code(), Code::kDenied) << c.message;
    EXPECT_EQ(status.message(), c.said) << c.message;
  }
}

TEST(StsError, DeniedInOtherWays) {
  struct Case {
    const char* name;
    std::string message;
    bool web_identity;
    bool external_id;
    const char* said;
  };
  const Case cases[] = {
      {"session", Refusal("arn:aws-cn:sts::444455556666:assumed-role/ec2/i-0a1b"), false, false,
       R"("Principal":{"AWS":"arn:aws-cn:iam::444455556666:role/ec2"})"},
      {"external id", Refusal("arn:aws:iam::444455556666:user/c"), false, true,
       R"("Condition":{"StringEquals":{"sts:ExternalId":"the external_id of the configuration"}}})"},
      {"explicit", Refusal("arn:aws:iam::444455556666:user/c", " with an explicit deny in a service control policy"), false, false,
       "a policy denies it: User: arn:aws:iam::444455556666:user/c is not"},
      {"web identity", "Not authorized to perform sts:AssumeRoleWithWebIdentity", true, false,
       R"({"Federated":"the ARN of the token's identity provider"},"Action":"sts:AssumeRoleWithWebIdentity"})"},
  };
  for (const Case& c : cases) {
    StsSubject subject = Subject();
    subject.web_identity = c.web_identity;
    subject.external_id = c.external_id;
    const Status status = StsFailureStatus(Failure(403, "AccessDenied", c.message), subject);
    EXPECT_EQ(status.code(), Code::kDenied) << c.name;
    EXPECT_NE(status.message().find(c.said), std::string::npos) << c.name << ": " << status.message();
    EXPECT_EQ(status.message().find("a policy of the caller") == std::string::npos,
              c.web_identity || std::string(c.name) == "explicit")
        << c.name;
  }
}

// The two policies of AssumeRole are fine here, so nothing may be said of them.
TEST(StsError, DeniedByALimit) {
  struct Case {
    const char* silent;
    bool web_identity;
    const char* said;
  };
  const Case cases[] = {
      {"VPC endpoint policy", false,
       R"(; the policy of the VPC endpoint through which STS is asked needs {"Effect":"Allow","Principal":)"
       R"({"AWS":"arn:aws:iam::444455556666:user/c"},"Action":"sts:AssumeRole",)"
       R"("Resource":"arn:aws:iam::111122223333:role/reader"})"},
      {"VPC endpoint policy", true,
       R"(needs {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity","Resource":)"},
      {"permissions boundary", false,
       R"(; the caller's permissions boundary needs {"Effect":"Allow","Action":"sts:AssumeRole",)"
       R"("Resource":"arn:aws:iam::111122223333:role/reader"})"},
      {"session policy", false,
       R"(; the policy with which the caller's session was made needs {"Effect":"Allow","Action":"sts:AssumeRole",)"
       R"("Resource":"arn:aws:iam::111122223333:role/reader"}; whoever makes the session sets it)"},
      {"service control policy", false,
       "; no service control policy of the caller's organization allows sts:AssumeRole there; who administers the organization "
       "must "
       "allow it"},
      {"resource control policy", true,
       "; no resource control policy of the role's organization allows sts:AssumeRoleWithWebIdentity; who administers"},
  };
  for (const Case& c : cases) {
    StsSubject subject = Subject();
    subject.web_identity = c.web_identity;
    const std::string why = std::string(" because no ") + c.silent + " allows the sts:AssumeRole action";
    const Status status = StsFailureStatus(Failure(403, "AccessDenied", Refusal("arn:aws:iam::444455556666:user/c", why)), subject);
    EXPECT_EQ(status.code(), Code::kDenied) << c.silent;
    EXPECT_NE(status.message().find(c.said), std::string::npos) << c.silent << ": " << status.message();
    for (const char* other : {"trust policy", "a policy of the caller"})
      EXPECT_EQ(status.message().find(other), std::string::npos) << c.silent << ": " << status.message();
  }
  // Near miss: the role's own policy is silent, in the words of today.
  const Status trust = StsFailureStatus(
      Failure(403, "AccessDenied",
              Refusal("arn:aws:iam::444455556666:user/c", " because no role trust policy allows the sts:AssumeRole action")),
      Subject());
  EXPECT_NE(trust.message().find("the role's trust policy needs"), std::string::npos) << trust.message();
  EXPECT_EQ(trust.message().find("a policy of the caller"), std::string::npos) << trust.message();
}

TEST(StsError, DurationsNameTheirSetting) {
  struct Case {
    const char* setting;
    const char* message;
    const char* said;
  };
  const char kTooLong[] = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
  const Case cases[] = {
      {"<iam_role_duration>", kTooLong, "; lower <iam_role_duration>, or raise the role's maximum"},
      {"duration_seconds of AWS profile \"x\"", kTooLong,
       "; lower duration_seconds of AWS profile \"x\", or raise the role's maximum"},
      {"<iam_role_duration>", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
       "role chaining.; lower <iam_role_duration> to 3600"},
  };
  for (const Case& c : cases) {
    StsSubject subject = Subject();
    subject.duration_setting = c.setting;
    const std::string message = StsFailureStatus(Failure(400, "ValidationError", c.message), subject).message();
    ASSERT_GE(message.size(), std::string(c.said).size());
    EXPECT_EQ(message.substr(message.size() - std::string(c.said).size()), c.said);
  }
}

TEST(StsError, OtherFailures) {
  struct Case {
    int status;
    const char* code;
    const char* message;
    Code kind;
    const char* said;
  };
  const Case cases[] = {
      {403, "ExpiredToken", "hunter2", Code::kAuth, "refused the keys from profile \"x\": ExpiredToken: the session has expired"},
      {403, "InvalidClientTokenId", "hunter2", Code::kAuth, "the access key is not known there"},
      {403, "SignatureDoesNotMatch", "x-amz-security-token:to/ken", Code::kAuth,
       "the secret key does not belong to the access key"},
      {403, "RegionDisabledException", "", Code::kAuth, "STS is not active there"},
      {400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", Code::kAuth,
       "answered HTTP 400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.; lower "
       "<iam_role_duration>"},
      {400, "ValidationError", "a\r\nb hunter2 and to/ken", Code::kAuth, "ValidationError: a  b ... and ..."},
      {404, "", "", Code::kAuth, "answered HTTP 404"},
      {302, "", "", Code::kUnavailable, "answered HTTP 302"},
      {400, "Throttling", "Rate exceeded", Code::kUnavailable, "answered HTTP 400 Throttling: Rate exceeded"},
      {503, "", "", Code::kUnavailable, "answered HTTP 503"},
  };
  for (const Case& c : cases) {
    const Status status = StsFailureStatus(Failure(c.status, c.code, c.message), Subject());
    EXPECT_EQ(status.code(), c.kind) << c.code;
    EXPECT_NE(status.message().find(c.said), std::string::npos) << status.message();
    EXPECT_NE(status.message().find(kRole), std::string::npos) << status.message();
    EXPECT_EQ(status.message().find("hunter2"), std::string::npos) << status.message();
    EXPECT_EQ(status.message().find("to/ken"), std::string::npos) << status.message();
  }
}

TEST(StsError, Remedies) {
  struct Case {
    int status;
    const char* code;
    std::optional<Millis> server;
    StsRemedy remedy;
  };
  const Millis now = 100 * kHour;
  const Case cases[] = {
      {400, "Throttling", std::nullopt, StsRemedy::kBackOff},
      {400, "IDPCommunicationError", std::nullopt, StsRemedy::kBackOff},
      {500, "InternalFailure", std::nullopt, StsRemedy::kBackOff},
      {503, "", std::nullopt, StsRemedy::kBackOff},
      {403, "AccessDenied", now + kHour, StsRemedy::kNone},
      {400, "ValidationError", std::nullopt, StsRemedy::kNone},
      {403, "ExpiredToken", now, StsRemedy::kNone},
      {403, "SignatureDoesNotMatch", now + kHour, StsRemedy::kFixClock},
      {403, "SignatureDoesNotMatch", now - 6 * kMinute, StsRemedy::kFixClock},
      {403, "SignatureDoesNotMatch", now + kMinute, StsRemedy::kNone},
      {403, "SignatureDoesNotMatch", std::nullopt, StsRemedy::kNone},
      {403, "RequestTimeTooSkewed", now - kHour, StsRemedy::kFixClock},
  };
  for (const Case& c : cases) {
    S3Failure failure = Failure(c.status, c.code);
    failure.server_time = c.server;
    failure.region = "eu-west-1";  // of a header that means nothing here
    EXPECT_EQ(StsRemedyFor(failure, now), c.remedy) << c.status << ' ' << c.code;
  }
}

TEST(StsError, ArnsThatAreSent) {
  EXPECT_TRUE(IsIamArn(kRole));
  EXPECT_TRUE(IsIamArn("arn:aws-us-gov:iam::111122223333:role/path/to/a_role+x=1,2.3@b-c"));
  for (const char* text : {"", "reader", "arn:aws", "arn::iam::1:role/r", "arn:aws:iam::1:role/\"", "arn:aws:iam::1:role/a b",
                           "arn:aws:iam::1:role/\n"})
    EXPECT_FALSE(IsIamArn(text)) << text;
}

}  // namespace
}  // namespace trailsift
