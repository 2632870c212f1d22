// Composite rules by Wazuh's own memory: sequences of events as tables.
#include "detect/arrival_windows.h"

#include <gtest/gtest.h>

#include "event/message.h"

namespace trailsift {
namespace {

// One letter an event: its kind; upper case comes from user U instead of u. `.` lets ten seconds pass. The answers: the last digit of the
// rule's id for each event, `-` for none.
class Sequence {
 public:
  explicit Sequence(const std::string& composites) {
    const std::string text =
        "<group name=\"all,\">"
        "<rule id=\"100001\" level=\"3\"><match>kind a</match><group>fail,</group><description>d</description></rule>"
        "<rule id=\"100002\" level=\"4\"><match>kind b</match><group>fail,</group><description>d</description></rule>"
        "<rule id=\"100003\" level=\"0\"><match>kind c</match><description>d</description></rule>" +
        composites + "</group>";
    Diagnostics diagnostics;
    rules_ = RuleSet::LoadTexts({{"r.xml", text}}, {}, diagnostics);
    for (const Diagnostic& item : diagnostics.items()) ADD_FAILURE() << item.ToString();
  }

  std::string Run(const std::string& events) {
    Matcher matcher(*rules_);
    const CorrelationPlan plan(*rules_);
    ArrivalWindows windows(*rules_, plan);
    MatchResult result;
    MessageParser parser;
    Arena arena;
    const EventOrigin origin;
    Millis now = 1'700'000'000'000;
    std::string out;
    for (char letter : events) {
      if (letter == '.') {
        now += 10 * kSecond;
        continue;
      }
      const bool upper = letter < 'a';
      const std::string line =
          std::string("{\"t\":\"kind ") + static_cast<char>(letter | 0x20) + "\",\"who\":\"" + (upper ? "U" : "u") + "\"}";
      arena.Reset();
      const Event event = Event::Message(line, parser.Parse(line), arena, nullptr);
      const EventValues values(event, now, origin);
      matcher.Match(event, now, result);
      const ArrivalWindows::Outcome outcome = windows.Decide(result.alternatives, values, "000", now);
      out += outcome.rule == nullptr ? '-' : static_cast<char>('0' + outcome.rule->id % 10);
    }
    return out;
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
};

std::string Composite(int id, int level, int frequency, const std::string& inside) {
  return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" frequency=\"" +
         std::to_string(frequency) + "\" timeframe=\"60\">" + inside + "<description>d</description></rule>";
}

TEST(ArrivalWindows, Sequences) {
  const std::string sid = "<if_matched_sid>100001</if_matched_sid>";
  struct Case {
    std::string composites;
    const char* events;
    const char* rules;
  };
  const std::vector<Case> cases = {
      // N fires at N, 2N, …; two at every event from the second
      {Composite(100005, 8, 3, sid), "aaaaaaa", "1151151"},
      {Composite(100005, 8, 2, sid), "aaaa", "1555"},
      {Composite(100005, 8, 4, sid), "aaabacaa", "11125311"},
      // the window: 60 s still count, 70 don't
      {Composite(100005, 8, 3, sid), "a...a...a", "115"},
      {Composite(100005, 8, 3, sid), "a...a....a", "111"},
      // other rules and level 0 don't count
      {Composite(100005, 8, 2, sid), "bab", "212"},
      {Composite(100005, 8, 2, "<if_matched_sid>100003</if_matched_sid>"), "ccc", "333"},
      // by field
      {Composite(100005, 8, 3, sid + "<same_field>who</same_field>"), "aAaAaA", "111155"},
      {Composite(100005, 8, 3, sid + "<same_field>other</same_field>"), "aaaa", "1111"},
      {Composite(100005, 8, 2, sid + "<different_field>who</different_field>"), "aaAa", "1151"},
      {Composite(100005, 8, 2, sid + "<different_field>other</different_field>"), "aa", "15"},
      // by group; the composite's own conditions are about the current event
      {Composite(100005, 8, 3, "<if_matched_group>fail</if_matched_group>"), "abababa", "1252151"},
      {Composite(100005, 8, 3, sid + "<match type=\"pcre2\">\"U\"</match>"), "aaaAa", "11151"},
      // a rule that a composite targets by id counts for one by group as well
      {Composite(100005, 8, 3, "<if_matched_group>fail</if_matched_group>") + Composite(100006, 9, 5, sid), "aaab", "1152"},
      // a higher level is tried first and sees no mark of a lower one
      {Composite(100005, 8, 3, sid) + Composite(100006, 10, 5, sid), "aaaaaaaa", "11511611"},
      // below another rule: earlier failures, then something else; the newest counted one is used up
      {"<rule id=\"100005\" level=\"9\" frequency=\"3\" timeframe=\"60\"><if_sid>100002</if_sid>" + sid +
           "<description>d</description></rule>",
       "aabbaab", "1152115"},
      // level 0 and noalert never show
      {Composite(100005, 0, 2, sid), "aaa", "111"},
      {"<rule id=\"100005\" level=\"9\" noalert=\"1\">" + sid + "<description>d</description></rule>", "aaa", "111"},
      // a child of a composite is the result
      {Composite(100005, 8, 2, sid) + "<rule id=\"100006\" level=\"12\"><if_sid>100005</if_sid><match "
                                      "type=\"pcre2\">\"U\"</match><description>d</description></rule>",
       "aaAa", "1565"},
  };
  for (const Case& c : cases) EXPECT_EQ(Sequence(c.composites).Run(c.events), c.rules) << c.events << " with " << c.composites;
}

}  // namespace
}  // namespace trailsift
