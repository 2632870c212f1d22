#include "enrich/actor.h"

#include <gtest/gtest.h>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

struct ActorCase {
  const char* what;
  const char* record;
  const char* name;  // nullptr: nothing
  const char* kind;
  const char* account;
};

std::string Text(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }
std::string Text(const char* value) { return value ? value : "(nothing)"; }

const ActorCase kActors[] = {
    {"IAM user",
     R"({"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops/alice","accountId":"111122223333","userName":"alice"}})",
     "alice", "user", "111122223333"},
    {"IAM user without a name",
     R"({"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops/alice","userName":""}})", "alice", "user",
     "111122223333"},
    {"IAM user with nothing but a principal", R"({"userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE"}})", "AIDAEXAMPLE",
     "user", nullptr},
    {"IAM user through the console stays a user",
     R"({"userIdentity":{"type":"IAMUser","userName":"alice","accountId":"111122223333","invokedBy":"AWS Internal"}})", "alice",
     "user", "111122223333"},
    {"failed sign-in: no arn, an empty key",
     R"({"eventName":"ConsoleLogin","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","accountId":"111122223333","accessKeyId":"","userName":"alice"}})",
     "alice", "user", "111122223333"},
    {"failed sign-in of a user who doesn't exist",
     R"({"userIdentity":{"type":"IAMUser","accountId":"111122223333","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}})",
     "HIDDEN_DUE_TO_SECURITY_REASONS", "user", "111122223333"},
    {"role session",
     R"({"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:build-17","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-17","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/ci/deploy","userName":"deploy"}}}})",
     "deploy/build-17", "role", "111122223333"},
    {"role session without an issuer",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-17"}})", "deploy/build-17",
     "role", "111122223333"},
    {"role session without an arn",
     R"({"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:i-0abc","accountId":"111122223333","sessionContext":{"sessionIssuer":{"userName":"web"}}}})",
     "web/i-0abc", "role", "111122223333"},
    {"role without any session",
     R"({"userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"userName":"web","accountId":"111122223333"}}}})",
     "web", "role", "111122223333"},
    {"Identity Center role: the person",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/carol@example.com","accountId":"111122223333","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef","userName":"AWSReservedSSO_Admin_0123456789abcdef"}}}})",
     "carol@example.com", "sso", "111122223333"},
    {"near miss: a role that only bears such a name",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Fake/carol","accountId":"111122223333","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/AWSReservedSSO_Fake","userName":"AWSReservedSSO_Fake"}}}})",
     "AWSReservedSSO_Fake/carol", "role", "111122223333"},
    {"Identity Center role of type Unknown",
     R"({"userIdentity":{"type":"Unknown","principalId":"AROAEXAMPLE:dave","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_01/dave","accountId":"111122223333"}})",
     "dave", "sso", "111122223333"},
    {"root",
     R"({"userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":""}})",
     "root of 111122223333", "root", "111122223333"},
    {"root without an account", R"({"recipientAccountId":"111122223333","userIdentity":{"type":"Root"}})", "root of 111122223333",
     "root", nullptr},
    {"Identity Center user",
     R"({"userIdentity":{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"94482488-3041-7026","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-9067642ac7"},"credentialId":"x"}})",
     "94482488-3041-7026", "identity_center", "111122223333"},
    {"service", R"({"userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}})", "autoscaling.amazonaws.com",
     "service", nullptr},
    {"service event without a type",
     R"({"eventType":"AwsServiceEvent","eventSource":"ec2.amazonaws.com","userIdentity":{"accountId":"111122223333","invokedBy":"ec2.amazonaws.com"}})",
     "ec2.amazonaws.com", "service", "111122223333"},
    {"service event without anything", R"({"eventType":"AwsServiceEvent","eventSource":"kms.amazonaws.com","userIdentity":{}})",
     "kms.amazonaws.com", "service", nullptr},
    {"account", R"({"userIdentity":{"type":"AWSAccount","principalId":"AROAEXAMPLE:x","accountId":"444455556666"}})",
     "account 444455556666", "account", "444455556666"},
    {"anonymous", R"({"userIdentity":{"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"}})", "anonymous",
     "anonymous", nullptr},
    {"federated user",
     R"({"userIdentity":{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/erin","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"IAMUser","userName":"broker"}}}})",
     "erin", "federated", "111122223333"},
    {"federated user without an arn",
     R"({"userIdentity":{"type":"FederatedUser","sessionContext":{"sessionIssuer":{"type":"IAMUser","userName":"broker"}}}})",
     "broker", "federated", nullptr},
    {"web identity",
     R"({"userIdentity":{"type":"WebIdentityUser","principalId":"accounts.google.com:app:1234","userName":"1234","identityProvider":"accounts.google.com"}})",
     "1234", "webidentity", nullptr},
    {"SAML", R"({"userIdentity":{"type":"SAMLUser","principalId":"abc:frank","userName":"frank","identityProvider":"abc"}})",
     "frank", "saml", nullptr},
    {"unknown, with a name", R"({"userIdentity":{"type":"Unknown","userName":"grace","accountId":"111122223333"}})", "grace",
     "unknown", "111122223333"},
    {"unknown, with a principal", R"({"userIdentity":{"type":"Unknown","principalId":"X:grace"}})", "X:grace", "unknown", nullptr},
    {"an empty identity", R"({"eventType":"AwsApiCall","eventSource":"ses.amazonaws.com","userIdentity":{}})", "ses.amazonaws.com",
     "unknown", nullptr},
    {"an identity that is null", R"({"eventSource":"ses.amazonaws.com","userIdentity":null})", "ses.amazonaws.com", "unknown",
     nullptr},
    {"an identity that is text", R"({"eventSource":"ses.amazonaws.com","userIdentity":"x"})", "ses.amazonaws.com", "unknown",
     nullptr},
    {"names of a wrong type", R"({"eventSource":"ses.amazonaws.com","userIdentity":{"type":7,"userName":["a"],"arn":{}}})",
     "ses.amazonaws.com", "unknown", nullptr},
    {"Insight", R"({"eventType":"AwsCloudTrailInsight","insightDetails":{"eventSource":"ssm.amazonaws.com"}})", "ssm.amazonaws.com",
     "unknown", nullptr},
    {"nothing at all", R"({"eventType":"AwsApiCall"})", "unknown", "unknown", nullptr},
    {"no CloudTrail record", R"({"severity":5,"type":"Recon"})", nullptr, nullptr, nullptr},
};

TEST(ActorTest, NameKindAndAccount) {
  for (const ActorCase& c : kActors) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(ActorName(parsed.record(), parsed.arena())), Text(c.name));
    EXPECT_EQ(Text(ActorKind(parsed.record())), Text(c.kind));
    EXPECT_EQ(Text(ActorAccount(parsed.record())), Text(c.account));
  }
}

struct PrincipalCase {
  const char* what;
  const char* record;
  const char* principal;  // nullptr: nothing
  const char* service;
};

const PrincipalCase kPrincipals[] = {
    {"IAM user", R"({"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops/alice","userName":"alice"}})",
     "alice", "false"},
    {"role session",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-17","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/ci/deploy","userName":"deploy"}}}})",
     "deploy", "false"},
    {"role session without an issuer",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-17"}})", "deploy",
     "false"},
    {"Identity Center role: the role, not the person",
     R"({"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_01/carol","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_01","userName":"AWSReservedSSO_Admin_01"}}}})",
     "AWSReservedSSO_Admin_01", "false"},
    {"a role without a name: what the actor is called",
     R"({"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:dave"}})", "dave", "false"},
    {"root", R"({"userIdentity":{"type":"Root","accountId":"111122223333"}})", "root", "false"},
    {"federated user: whose keys asked",
     R"({"userIdentity":{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/erin","sessionContext":{"sessionIssuer":{"userName":"broker"}}}})",
     "broker", "false"},
    {"service", R"({"userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}})", "autoscaling.amazonaws.com",
     "true"},
    {"a role that a service took for somebody",
     R"({"userIdentity":{"type":"AssumedRole","invokedBy":"cloudformation.amazonaws.com","sessionContext":{"sessionIssuer":{"userName":"deploy"}}}})",
     "deploy", "true"},
    {"near miss: the console's own name", R"({"userIdentity":{"type":"IAMUser","userName":"alice","invokedBy":"AWS Internal"}})",
     "alice", "false"},
    {"near miss: a service event about a person",
     R"({"eventType":"AwsServiceEvent","userIdentity":{"type":"IdentityCenterUser","onBehalfOf":{"userId":"9448"}}})", "9448",
     "false"},
    {"no CloudTrail record", R"({"severity":5})", nullptr, nullptr},
};

TEST(ActorTest, PrincipalAndService) {
  for (const PrincipalCase& c : kPrincipals) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(ActorPrincipal(parsed.record(), parsed.arena())), Text(c.principal));
    EXPECT_EQ(Text(ActorIsService(parsed.record())), Text(c.service));
  }
}

}  // namespace
}  // namespace trailsift
