#include "enrich/target_self.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

constexpr const char* kAlice =
    R"("userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","userName":"alice"})";
constexpr const char* kDeploy =
    R"("userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/deploy/alice","sessionContext":{"sessionIssuer":{"userName":"deploy"}}})";
constexpr const char* kRoot = R"("userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root"})";

struct SelfCase {
  const char* what;
  const char* caller;
  const char* rest;  // of the record
  const char* self;  // nullptr: nothing
};

const SelfCase kCases[] = {
    {"a key for nobody named", kAlice,
     R"("eventName":"CreateAccessKey","requestParameters":null,"responseElements":{"accessKey":{"userName":"alice"}})", "true"},
    {"the same as a message, nulls dropped", kAlice, R"("eventName":"CreateAccessKey")", "true"},
    {"a key for oneself by name", kAlice, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"alice"})", "true"},
    {"names do not differ by case", kAlice, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"Alice"})", "true"},
    {"a key for another", kAlice, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"alice2"})", "false"},
    {"own key switched on: the id only", kAlice,
     R"("eventName":"UpdateAccessKey","requestParameters":{"accessKeyId":"AKIAEXAMPLE","status":"Active"})", "true"},
    {"policy on oneself", kAlice,
     R"("eventName":"AttachUserPolicy","requestParameters":{"userName":"alice","policyArn":"arn:aws:iam::aws:policy/X"})", "true"},
    {"oneself into a group", kAlice,
     R"("eventName":"AddUserToGroup","requestParameters":{"groupName":"admins","userName":"alice"})", "true"},
    {"a role session is no user of its name", kDeploy, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"deploy"})",
     "false"},
    {"nor of its session's name", kDeploy, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"alice"})", "false"},
    {"a role session has no key to make", kDeploy, R"("eventName":"CreateAccessKey","requestParameters":null)", "false"},
    {"a role session widens its role", kDeploy, R"("eventName":"PutRolePolicy","requestParameters":{"roleName":"deploy"})", "true"},
    {"a role session widens another role", kDeploy, R"("eventName":"PutRolePolicy","requestParameters":{"roleName":"deploy2"})",
     "false"},
    {"a user widens a role of the user's name", kAlice, R"("eventName":"PutRolePolicy","requestParameters":{"roleName":"alice"})",
     "false"},
    {"root for itself", kRoot, R"("eventName":"CreateAccessKey","requestParameters":null)", "true"},
    {"root for a user", kRoot, R"("eventName":"CreateAccessKey","requestParameters":{"userName":"alice"})", "false"},
    {"denied, upon oneself", kAlice,
     R"("eventName":"CreateAccessKey","errorCode":"AccessDenied","requestParameters":null,"errorMessage":"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:CreateAccessKey on resource: user alice because no policy allows it")",
     "true"},
    {"denied, upon another, by ARN", kAlice,
     R"("eventName":"CreateLoginProfile","errorCode":"AccessDenied","requestParameters":null,"errorMessage":"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:CreateLoginProfile on resource: arn:aws:iam::111122223333:user/team/bob because")",
     "false"},
    {"denied, the own role", kDeploy,
     R"("eventName":"AttachRolePolicy","errorCode":"AccessDenied","errorMessage":"x on resource: role deploy because")", "true"},
    {"denied, a group", kAlice,
     R"("eventName":"PutGroupPolicy","errorCode":"AccessDenied","errorMessage":"x on resource: group alice because")", nullptr},
    {"denied, the target unknown", kAlice,
     R"("eventName":"CreateAccessKey","errorCode":"AccessDenied","requestParameters":null,"errorMessage":"denied")", nullptr},
    {"denied, the message cut", kAlice,
     R"("eventName":"CreateAccessKey","errorCode":"AccessDenied","errorMessage":"on resource: user")", nullptr},
    {"denied to change the password", kAlice, R"("eventName":"ChangePassword","errorCode":"AccessDenied")", "true"},
    {"failed for another reason, the request kept", kAlice,
     R"("eventName":"UpdateAccessKey","errorCode":"NoSuchEntityException","requestParameters":{"accessKeyId":"AKIAEXAMPLE"})",
     "true"},
    {"a call about no user", kAlice, R"("eventName":"CreatePolicy","requestParameters":{"policyName":"alice"})", nullptr},
    {"a call that asks for a userName", kAlice, R"("eventName":"AttachUserPolicy","requestParameters":{})", nullptr},
};

TEST(TargetSelfTest, Cases) {
  for (const SelfCase& c : kCases) {
    ParsedRecord parsed(std::string(R"({"eventSource":"iam.amazonaws.com",)") + c.caller + "," + c.rest + "}");
    EXPECT_EQ(TargetIsSelf(parsed.record()).value_or("(nothing)"), c.self == nullptr ? "(nothing)" : c.self) << c.what;
  }
}

TEST(TargetSelfTest, OtherServices) {
  ParsedRecord parsed(std::string(R"({"eventSource":"sso-directory.amazonaws.com",)") + kAlice +
                      R"(,"eventName":"CreateUser","requestParameters":{"userName":"alice"}})");
  EXPECT_EQ(TargetIsSelf(parsed.record()), std::nullopt);
}

}  // namespace
}  // namespace trailsift
