#include "enrich/target.h"

#include <gtest/gtest.h>

#include "enrich/record_fixture.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

struct TargetCase {
  const char* what;
  const char* record;
  const char* name;  // nullptr: nothing
  const char* account;
};

std::string Text(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }
std::string Text(const char* value) { return value ? value : "(nothing)"; }

const TargetCase kTargets[] = {
    {"created user",
     R"({"recipientAccountId":"111122223333","requestParameters":{"userName":"bob"},"responseElements":{"user":{"userName":"bob","arn":"arn:aws:iam::999900001111:user/bob"}}})",
     "bob", "999900001111"},
    {"a user goes before a group and a policy",
     R"({"recipientAccountId":"111122223333","requestParameters":{"groupName":"admins","policyArn":"arn:aws:iam::aws:policy/X","userName":"bob"}})",
     "bob", "111122223333"},
    {"own access key: the name stands in the answer only",
     R"({"requestParameters":null,"responseElements":{"accessKey":{"userName":"alice","accessKeyId":"AKIAEXAMPLE"}}})", "alice",
     nullptr},
    {"denied, by ARN",
     R"({"errorCode":"AccessDenied","requestParameters":null,"errorMessage":"User: arn:aws:iam::111122223333:user/mallory is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/backdoor because no identity-based policy allows the iam:CreateUser action"})",
     "backdoor", "111122223333"},
    {"denied, by ARN with a path, message without null parameters",
     R"({"errorMessage":"User: x is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/team/eu/backdoor with an explicit deny"})",
     "backdoor", "111122223333"},
    {"denied, ARN at the end",
     R"({"errorMessage":"not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/admin"})", "admin",
     "444455556666"},
    {"denied, by kind and name",
     R"({"recipientAccountId":"111122223333","errorMessage":"is not authorized to perform: iam:PutRolePolicy on resource: role web because no identity-based policy allows it"})",
     "web", "111122223333"},
    {"denied, by kind and ARN",
     R"({"errorMessage":"not authorized to perform: iam:SetDefaultPolicyVersion on resource: policy arn:aws:iam::111122223333:policy/p/base version v2 because"})",
     "base", "111122223333"},
    {"denied, a wildcard", R"({"errorMessage":"not authorized to perform: kms:CreateKey on resource: * because no policy"})",
     nullptr, nullptr},
    {"denied, a wildcard in an ARN",
     R"({"errorMessage":"not authorized to perform: iam:ListSAMLProviders on resource: arn:aws:iam::111122223333:saml-provider/* because"})",
     nullptr, nullptr},
    {"denied without a resource", R"({"errorMessage":"User: x is not authorized to perform: ses:GetSendQuota because no policy"})",
     nullptr, nullptr},
    {"denied, a message cut behind its mark", R"({"errorMessage":"is not authorized to perform: iam:CreateUser on resource: "})",
     nullptr, nullptr},
    {"denied, a message cut behind the kind", R"({"errorMessage":"on resource: user"})", nullptr, nullptr},
    {"security group",
     R"({"recipientAccountId":"111122223333","requestParameters":{"groupName":"web","vpcId":"vpc-1"},"responseElements":{"groupId":"sg-1"}})",
     "web", "111122223333"},
    {"denied security group keeps its name though the ARN is a wildcard",
     R"({"requestParameters":{"groupName":"web"},"errorMessage":"x on resource: arn:aws:ec2:us-east-1:111122223333:security-group/* because"})",
     "web", "111122223333"},
    {"Elastic IP on an instance", R"({"requestParameters":{"allocationId":"eipalloc-1","instanceId":"i-1"}})", "i-1", nullptr},
    {"Elastic IP on an interface", R"({"requestParameters":{"allocationId":"eipalloc-1","networkInterfaceId":"eni-1"}})", "eni-1",
     nullptr},
    {"three instances",
     R"({"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"}]}}})",
     "i-1, i-2, i-3", nullptr},
    {"a role in another account",
     R"({"recipientAccountId":"111122223333","requestParameters":{"roleArn":"arn:aws:iam::444455556666:role/admin","roleSessionName":"x"}})",
     "admin", "444455556666"},
    {"a bucket of another account",
     R"({"recipientAccountId":"111122223333","requestParameters":{"bucketName":"logs","key":"a/b"},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::logs/a/b"},{"accountId":"444455556666","type":"AWS::S3::Bucket"}]})",
     "logs", "444455556666"},
    {"the same resource unwrapped from its list of one",
     R"({"requestParameters":{"bucketName":"logs"},"resources":{"accountId":"444455556666"}})", "logs", "444455556666"},
    {"an event data store, by its ARN",
     R"({"requestParameters":{"eventDataStore":"arn:aws:cloudtrail:us-east-1:444455556666:eventdatastore/aaaa-1"}})", "aaaa-1",
     "444455556666"},
    {"one alarm", R"({"requestParameters":{"alarmNames":["cpu"]}})", "cpu", nullptr},
    {"three alarms: the first", R"({"requestParameters":{"alarmNames":["cpu","disk","net"]}})", "cpu", nullptr},
    {"no alarm", R"({"requestParameters":{"alarmNames":[]}})", nullptr, nullptr},
    {"flow logs as EC2 writes them, one",
     R"({"requestParameters":{"DeleteFlowLogsRequest":{"FlowLogId":{"tag":1,"content":"fl-1"}}}})", "fl-1", nullptr},
    {"flow logs as EC2 writes them, three: the first",
     R"({"requestParameters":{"DeleteFlowLogsRequest":{"FlowLogId":[{"tag":1,"content":"fl-1"},{"tag":2,"content":"fl-2"},{"tag":3,"content":"fl-3"}]}}})",
     "fl-1", nullptr},
    {"a service that may look into the organisation", R"({"requestParameters":{"servicePrincipal":"guardduty.amazonaws.com"}})",
     "guardduty.amazonaws.com", nullptr},
    {"a delegated administrator goes before the service",
     R"({"requestParameters":{"accountId":"444455556666","servicePrincipal":"guardduty.amazonaws.com"}})", "444455556666", nullptr},
    {"three parameters: the first", R"({"requestParameters":{"names":["/db/password","/db/user","/db/host"]}})", "/db/password",
     nullptr},
    {"a log group", R"({"requestParameters":{"logGroupName":"/siem/input","retentionInDays":1}})", "/siem/input", nullptr},
    {"a denied log group",
     R"({"errorMessage":"x is not authorized to perform: logs:DeleteLogGroup on resource: arn:aws:logs:us-east-1:111122223333:log-group:/siem/input:log-stream: because"})",
     "/siem/input", "111122223333"},
    {"targets of a rule", R"({"requestParameters":{"rule":"nightly","ids":["a"]}})", "nightly", nullptr},
    {"a rule that is no text", R"({"requestParameters":{"rule":{"a":1}}})", nullptr, nullptr},
    {"an account of the organisation",
     R"({"recipientAccountId":"111122223333","requestParameters":{"accountId":"444455556666","sourceParentId":"r-1"}})",
     "444455556666", "111122223333"},
    {"parameters that are text", R"({"requestParameters":"x","responseElements":{"user":{"userName":"bob"}}})", "bob", nullptr},
    {"nothing", R"({"recipientAccountId":"111122223333"})", nullptr, nullptr},
};

TEST(TargetTest, NameAndAccount) {
  for (const TargetCase& c : kTargets) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(TargetName(parsed.record(), parsed.arena())), Text(c.name));
    EXPECT_EQ(Text(TargetAccount(parsed.record(), parsed.arena())), Text(c.account));
  }
}

struct ArnCase {
  const char* text;
  const char* name;
};

const ArnCase kArns[] = {
    {"arn:aws:iam::111122223333:user/team/bob", "bob"},
    {"arn:aws:iam::111122223333:root", "root"},
    {"arn:aws-us-gov:ec2:us-gov-west-1:111122223333:instance/i-1", "i-1"},
    {"arn:aws:s3:::logs/a/b", "logs"},
    {"arn:aws:s3:::logs", "logs"},
    {"arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/web:log-stream:", "/aws/lambda/web"},
    {"arn:aws:lambda:us-east-1:111122223333:function:web:live", "web"},
    {"arn:aws:rds:us-east-1:111122223333:snapshot:nightly", "nightly"},
    {"arn:aws:ssm:us-east-1:111122223333:managed-instance/\"mi-1\"", "mi-1"},
    {"arn:aws:ec2:us-east-1:111122223333:instance/*", ""},
    {"arn:aws:iam::111122223333:user/", ""},
    {"arn:aws:iam::111122223333:", ""},
    {"arn:aws:iam", ""},
    {"user/bob", ""},
    {"", ""},
};

TEST(TargetTest, NamesInArns) {
  for (const ArnCase& c : kArns) EXPECT_EQ(ArnName(ParseArn(c.text)), c.name) << c.text;
}

}  // namespace
}  // namespace trailsift
