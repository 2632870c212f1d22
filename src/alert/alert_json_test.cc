#include "alert/alert.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "alert/alert_marks.h"
#include "alert/json_scanner.h"
#include "alert/json_text.h"

namespace trailsift {
namespace {

const Millis kArrival = *ParseIsoTime("2026-01-15T10:04:05.678Z");

RuleInfo FullRule() {
  RuleInfo rule;
  rule.id = "100100";
  rule.level = 10;
  rule.groups = {"amazon", "aws"};
  rule.compliance = {{"pci_dss", {"10.6.1", "11.4"}}, {"gdpr", {"IV_35.7.d"}}};
  rule.mitre = {{"T1110", "Brute Force", {"Credential Access"}},
                {"T1078", "Valid Accounts", {"Initial Access", "Credential Access"}},
                {"T9999", "", {}}};
  rule.cve = {"CVE-2026-0001"};
  rule.info = "see the runbook";
  rule.frequency = 5;
  return rule;
}

Alert FullAlert(const RuleInfo& rule) {
  Alert alert;
  alert.id = AlertId("100100", {});
  alert.event.bytes[0] = 0xAB;
  alert.event_time = *ParseIsoTime("2026-01-15T10:00:05Z");
  alert.arrival = kArrival;
  alert.rule = &rule;
  alert.description = "5 failures of \"ana\"";
  alert.fired_times = 7;
  alert.mail = true;
  alert.full_log = "{\"a\": 1}";
  alert.previous_output = "one\ntwo";
  alert.data_json = R"({"aws":{"source":"cloudtrail"}})";
  alert.events = {"e-1", "e-2"};
  alert.actor = ActorInfo{"ana", "user", "111122223333", "production"};
  alert.target_name = "bob";
  alert.target_account = "444455556666";
  alert.target_account_name = "staging";
  alert.account_name = "audit";
  alert.instances = "i-1, i-2";
  alert.also = {"100099", "80202"};
  alert.supersedes = {Hash128{}};
  return alert;
}

const Origin kOrigin = {"000", "sift", "sift"};

std::string Json(const Alert& alert) {
  std::string out;
  AppendAlertJson(alert, kOrigin, "1768471445.1234", true, out);
  return out;
}

TEST(AlertJson, EveryKeyInWazuhsOrder) {
  const RuleInfo rule = FullRule();
  const Alert alert = FullAlert(rule);
  EXPECT_EQ(Json(alert),
            R"({"timestamp":"2026-01-15T10:04:05.678+0000","rule":{"level":10,"description":"5 failures of \"ana\"","id":"100100",)"
            R"("mitre":{"id":["T1110","T1078","T9999"],"tactic":["Credential Access","Initial Access"],)"
            R"("technique":["Brute Force","Valid Accounts"]},"cve":"CVE-2026-0001","info":"see the runbook","frequency":5,)"
            R"("firedtimes":7,"mail":true,"groups":["amazon","aws"],"pci_dss":["10.6.1","11.4"],"gdpr":["IV_35.7.d"]},)"
            R"("agent":{"id":"000","name":"sift"},"manager":{"name":"sift"},"id":"1768471445.1234","previous_output":"one\ntwo",)"
            R"("full_log":"{\"a\": 1}","decoder":{"name":"json"},"data":{"aws":{"source":"cloudtrail"}},"location":"Wazuh-AWS",)"
            R"("trailsift":{"id":")" +
                alert.id.ToHex() +
                R"(","event":"ab000000000000000000000000000000","event_time":"2026-01-15T10:00:05Z","events":["e-1","e-2"],)"
                R"("actor":{"name":"ana","kind":"user","account":"111122223333","account_name":"production"},)"
                R"("target":{"name":"bob","account":"444455556666","account_name":"staging"},"account_name":"audit",)"
                R"("instances":["i-1","i-2"],"also":["100099","80202"],"supersedes":["00000000000000000000000000000000"]}})");
}

TEST(AlertJson, WhatIsAbsentHasNoKey) {
  RuleInfo rule;
  rule.id = "1";
  Alert alert;
  alert.id.bytes[15] = 1;
  alert.rule = &rule;
  alert.decoder = "";
  EXPECT_EQ(Json(alert),
            R"({"timestamp":"1970-01-01T00:00:00.000+0000","rule":{"description":"","id":"1","mail":false,"groups":[]},)"
            R"("agent":{"id":"000","name":"sift"},"manager":{"name":"sift"},"id":"1768471445.1234","decoder":{},)"
            R"("location":"Wazuh-AWS","trailsift":{"id":"00000000000000000000000000000001",)"
            R"("event":"00000000000000000000000000000000","event_time":"1970-01-01T00:00:00Z","events":[]}})");
  alert.rule = nullptr;
  EXPECT_EQ(Json(alert).find("\"rule\""), std::string::npos);
}

TEST(AlertJson, TheTimestampIsLocalUnlessUtcIsAskedFor) {
  const char* before = std::getenv("TZ");
  const std::string saved = before != nullptr ? before : "";
  setenv("TZ", "XYZ-05:30", 1);
  tzset();
  RuleInfo rule;
  Alert alert;
  alert.rule = &rule;
  alert.arrival = kArrival;
  std::string out;
  AppendAlertJson(alert, kOrigin, "1.2", false, out);
  EXPECT_TRUE(out.starts_with(R"({"timestamp":"2026-01-15T15:34:05.678+0530",)")) << out;
  if (before != nullptr) setenv("TZ", saved.c_str(), 1);
  else unsetenv("TZ");
  tzset();
}

TEST(AlertJson, EveryByteGivesValidJson) {
  RuleInfo rule;
  Alert alert;
  alert.rule = &rule;
  for (int byte = 0; byte < 256; ++byte) alert.description += static_cast<char>(byte);
  const std::string line = Json(alert);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  JsonScanner scanner(line);
  EXPECT_TRUE(scanner.Value() && scanner.at_end()) << line;
}

TEST(JsonText, Escapes) {
  const std::pair<std::string, std::string> cases[] = {
      {"", R"("")"},
      {"plain /", R"("plain /")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string("\0\x01\x1f\x7f", 4), "\"\\u0000\\u0001\\u001f\x7f\""},
      {"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80", "\"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80\""},
      {"\xFF", "\"\xEF\xBF\xBD\""},
      {"a\xC3", "\"a\xEF\xBF\xBD\""},                                                // cut
      {"\xC3(", "\"\xEF\xBF\xBD(\""},                                                // no continuation
      {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                                  // overlong
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},                  // a surrogate
      {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},  // above U+10FFFF
      {"\xEF\xBF\xBF", "\"\xEF\xBF\xBF\""},
  };
  for (const auto& [text, expected] : cases) {
    std::string out;
    AppendQuoted(text, out);
    EXPECT_EQ(out, expected);
  }
}

TEST(JsonScan, WhatIsAnArray) {
  const struct {
    std::string text;
    std::string expected;  // empty: not an array
  } cases[] = {
      {"[]", "[]"},
      {"[ 1,\t2 ,\n3 ]", "[1,2,3]"},
      {R"([{ "a" : [ ] , "b":{} }, null, true, false])", R"([{"a":[],"b":{}},null,true,false])"},
      {"[123456789012345678901234567890, -0.10e+5]", "[123456789012345678901234567890,-0.10e+5]"},
      {R"(["a\"\\\/\b\f\n\r\té"])", R"(["a\"\\\/\b\f\n\r\té"])"},
      {R"(["\ud83d\ude00"])", R"(["\ud83d\ude00"])"},
      {R"(["\ud83d", "\ude00x"])", "[\"\xEF\xBF\xBD\",\"\xEF\xBF\xBDx\"]"},
      {"[\"a\tb\"]", R"(["a\tb"])"},
      {"[\"\xFF\"]", "[\"\xEF\xBF\xBD\"]"},
      {"", ""},
      {"[", ""},
      {"[1", ""},
      {"[1,]", ""},
      {"[,1]", ""},
      {"[1] tail", ""},
      {"[1] ", ""},
      {" [1]", ""},
      {"{}", ""},
      {"[01]", ""},
      {"[+1]", ""},
      {"[1.]", ""},
      {"[.5]", ""},
      {"[1e]", ""},
      {"[-]", ""},
      {"[tru]", ""},
      {"[nulll]", ""},
      {R"(["a])", ""},
      {R"(["\x"])", ""},
      {R"(["\u12g4"])", ""},
      {R"(["\)", ""},
      {R"([{"a"}])", ""},
      {R"([{"a":1,}])", ""},
      {R"([{a:1}])", ""},
      {"[1][2]", ""},
      {std::string(3000, '['), ""},
      {std::string(3000, '[') + std::string(3000, ']'), ""},
  };
  for (const auto& each : cases) {
    std::string out = "before";
    EXPECT_EQ(AppendIfArray(each.text, out), !each.expected.empty()) << each.text;
    EXPECT_EQ(out, "before" + each.expected);
  }
}

TEST(AlertMarks, ReadBackWhatWasWritten) {
  const RuleInfo rule = FullRule();
  Alert alert = FullAlert(rule);
  alert.supersedes = {AlertId("a", {}), AlertId("b", {})};
  alert.data_json = R"({"trailsift":{"id":"00000000000000000000000000000001"},"n":[1e999,[[123456789012345678901234567890]]]})";
  AlertMarks marks;
  ASSERT_EQ(ReadAlertMarks(Json(alert), marks), LineKind::kOurs);
  EXPECT_EQ(marks.id, alert.id);
  EXPECT_EQ(marks.event, alert.event);
  EXPECT_EQ(marks.supersedes, alert.supersedes);
  EXPECT_FALSE(marks.retracts);
  EXPECT_EQ(marks.wazuh_id, "1768471445.1234");
  EXPECT_EQ(marks.rule_id, rule.id);
  EXPECT_FALSE(marks.reparsed);
  alert.reparsed = true;
  ASSERT_EQ(ReadAlertMarks(Json(alert), marks), LineKind::kOurs);
  EXPECT_TRUE(marks.reparsed);
  EXPECT_EQ(marks.id, alert.id);

  Alert retraction = MakeRetraction({alert.id, alert.event, 1000, 2000, {"late"}});
  ASSERT_EQ(ReadAlertMarks(Json(retraction), marks), LineKind::kOurs);
  EXPECT_EQ(marks.retracts, alert.id);
  EXPECT_TRUE(marks.supersedes.empty());
}

TEST(AlertMarks, OtherLines) {
  const std::pair<const char*, LineKind> cases[] = {
      {R"({"timestamp":"x","rule":{},"id":"1.2"})", LineKind::kForeign},
      {R"({"trailsift":1})", LineKind::kForeign},
      {R"({"trailsift":{"id":"short"}})", LineKind::kForeign},
      {R"({"trailsift":{"event":"00000000000000000000000000000001"}})", LineKind::kForeign},
      {R"({"data":{"trailsift":{"id":"00000000000000000000000000000001"}}})", LineKind::kForeign},
      {"", LineKind::kNotJson},
      {"plain text", LineKind::kNotJson},
      {R"({"trailsift":{"id":"00000000000000000000000000000001"})", LineKind::kNotJson},
      {R"({"trailsift":{"id":"00000000000000000000000000000001"}}})", LineKind::kNotJson},
  };
  AlertMarks marks;
  for (const auto& [line, expected] : cases) EXPECT_EQ(ReadAlertMarks(line, marks), expected) << line;
}

TEST(AlertId, IsStableAndTellsItsPartsApart) {
  Hash128 one;
  one.bytes[0] = 1;
  Hash128 two;
  two.bytes[0] = 2;
  // SHA-256 of 05 00.. `80253` 01 00.. 01 00..: written to disk, so it may never change.
  EXPECT_EQ(AlertId("80253", {one}).ToHex(), "6f68a3a9fa026972d87b4d24f15cc93f");
  EXPECT_NE(AlertId("80253", {one, two}), AlertId("80253", {two, one}));
  EXPECT_NE(AlertId("80253", {}), AlertId("80253", {Hash128{}}));
  EXPECT_NE(AlertId("8", {one}), AlertId("80253", {one}));
}

TEST(Retraction, IsAWazuhAlertOfLevelThree) {
  const Hash128 withdrawn = AlertId("80255", {});
  const Alert alert = MakeRetraction({withdrawn, Hash128{}, 5000, 9000, {"late"}});
  EXPECT_EQ(alert.rule->id, "89699");
  EXPECT_EQ(alert.rule->level, 3);
  EXPECT_EQ(alert.description, "Alert " + withdrawn.ToHex() + " withdrawn: a late event shows that it does not hold");
  EXPECT_EQ(alert.id, MakeRetraction({withdrawn, AlertId("other", {}), 5000, 1, {"other"}}).id);
  EXPECT_NE(Json(alert).find("\"retracts\":\"" + withdrawn.ToHex() + "\"}}"), std::string::npos);
}

}  // namespace
}  // namespace trailsift
