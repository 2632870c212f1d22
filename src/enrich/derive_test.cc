#include "enrich/derive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "enrich/outcome.h"
#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

std::string Text(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }

const FieldDeriver kDeriver;

constexpr char kStop[] =
    R"({"eventName":"StopInstances","eventSource":"ec2.amazonaws.com","sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2","recipientAccountId":"111122223333","errorCode":"Client.UnauthorizedOperation","errorMessage":"x on resource: arn:aws:ec2:us-east-1:111122223333:instance/i-1 because","userIdentity":{"type":"IAMUser","userName":"mallory","accountId":"111122223333"},"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}},"responseElements":null})";

struct DeriveCase {
  const char* name;
  const char* value;
};

const DeriveCase kOfStop[] = {
    {"trailsift.actor.name", "mallory"},
    {"trailsift.actor.kind", "user"},
    {"trailsift.actor.account", "111122223333"},
    {"trailsift.target.name", "i-1"},
    {"trailsift.target.account", "111122223333"},
    {"trailsift.outcome", "denied"},
    {"trailsift.instances", "i-1"},
    {"TrailSift.Actor.NAME", "mallory"},
    {"trailsift.mfa", "unknown"},
    {"trailsift.user_agent", "aws-cli/2"},
    {"trailsift.vpc", "the default VPC"},
    {"trailsift.allocation", "unspecified"},
    {"trailsift.instance_type", "(nothing)"},
    {"trailsift.launch_time", "(nothing)"},
    {"trailsift.actor", "(nothing)"},
    {"trailsift.actor.names", "(nothing)"},
    {"trailsift.", "(nothing)"},
    {"trailsift.window.count", "(nothing)"},
    {"aws.eventName", "(nothing)"},
    {"", "(nothing)"},
};

TEST(DeriveTest, OfABareRecord) {
  ParsedRecord parsed(kStop);
  const Envelope envelope;
  const Event event = Event::Record(parsed.record(), envelope, parsed.arena(), &kDeriver);
  for (const DeriveCase& c : kOfStop) EXPECT_EQ(Text(kDeriver.Derive(event, c.name, parsed.arena())), c.value) << c.name;
  EXPECT_EQ(Text(event.Wazuh("trailsift.actor.name")), "mallory");
}

// As Wazuh's collector sends it: below `aws`, nulls dropped, lists of one unwrapped.
TEST(DeriveTest, OfAMessage) {
  const std::string message =
      R"({"integration":"aws","aws":{"eventName":"StopInstances","eventSource":"ec2.amazonaws.com","errorCode":"Client.UnauthorizedOperation","userIdentity":{"type":"IAMUser","userName":"mallory"},"requestParameters":{"instancesSet":{"items":{"instanceId":"i-1"}}},"source":"cloudtrail"}})";
  ParsedRecord parsed(message);
  const Event event = Event::Message(message, parsed.record(), parsed.arena(), &kDeriver);
  EXPECT_EQ(Text(event.Wazuh("trailsift.actor.name")), "mallory");
  EXPECT_EQ(Text(event.Wazuh("trailsift.instances")), "i-1");
  EXPECT_EQ(Text(event.Wazuh("trailsift.outcome")), "denied");
}

TEST(DeriveTest, OfALineThatIsNoRecord) {
  Arena arena;
  const Event text = Event::Message("hello", std::nullopt, arena, &kDeriver);
  EXPECT_EQ(Text(kDeriver.Derive(text, "trailsift.actor.name", arena)), "(nothing)");
  ParsedRecord finding(R"({"integration":"aws","aws":{"source":"guardduty","severity":5}})");
  const Event guardduty = Event::Message("", finding.record(), arena, &kDeriver);
  EXPECT_EQ(Text(kDeriver.Derive(guardduty, "trailsift.actor.name", arena)), "(nothing)");
  EXPECT_EQ(Text(kDeriver.Derive(guardduty, "trailsift.outcome", arena)), "(nothing)");
}

// The lists, and the record's own account: named by itself, else by the folder it was found in.
TEST(DeriveTest, WhoseAnAccountIs) {
  const FieldDeriver deriver([](std::string_view list, std::string_view key) {
    return (list == "etc/lists/trailsift/accounts_own" && key == "222233334444") ||
           (list == "etc/lists/trailsift/accounts_vendor" && key == "555566667777");
  });
  constexpr const char* kShared =
      R"("requestParameters":{"valuesToAdd":["111122223333","222233334444","555566667777","999900001111"]})";
  const struct {
    std::string record;
    const char* folder;
    const char* foreign;
    const char* unknown;
  } cases[] = {
      {R"({"recipientAccountId":"111122223333",)", "", "555566667777, 999900001111", "999900001111"},
      {"{", "111122223333", "555566667777, 999900001111", "999900001111"},
      {R"({"recipientAccountId":"111122223333",)", "999900001111", "555566667777, 999900001111", "999900001111"},
      {"{", "", "111122223333, 555566667777, 999900001111", "111122223333, 999900001111"},
  };
  for (const auto& c : cases) {
    ParsedRecord parsed(c.record + kShared + "}");
    Envelope envelope;
    envelope.account_id = c.folder;
    const Event event = Event::Record(parsed.record(), envelope, parsed.arena(), &deriver);
    EXPECT_EQ(Text(event.Wazuh("trailsift.share.foreign_accounts")), c.foreign) << c.record << c.folder;
    EXPECT_EQ(Text(event.Wazuh("trailsift.share.unknown_accounts")), c.unknown) << c.record << c.folder;
  }
  const std::string message = R"({"integration":"aws","aws":{"aws_account_id":"111122223333",)" + std::string(kShared) + "}}";
  ParsedRecord parsed(message);
  const Event event = Event::Message(message, parsed.record(), parsed.arena(), &deriver);
  EXPECT_EQ(Text(event.Wazuh("trailsift.share.unknown_accounts")), "999900001111");
  const Event without = Event::Message(message, parsed.record(), parsed.arena(), &kDeriver);
  EXPECT_EQ(Text(without.Wazuh("trailsift.share.unknown_accounts")), "222233334444, 555566667777, 999900001111");
}

TEST(DeriveTest, AccountsHaveTheNamesThatTheUserGave) {
  const FieldDeriver deriver({}, [](std::string_view account) -> std::optional<std::string_view> {
    if (account == "111122223333") return "production";
    if (account == "444455556666") return "staging";
    return std::nullopt;
  });
  struct Case {
    const char* json;
    const char* folder;  // nullptr: a message
    const char* label;
    const char* name;
    const char* actor;
  };
  for (
      const Case& c : {
          Case{
              R"({"recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","userName":"a","accountId":"444455556666"}})",
              "", "production (111122223333)", "production", "staging"},
          Case{R"({"recipientAccountId":"999900001111","userIdentity":{"type":"IAMUser","userName":"a","accountId":"1"}})",
               "111122223333", "999900001111", "(nothing)", "(nothing)"},
          Case{R"({"eventName":"x"})", "444455556666", "staging (444455556666)", "staging", "(nothing)"},
          Case{R"({"eventName":"x"})", "", "(nothing)", "(nothing)", "(nothing)"},
          Case{R"({"integration":"aws","aws":{"aws_account_id":"111122223333"}})", nullptr, "production (111122223333)",
               "production", "(nothing)"},
          Case{R"({"integration":"trailsift","collector":{"event":"silence","account":"111122223333"}})", nullptr,
               "production (111122223333)", "production", "(nothing)"},
      }) {
    ParsedRecord parsed(c.json);
    Envelope envelope;
    if (c.folder != nullptr) envelope.account_id = c.folder;
    const Event event = c.folder != nullptr ? Event::Record(parsed.record(), envelope, parsed.arena(), &deriver)
                                            : Event::Message(c.json, parsed.record(), parsed.arena(), &deriver);
    EXPECT_EQ(Text(event.Wazuh("trailsift.account")), c.label) << c.json;
    EXPECT_EQ(Text(event.Wazuh("TrailSift.Account.Name")), c.name) << c.json;
    EXPECT_EQ(Text(event.Wazuh("trailsift.actor.account_name")), c.actor) << c.json;
  }
  ParsedRecord parsed(kStop);
  const Envelope envelope;
  const Event event = Event::Record(parsed.record(), envelope, parsed.arena(), &deriver);
  EXPECT_EQ(Text(event.Wazuh("trailsift.target.account_name")), "production");
  EXPECT_EQ(Text(event.Wazuh("trailsift.account.names")), "(nothing)");
  const Event without = Event::Record(parsed.record(), envelope, parsed.arena(), &kDeriver);
  EXPECT_EQ(Text(without.Wazuh("trailsift.account")), "111122223333") << "readable without names";
}

TEST(DeriveTest, EveryNameIsKnownOnce) {
  std::vector<std::string> names = DerivedNames();
  EXPECT_GT(names.size(), 30u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) EXPECT_TRUE(name.starts_with("trailsift.")) << name;
}

struct OutcomeCase {
  const char* record;
  const char* outcome;
};

const OutcomeCase kOutcomes[] = {
    {R"({"eventName":"RunInstances"})", "ok"},
    {R"({"eventName":"RunInstances","errorCode":null})", "ok"},
    {R"({"eventName":"RunInstances","errorCode":""})", "ok"},
    {R"({"eventName":"RunInstances","errorCode":"Client.UnauthorizedOperation"})", "denied"},
    {R"({"eventName":"CreateUser","errorCode":"AccessDenied"})", "denied"},
    {R"({"eventName":"InvokeModel","errorCode":"AccessDeniedException"})", "denied"},
    {R"({"eventName":"X","errorCode":"S3.accessdenied"})", "denied"},
    {R"({"eventName":"X","errorCode":"UnauthorizedAccess"})", "denied"},
    {R"({"eventName":"X","errorCode":"Forbidden"})", "denied"},
    {R"({"eventName":"RunInstances","errorCode":"Client.DryRunOperation"})", "error"},
    {R"({"eventName":"StopInstances","errorCode":"Client.InvalidInstanceID.NotFound"})", "error"},
    {R"({"eventName":"CreateUser","errorCode":"EntityAlreadyExistsException"})", "error"},
    {R"({"eventName":"X","errorCode":"Denied"})", "error"},
    {R"({"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Success"}})", "ok"},
    {R"({"eventName":"ConsoleLogin","errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}})",
     "error"},
    {R"({"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"}})", "error"},
    {R"({"eventName":"GetUser","errorMessage":"no code"})", "ok"},
    {R"({"eventType":"AwsCloudTrailInsight"})", "(nothing)"},
};

TEST(DeriveTest, Outcome) {
  for (const OutcomeCase& c : kOutcomes) {
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(Outcome(parsed.record())), c.outcome) << c.record;
  }
}

const OutcomeCase kMfa[] = {
    {R"({"additionalEventData":{"MFAUsed":"Yes"}})", "Yes"},
    {R"({"additionalEventData":{"MFAUsed":"YES"}})", "Yes"},
    {R"({"additionalEventData":{"MFAUsed":"No"}})", "No"},
    {R"({"additionalEventData":{"MFAUsed":"Maybe"}})", "Maybe"},
    {R"({"additionalEventData":{"MFAUsed":true}})", "unknown"},
    {R"({"additionalEventData":{}})", "unknown"},
    {"{}", "unknown"},
};

TEST(DeriveTest, Mfa) {
  for (const OutcomeCase& c : kMfa) {
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Text(MfaUsed(parsed.record())), c.outcome) << c.record;
  }
}

TEST(DeriveTest, LongUserAgentsAreCutBetweenCharacters) {
  const std::string fits(256, 'a');
  ParsedRecord whole("{\"userAgent\":\"" + fits + "\"}");
  EXPECT_EQ(Text(UserAgent(whole.record(), whole.arena())), fits);
  ParsedRecord cut("{\"userAgent\":\"" + std::string(255, 'a') + "éé\"}");
  EXPECT_EQ(Text(UserAgent(cut.record(), cut.arena())), std::string(255, 'a') + "…");
  ParsedRecord none("{}");
  EXPECT_EQ(Text(UserAgent(none.record(), none.arena())), "unknown");
}

TEST(DeriveTest, VpcAndAllocation) {
  ParsedRecord named(R"({"requestParameters":{"vpcId":"vpc-1","allocationId":"eipalloc-1","publicIp":"192.0.2.7"}})");
  EXPECT_EQ(Text(Vpc(named.record())), "vpc-1");
  EXPECT_EQ(Text(Allocation(named.record())), "eipalloc-1");
  ParsedRecord address(R"({"requestParameters":{"publicIp":"192.0.2.7","instanceId":"i-1"}})");
  EXPECT_EQ(Text(Allocation(address.record())), "192.0.2.7");
}

}  // namespace
}  // namespace trailsift
