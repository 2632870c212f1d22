// Each reason why an event ends at a rule or does not, as a short line.
#include "detect/explain.h"

#include <gtest/gtest.h>

#include "event/message.h"

namespace trailsift {
namespace {

std::string Show(const ExplainedRule& explained) {
  std::string text = explained.rule->info.id;
  for (const ExplainedTest& test : explained.tests)
    text += (test.holds ? " +" : " -") + test.written.ToXml() + (test.value ? "'" + *test.value + "'" : "(absent)");
  if (!explained.count) return text;
  text += " counted " + std::to_string(explained.count->counted) + "/" + std::to_string(explained.rule->composite.count);
  if (explained.count->differing > 0) text += " differing " + std::to_string(explained.count->differing);
  if (explained.count->used_up) text += " used up";
  for (const ComparedField& field : explained.compared)
    text += (field.same ? " same " : " different ") + field.name + (field.value ? "'" + *field.value + "'" : "(absent)");
  return text;
}

std::string Show(const WhyNot& why) {
  static constexpr const char* kReasons[] = {"result", "ignored", "test",  "unsupported", "other log",
                                             "count",  "silent",  "taken", "deeper"};
  std::string text = kReasons[static_cast<int>(why.reason)] + std::string(" ") + Show(why.at);
  if (why.taker != nullptr) text += " by " + why.taker->info.id;
  return text;
}

class ExplainTest : public testing::Test {
 protected:
  void Load(const std::string& rules) {
    Diagnostics diagnostics;
    rules_ =
        RuleSet::LoadTexts({{"r.xml", "<group name=\"g,\">" + rules + "</group>"}}, {{"etc/lists/names", "bob:\n"}}, diagnostics);
    ASSERT_NE(rules_, nullptr);
    matcher_.emplace(*rules_);
    plan_.emplace(*rules_);
    windows_.emplace(*rules_, *plan_);
  }

  // Sends the line through the rules and keeps what was decided.
  void Send(const std::string& line, Millis now = 0) {
    arena_.Reset();
    line_ = line;
    event_.emplace(Event::Message(line_, parser_.Parse(line_), arena_, nullptr));
    values_.emplace(*event_, now, origin_);
    MatchResult result;
    matcher_->Match(*event_, now, result);
    outcome_ = windows_->Decide(result.alternatives, *values_, "000", now);
  }

  std::string Path() {
    std::string text;
    for (const ExplainedRule& rule : Explainer(*rules_, *values_, outcome_, outcome_.matched).Path())
      text += (text.empty() ? "" : " > ") + Show(rule);
    return text;
  }

  std::string Why(int id) { return Show(Explainer(*rules_, *values_, outcome_, outcome_.matched).Why(*rules_->Find(id))); }

  std::shared_ptr<const RuleSet> rules_;
  std::optional<Matcher> matcher_;
  std::optional<CorrelationPlan> plan_;
  std::optional<ArrivalWindows> windows_;
  MessageParser parser_;
  Arena arena_;
  std::string line_;
  EventOrigin origin_;
  std::optional<Event> event_;
  std::optional<EventValues> values_;
  ArrivalWindows::Outcome outcome_;
};

std::string Rule(int id, int level, const std::string& body, const std::string& attributes = "") {
  return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" " + attributes + ">" + body +
         "<description>d</description></rule>";
}

std::string Field(const std::string& name, const std::string& pattern, const std::string& more = "") {
  return "<field name=\"" + name + "\"" + more + ">" + pattern + "</field>";
}

TEST_F(ExplainTest, TellsThePathWithEachTestAndWhatItSaw) {
  Load(Rule(100000, 0, "<decoded_as>json</decoded_as>") + Rule(100001, 3, "<if_sid>100000</if_sid>" + Field("name", "^Create")) +
       Rule(100002, 7,
            "<if_sid>100001</if_sid>" + Field("who", "eve", " negate=\"yes\"") +
                "<list field=\"who\">etc/lists/names</list><time>0:00 - 23:59</time>"));
  Send(R"({"name":"CreateUser","who":"bob"})");
  // The hour that is shown is of the machine's zone.
  EXPECT_EQ(
      Path().rfind("1 > 100000 +<decoded_as>json</decoded_as>'json' > 100001 +<field name=\"name\">^Create</field>'CreateUser' > "
                   "100002 +<field name=\"who\" negate=\"yes\">eve</field>'bob' +<list field=\"who\" "
                   "lookup=\"match_key\">etc/lists/names</list>'bob' +<time>0:00 - 23:59</time>'",
                   0),
      0u)
      << Path();
  EXPECT_EQ(Why(100002).rfind("result 100002", 0), 0u);
  EXPECT_EQ(Why(100001), "deeper 100001 +<field name=\"name\">^Create</field>'CreateUser' by 100002");
  Send("plain");
  EXPECT_EQ(Path(), "");
}

TEST_F(ExplainTest, TakesTheWayThatTheEventTookBelowSeveralParents) {
  Load(Rule(100001, 3, Field("a", "x")) + Rule(100002, 4, Field("b", "x")) +
       Rule(100003, 5, "<if_sid>100001, 100002</if_sid>" + Field("c", "x")));
  Send(R"({"a":"y","b":"x","c":"x"})");
  EXPECT_EQ(Path(), "1 > 100002 +<field name=\"b\">x</field>'x' > 100003 +<field name=\"c\">x</field>'x'");
  // Of two ways that fail, the one that gets further is told.
  Send(R"({"b":"x","c":"y"})");
  EXPECT_EQ(Why(100003), "test 100003 -<field name=\"c\">x</field>'y'");
  Send(R"({"a":"y","b":"y"})");
  EXPECT_EQ(Why(100003), "test 100001 -<field name=\"a\">x</field>'y'");
}

TEST_F(ExplainTest, NamesTheFirstTestThatFailed) {
  Load(Rule(100001, 3, Field("a", "x")) +
       Rule(100002, 5, "<if_sid>100001</if_sid>" + Field("b", "x") + Field("c", "x", " negate=\"yes\""), "maxsize=\"30\"") +
       Rule(100003, 5, "<if_sid>100002</if_sid><list field=\"user\" lookup=\"not_match_key\">etc/lists/names</list>"));
  struct Case {
    const char* line;
    int id;
    const char* why;
  };
  const Case cases[] = {
      {R"({"a":"y"})", 100001, "test 100001 -<field name=\"a\">x</field>'y'"},
      {R"({"b":"x"})", 100001, "test 100001 -<field name=\"a\">x</field>(absent)"},
      {R"({"a":"y"})", 100003, "test 100001 -<field name=\"a\">x</field>'y'"},
      {R"({"a":"x","b":"y"})", 100003, "test 100002 -<field name=\"b\">x</field>'y'"},
      {R"({"a":"x","b":"x"})", 100002,
       "test 100002 +<field name=\"b\">x</field>'x' -<field name=\"c\" negate=\"yes\">x</field>(absent)"},
      {R"({"a":"x","b":"x","c":"y"})", 100002,
       "test 100002 +<field name=\"b\">x</field>'x' +<field name=\"c\" negate=\"yes\">x</field>'y' -maxsize=\"30\"'25'"},
      {R"({"a":"x","b":"x","c":"y","user":"bob"})", 100003,
       "test 100003 -<list field=\"user\" lookup=\"not_match_key\">etc/lists/names</list>'bob'"},
  };
  for (const Case& c : cases) {
    Send(c.line);
    EXPECT_EQ(Why(c.id), c.why) << c.line;
  }
}

TEST_F(ExplainTest, NamesTheRuleThatTookTheEvent) {
  Load(Rule(100001, 3, Field("a", "x")) + Rule(100002, 5, "<if_sid>100001</if_sid>" + Field("b", "x")) +
       Rule(100003, 7, "<if_sid>100001</if_sid>" + Field("c", "x")) + Rule(100004, 0, "<if_sid>100001</if_sid>" + Field("d", "x")) +
       Rule(100005, 9, "<if_sid>100002</if_sid>" + Field("c", "x")) + Rule(100006, 5, "<if_sid>100001</if_sid>", "noalert=\"1\"") +
       Rule(100007, 2, "<if_sid>100006</if_sid>" + Field("e", "x")) + Rule(100008, 12, "<if_sid>100001</if_sid><if_fts />") +
       Rule(100010, 1, "<match>a</match>"));
  struct Case {
    const char* line;
    int id;
    const char* why;
  };
  const Case cases[] = {
      {R"({"a":"x","b":"x","c":"x"})", 100002, "taken 100002 +<field name=\"b\">x</field>'x' by 100003"},
      // an ancestor's sibling
      {R"({"a":"x","b":"x","c":"x"})", 100005, "taken 100002 +<field name=\"b\">x</field>'x' by 100003"},
      {R"({"a":"x","c":"x","d":"x"})", 100003, "taken 100003 +<field name=\"c\">x</field>'x' by 100004"},
      {R"({"a":"x"})", 100010, "taken 100010 +<match>a</match>'{\"a\":\"x\"}' by 100001"},
      {R"({"a":"x","e":"x"})", 100006, "deeper 100006 by 100007"},
      {R"({"a":"x"})", 100006, "silent 100006"},
      {R"({"a":"x"})", 100008, "unsupported 100008"},
      {R"({"a":"x"})", 100001, "result 100001 +<field name=\"a\">x</field>'x'"},
  };
  for (const Case& c : cases) {
    Send(c.line);
    EXPECT_EQ(Why(c.id), c.why) << c.line;
  }
}

TEST_F(ExplainTest, TellsOfAnotherKindOfLog) {
  Load(
      "<rule id=\"1\" level=\"0\" noalert=\"1\"><category>syslog</category><description>d</description></rule>"
      "<rule id=\"2\" level=\"0\" noalert=\"1\"><category>firewall</category><description>d</description></rule>" +
      Rule(100009, 3, "<if_sid>2</if_sid>") + Rule(100010, 3, "<if_sid>1</if_sid>"));
  Send("x");
  EXPECT_EQ(Why(100009), "other log 2");
  EXPECT_EQ(Why(100010), "result 100010");
}

TEST_F(ExplainTest, CountsForComposites) {
  Load(Rule(100001, 5, Field("a", "x")) +
       Rule(100002, 8,
            "<if_matched_sid>100001</if_matched_sid><same_field>who</same_field><different_field>where</different_field>",
            "frequency=\"3\" timeframe=\"60\"") +
       Rule(100003, 12, "<if_sid>100002</if_sid>" + Field("deep", "x")));
  const auto line = [](const char* who, const char* where) {
    return std::string(R"({"a":"x","who":")") + who + R"(","where":")" + where + "\"}";
  };
  Send(line("eve", "1"));
  EXPECT_EQ(Why(100002), "count 100002 counted 1/3 same who'eve' different where'1'");
  EXPECT_EQ(Why(100003), "count 100002 counted 1/3 same who'eve' different where'1'");
  Send(line("bob", "2"), kSecond);
  EXPECT_EQ(Why(100002), "count 100002 counted 1/3 differing 1 same who'bob' different where'2'");
  Send(line("eve", "2"), 2 * kSecond);
  EXPECT_EQ(Why(100002), "count 100002 counted 2/3 differing 1 same who'eve' different where'2'");
  Send(R"({"a":"x"})", 3 * kSecond);
  EXPECT_EQ(Why(100002), "count 100002 counted 1/3 differing 3 same who(absent) different where(absent)");
  Send(R"({"b":"x"})", 3 * kSecond);
  EXPECT_EQ(Why(100002), "test 100001 -<field name=\"a\">x</field>(absent)");
  Send(line("eve", "3"), 4 * kSecond);
  EXPECT_EQ(Path(), "1 > 100001 +<field name=\"a\">x</field>'x' > 100002 counted 3/3 differing 2 same who'eve' different where'3'");
  EXPECT_EQ(Why(100003), "test 100003 -<field name=\"deep\">x</field>(absent)");
  EXPECT_EQ(Why(100001), "deeper 100001 +<field name=\"a\">x</field>'x' by 100002");
  // The newest counted event is used up.
  Send(line("eve", "4"), 5 * kSecond);
  EXPECT_EQ(Why(100002), "count 100002 counted 1/3 differing 1 used up same who'eve' different where'4'");
  Send(line("eve", "5"), 100 * kSecond);
  EXPECT_EQ(Why(100002), "count 100002 counted 1/3 same who'eve' different where'5'");
}

TEST_F(ExplainTest, SaysThatIgnoreSilencesARule) {
  Load(Rule(100001, 3, Field("a", "x")) + Rule(100002, 5, "<if_sid>100001</if_sid>", "ignore=\"60\""));
  Send(R"({"a":"x"})");
  Explainer explainer(*rules_, *values_, outcome_, rules_->Find(100001));
  EXPECT_EQ(Show(explainer.Why(*rules_->Find(100002))), "ignored 100002");
  EXPECT_EQ(Show(explainer.Why(*rules_->Find(100001))), "result 100001 +<field name=\"a\">x</field>'x'");
}

}  // namespace
}  // namespace trailsift
