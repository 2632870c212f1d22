#include "rules/case_file.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::vector<RuleCase> Read(const std::string& text) {
  Diagnostics diagnostics;
  std::vector<RuleCase> cases = ReadCaseFile(text, "t.yaml", diagnostics);
  for (const Diagnostic& item : diagnostics.items()) ADD_FAILURE() << item.ToString();
  return cases;
}

std::vector<std::string> Faults(const std::string& text) {
  Diagnostics diagnostics;
  (void)ReadCaseFile(text, "t.yaml", diagnostics);
  std::vector<std::string> faults;
  for (const Diagnostic& item : diagnostics.items()) faults.push_back(item.ToString());
  return faults;
}

// The one event of a case whose events are `events`.
std::string Event(const std::string& event, const std::string& defaults = "{}") {
  const std::vector<RuleCase> cases =
      Read("defaults: " + defaults + "\ncases:\n  - name: n\n    events: [" + event + "]\n    expect: none\n");
  return cases.empty() || cases[0].events.empty() ? "" : cases[0].events[0].text;
}

TEST(CaseFileTest, MakesAWholeRecordOfACall) {
  EXPECT_EQ(Event("{call: cloudtrail:StopLogging, request: {name: main}}"),
            R"({"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAALICE23456EXAMPLE",)"
            R"("arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAIOSFODNN7EXAMPLE",)"
            R"("userName":"alice"},"eventTime":"2026-03-02T09:05:00Z","eventSource":"cloudtrail.amazonaws.com",)"
            R"("eventName":"StopLogging","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.22.4",)"
            R"("requestParameters":{"name":"main"},"responseElements":null,"requestID":"c496edfd-55a2-7b57-72b8-e73743bfbe6a",)"
            R"("eventID":"de818451-e373-8aab-a830-d0c01296601e","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,)"
            R"("recipientAccountId":"111122223333","eventCategory":"Management"})");
}

TEST(CaseFileTest, PutsInWhatTheEventSaysAndElseWhatTheFileSays) {
  struct Case {
    const char* event;
    const char* defaults;
    const char* part;
  };
  for (const Case& c : {
           Case{"{call: iam:X, error: AccessDenied, message: no}", "{}", R"("errorCode":"AccessDenied","errorMessage":"no",)"},
           {"{call: iam:X, account: 012345678901}", "{}", R"("recipientAccountId":"012345678901")"},
           {"{call: iam:X, account: 012345678901}", "{}", R"("arn":"arn:aws:iam::012345678901:user/alice")"},
           {"{call: iam:X}", "{account: 444455556666}", R"("recipientAccountId":"444455556666")"},
           {"{call: iam:X, account: 1}", "{account: 444455556666}", R"("recipientAccountId":"1")"},
           {"{call: iam:X, by: root}", "{}", R"("userIdentity":{"type":"Root","principalId":"111122223333",)"},
           {"{call: iam:X, by: sso}", "{}", R"(assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com")"},
           {"{call: iam:X, by: sso}", "{}", R"(:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef")"},
           {"{call: iam:X}", "{by: role}", R"(assumed-role/deploy/build-7")"},
           {"{call: iam:X, by: instance}", "{}", R"("ec2RoleDelivery":"2.0")"},
           {"{call: iam:X, by: {type: Unknown}}", "{}", R"("userIdentity":{"type":"Unknown"},)"},
           {"{call: iam:X, by: service}", "{}", R"("userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"})"},
           {"{call: iam:X, by: service}", "{}", R"("sourceIPAddress":"autoscaling.amazonaws.com")"},
           {"{call: iam:X, by: service, from: 192.0.2.1}", "{}", R"("sourceIPAddress":"192.0.2.1","userAgent":"autoscaling)"},
           {"{call: iam:X, region: eu-west-1, agent: x}", "{}",
            R"("awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.7","userAgent":"x")"},
           {"{call: iam:X, set: {userIdentity: {invokedBy: a}, a: {b: 1}}}", "{set: {a: {b: 2, c: true}}}",
            R"("userName":"alice","invokedBy":"a"},)"},
           {"{call: iam:X, set: {userIdentity: {invokedBy: a}, a: {b: 1}}}", "{set: {a: {b: 2, c: true}}}",
            R"("a":{"b":1,"c":true})"},
           {"{call: signin:ConsoleLogin}", "{}", R"("accountId":"111122223333","userName":"alice"},)"},
           {"{call: signin:ConsoleLogin}", "{}", R"("eventType":"AwsConsoleSignIn")"},
           {"{call: iam:GetUser}", "{}", R"("readOnly":true)"},
           {"{call: iam:AddUser}", "{}", R"("readOnly":false)"},
           {"{call: s3:PutObject}", "{}", R"("managementEvent":false)"},
           {"{call: s3:PutObject}", "{}", R"("eventCategory":"Data")"},
           {"{call: s3:PutObjectLockConfiguration}", "{}", R"("managementEvent":true)"},
           {"{record: {a: 1}}", "{set: {b: 2}}", R"({"a":1,"eventID":)"},
           {"{record: {eventID: i, eventTime: t}, set: {b: 2}}", "{}", R"({"eventID":"i","eventTime":"t","b":2})"},
           {"{record: {eventTime: \"2020-01-01T00:00:00Z\"}, at: 1m}", "{}", R"("eventTime":"2026-03-02T09:06:00Z")"},
           {"{line: 'a b'}", "{}", "a b"},
       })
    EXPECT_NE(Event(c.event, c.defaults).find(c.part), std::string::npos) << c.event << '\n' << Event(c.event, c.defaults);
}

std::string TimeIn(const std::string& json) {
  const std::size_t at = json.find("\"eventTime\":\"");
  return at == std::string::npos ? "" : json.substr(at + 13, 20);
}

TEST(CaseFileTest, LetsEventsHappenWhenTheySay) {
  const std::vector<RuleCase> cases = Read(R"(
cases:
  - name: n
    events:
      - {call: "iam:A", repeat: 3}
      - call: iam:B
      - {call: "iam:C", at: 2h}
      - {call: "iam:D", at: 1d, repeat: 2}
      - record: {eventTime: "2026-03-09T00:00:00Z"}
      - call: iam:E
      - {call: "iam:F", at: 90s}
      - {line: x, repeat: 2}
    expect: none
)");
  ASSERT_EQ(cases.size(), 1u);
  std::vector<std::string> times;
  for (const CaseEvent& event : cases[0].events) times.push_back(TimeIn(event.text));
  EXPECT_EQ(times, (std::vector<std::string>{"2026-03-02T09:05:00Z", "2026-03-02T09:05:01Z", "2026-03-02T09:05:02Z",
                                             "2026-03-02T09:05:03Z", "2026-03-02T11:05:00Z", "2026-03-03T09:05:00Z",
                                             "2026-03-03T09:05:01Z", "2026-03-09T00:00:00Z", "2026-03-09T00:00:01Z",
                                             "2026-03-02T09:06:30Z", "", ""}));
  EXPECT_EQ(cases[0].expected.size(), 12u);
  EXPECT_FALSE(cases[0].expected[10]);
  EXPECT_TRUE(cases[0].expected[11]->none);
  EXPECT_NE(cases[0].events[0].text, cases[0].events[1].text);
}

TEST(CaseFileTest, RunsACaseForEachActor) {
  const std::vector<RuleCase> cases = Read(R"(
defaults: {by: root}
lists: {a: [x], b: ["k:1"]}
cases:
  - name: each
    lists: {etc/lists/own/b: {"k:2": v}}
    by_each: [user, sso]
    events: [{call: "iam:A", by: service}, {call: "iam:B"}]
    expect: {rule: 1, level: 2, description: "{actor} did", fields: {x.y: "by {actor}", z: null, n: 1}, also: [3, 4]}
  - name: one
    events: [{call: "iam:A"}]
    expect: [{}]
)");
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].name, "each (user)");
  EXPECT_EQ(cases[1].name, "each (sso)");
  EXPECT_NE(cases[1].events[0].text.find("AWSService"), std::string::npos);
  EXPECT_NE(cases[1].events[1].text.find("jane@example.com"), std::string::npos);
  EXPECT_NE(cases[2].events[0].text.find("\"Root\""), std::string::npos);
  const CaseExpectation& expected = *cases[1].expected[1];
  EXPECT_EQ(expected.rule, "1");
  EXPECT_EQ(expected.level, 2);
  EXPECT_EQ(expected.description, "jane@example.com did");
  EXPECT_EQ(expected.fields, (std::vector<std::pair<std::string, std::optional<std::string>>>{
                                 {"x.y", "by jane@example.com"}, {"z", std::nullopt}, {"n", "1"}}));
  EXPECT_EQ(expected.also, (std::vector<std::string>{"3", "4"}));
  EXPECT_EQ(cases[0].lists, (CaseLists{{"a", "\"x\":\"\"\n"}, {"b", "\"k:2\":\"v\"\n"}}));
  EXPECT_EQ(cases[2].lists, (CaseLists{{"a", "\"x\":\"\"\n"}, {"b", "\"k:1\":\"\"\n"}}));
}

TEST(CaseFileTest, TellsEveryFaultWithItsPlace) {
  const auto in_case = [](const std::string& rest) { return "cases:\n  - name: n\n" + rest; };
  struct Case {
    std::string text;
    std::vector<std::string> faults;
  };
  for (const Case& c : {
           Case{"", {"t.yaml: error: a file of tests must be a map (write `cases: …`)"}},
           {"case: []\n",
            {"t.yaml:1:1: error: `case` is unknown in a file of tests (did you mean cases?)",
             "t.yaml:1:1: error: no cases (write `cases:` and below it a list of `- name: …`)"}},
           {"defaults: {regoin: x, by: usr}\ncases:\n  - name: n\n    event: []\n    expect: none\n",
            {"t.yaml:1:12: error: `regoin` is unknown in `defaults` (did you mean region?)",
             "t.yaml:1:27: error: no built-in actor is named `usr` (did you mean user?)",
             "t.yaml:4:5: error: `event` is unknown in a case (did you mean events?)",
             "t.yaml:3:5: error: a case without events (write `events:` and below it a list of `- call: service:Name`)"}},
           {in_case("    events: [{call: StopLogging}]\n    expect: {rul: 1, level: 17}\n"),
            {"t.yaml:3:21: error: an event must say which call it is (write `call: cloudtrail:StopLogging`, or `record: {…}`, or "
             "`line: '…'`)"}},
           {in_case("    events: [{call: \"a:B\"}]\n    expect: {rul: 1, level: 17}\n"),
            {"t.yaml:4:14: error: `rul` is unknown in `expect` (did you mean rule?)",
             "t.yaml:4:29: error: `level` must be a number from 0 to 16"}},
           {in_case("    events: [{call: \"a:B\", at: 5, repeat: 0}]\n    expect: [none, none]\n"),
            {"t.yaml:3:43: error: `repeat` must be a number from 1; a case has at most 100000 events",
             "t.yaml:3:32: error: `at` must be a time after the first event (write 90s, 15m, 2h or 1d)",
             "t.yaml:4:13: error: `expect` has 2 entries for 1 events (one for each event, `{}` for one of which nothing is "
             "asked)"}},
           {in_case("    by_each: [usr, root]\n    events: [{call: \"a:B\", set: x}]\n    expect: nothing\n"),
            {"t.yaml:3:15: error: no built-in actor is named `usr` (did you mean user?)",
             "t.yaml:4:33: error: `set` must be a map (members to be put into the record)",
             "t.yaml:5:13: error: an expectation must be a map or `none` (write `{rule: 89700, level: 12}`)"}},
           {in_case("    events: [{line: x, call: \"a:B\"}]\n    expect: none\n  - name: n\n    events: [{record: x}]\n"),
            {"t.yaml:3:24: error: `call` is unknown in an event that is a line (known are line, repeat)",
             "t.yaml:5:11: error: two cases are named `n`",
             "t.yaml:5:5: error: a case without `expect` tests nothing (write `expect: {rule: …}` or `expect: none`)",
             "t.yaml:6:23: error: `record` must be a map (a whole CloudTrail record)"}},
           {"lists: {a: x, b: ['k\"']}\n" + in_case("    events: [{call: \"a:B\"}]\n    expect: none\n"),
            {"t.yaml:1:12: error: a list must be written `[key, key]` or `{key: value}`",
             "t.yaml:1:19: error: a list can hold no quote and no line break"}},
       })
    EXPECT_EQ(Faults(c.text), c.faults) << c.text;
}

}  // namespace
}  // namespace trailsift
