// The walk through the tree, by tables; and the compiled matcher held to the plain one on random rules and on the recorded cases.
#include "detect/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "detect/also.h"
#include "detect/naive_matcher.h"
#include "event/message.h"

namespace trailsift {
namespace {

std::string AllText(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
  return text;
}

// `100011; 100010+100012 100013`: alternatives in order, their composites with `+` in front; `none` for no rule.
std::string Show(const MatchResult& result) {
  std::string text;
  for (const Alternative& alternative : result.alternatives) {
    if (!text.empty()) text += "; ";
    for (const Rule* composite : alternative.composites) text += '+' + std::to_string(composite->id) + ' ';
    text += alternative.result == nullptr ? "none" : std::to_string(alternative.result->id);
  }
  return text;
}

// What both matchers say; they must agree.
class BothMatchers {
 public:
  explicit BothMatchers(const RuleSet& rules) : rules_(rules), matcher_(rules) {}

  std::string Message(const std::string& line, const EventOrigin& origin = {}) {
    arena_.Reset();
    return Ask(Event::Message(line, parser_.Parse(line), arena_, nullptr), origin, line);
  }

  // What else would have held, had the result been the first alternative's.
  std::string Also(const std::string& record) {
    Record(record);
    std::string text;
    for (const std::string& id : AlsoHolding(all_, *compiled_.alternatives.front().result)) text += (text.empty() ? "" : " ") + id;
    return text;
  }

  std::string Record(const std::string& record) {
    arena_.Reset();
    const auto json = parser_.Parse(record);
    EXPECT_TRUE(json) << record;
    return Ask(Event::Record(*json, envelope_, arena_, nullptr), {}, record);
  }

 private:
  std::string Ask(const Event& event, const EventOrigin& origin, const std::string& shown) {
    MatchResult plain;
    MatchNaively(rules_, event, 0, origin, plain);
    matcher_.set_origin(origin);
    matcher_.Match(event, 0, compiled_);
    EXPECT_EQ(Show(compiled_), Show(plain)) << shown.substr(0, 400);
    EXPECT_TRUE(compiled_.alternatives.back().composites.empty());
    matcher_.MatchAll(event, 0, all_);
    std::vector<const Rule*> plain_all;
    MatchAllNaively(rules_, event, 0, origin, plain_all);
    EXPECT_EQ(Ids(all_), Ids(plain_all)) << shown.substr(0, 400);
    return Show(plain);
  }

  static std::vector<int> Ids(const std::vector<const Rule*>& rules) {
    std::vector<int> ids;
    for (const Rule* rule : rules) ids.push_back(rule->id);
    return ids;
  }

  const RuleSet& rules_;
  Matcher matcher_;
  std::vector<const Rule*> all_;
  MatchResult compiled_;
  MessageParser parser_;
  Arena arena_;
  Envelope envelope_;
};

// A level 0 rule ends its branch in silence, a noalert rule does not; composites and what is below them hold for nobody else.
constexpr const char* kAlsoRules = R"xml(
<group name="aws,">
  <rule id="100001" level="0"><decoded_as>json</decoded_as><description>record</description></rule>
  <rule id="100010" level="3"><if_sid>100001</if_sid><field name="aws.a">1</field><description>d</description></rule>
  <rule id="100011" level="9"><if_sid>100010</if_sid><field name="aws.b">1</field><description>d</description></rule>
  <rule id="100012" level="8"><if_sid>100010</if_sid><field name="aws.c">1</field><description>d</description></rule>
  <rule id="100013" level="2"><if_sid>100001</if_sid><field name="aws.b">1</field><description>d</description></rule>
  <rule id="100014" level="2" noalert="1"><if_sid>100001, 100013</if_sid><field name="aws.c">1</field><description>d</description></rule>
  <rule id="100015" level="1"><if_sid>100014</if_sid><field name="aws.d">1</field><description>d</description></rule>
  <rule id="100016" level="2"><if_sid>100001</if_sid><field name="aws.d">1</field><description>d</description></rule>
  <rule id="100017" level="0"><if_sid>100016</if_sid><field name="aws.e">1</field><description>d</description></rule>
  <rule id="100020" level="12" frequency="2"><if_matched_sid>100011</if_matched_sid><description>d</description></rule>
  <rule id="100021" level="13"><if_sid>100020</if_sid><field name="aws.c">1</field><description>d</description></rule>
</group>)xml";

TEST(Matcher, TellsWhatElseWouldHaveHeld) {
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"r.xml", kAlsoRules}}, {}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  BothMatchers both(*rules);
  const std::pair<const char*, const char*> records[] = {
      {R"({"a":1})", ""},              // its parent is no news
      {R"({"a":1,"c":1})", ""},        // 100014 is silent and nothing is below it
      {R"({"a":1,"b":1})", "100013"},  // the composite is left out; 100011 stands above it
      {R"({"a":1,"b":1,"c":1})", "100012 100013"},
      {R"({"b":1,"c":1,"d":1})", "100016"},  // 100015 is the winner on one way and found again on another
      {R"({"a":1,"b":1,"c":1,"d":1})", "100012 100015 100016"},
      {R"({"a":1,"d":1})", "100016"},
      {R"({"a":1,"d":1,"e":1})", ""},  // 100017 would have ended it without an alert
      {R"({"z":1})", ""},
  };
  for (const auto& [record, expected] : records) EXPECT_EQ(both.Also(record), expected) << record;
}

TEST(Matcher, NamesAtMostSoManyOthers) {
  std::string text =
      R"(<group name="g,"><rule id="100001" level="0"><decoded_as>json</decoded_as><description>d</description></rule>)";
  for (int id = 100010; id < 100040; ++id)
    text += "<rule id=\"" + std::to_string(id) + "\" level=\"3\"><if_sid>100001</if_sid><description>d</description></rule>";
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"r.xml", text + "</group>"}}, {}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  BothMatchers both(*rules);
  const std::string also = both.Also(R"({"a":1})");
  EXPECT_EQ(also.substr(0, 13), "100011 100012");
  EXPECT_EQ(std::count(also.begin(), also.end(), ' '), static_cast<std::ptrdiff_t>(kMaxAlso) - 1);
}

constexpr const char* kRules = R"xml(
<group name="aws,">
  <rule id="100000" level="0"><decoded_as>json</decoded_as><field name="integration">aws</field><description>any</description></rule>
  <rule id="100001" level="0"><if_sid>100000</if_sid><field name="aws.source">cloudtrail</field><description>record</description></rule>
  <rule id="100002" level="0"><if_sid>100000</if_sid><field name="aws.source">guardduty</field><description>finding</description></rule>
  <rule id="100010" level="3"><if_sid>100001</if_sid><field name="aws.eventName">^CreateUser$</field><description>d</description></rule>
  <rule id="100011" level="7"><if_sid>100010</if_sid><field name="aws.errorCode">Denied</field><description>d</description></rule>
  <rule id="100012" level="9" noalert="1"><if_sid>100001</if_sid><field name="aws.eventName">^Delete</field><description>d</description></rule>
  <rule id="100013" level="9"><if_sid>100012</if_sid><field name="aws.eventName" negate="yes">Trail</field><description>d</description></rule>
  <rule id="100014" level="4"><if_sid>100001</if_sid><field name="aws.eventName">^DeleteTrail$|^StopLogging$</field><description>d</description></rule>
  <rule id="100015" level="5"><if_sid>100001</if_sid><list field="aws.eventName">etc/lists/names</list><description>d</description></rule>
  <rule id="100016" level="5"><if_sid>100001</if_sid><field name="aws.eventName" type="pcre2">^PutX$</field><description>d</description></rule>
  <rule id="100017" level="2"><if_sid>100001</if_sid><match>needle</match><description>d</description></rule>
  <rule id="100018" level="2"><if_sid>100001</if_sid><location>^elsewhere$</location><description>d</description></rule>
  <rule id="100019" level="0"><if_sid>100002</if_sid><match>x</match><description>d</description></rule>
  <rule id="100020" level="8" frequency="3"><if_matched_sid>100010</if_matched_sid><field name="aws.awsRegion">^us</field><description>d</description></rule>
  <rule id="100021" level="12"><if_sid>100020</if_sid><field name="aws.awsRegion">east</field><description>d</description></rule>
  <rule id="100022" level="10" frequency="2"><if_sid>100020</if_sid><if_matched_sid>100020</if_matched_sid><description>d</description></rule>
</group>)xml";

TEST(Matcher, WalksTheTree) {
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"r.xml", kRules}}, {{"etc/lists/names", "ListX:\n"}}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  BothMatchers both(*rules);
  const std::pair<const char*, const char*> records[] = {
      {R"({"eventName":"CreateUser"})", "100010"},
      {R"({"eventName":"createuser","errorCode":"AccessDenied"})", "100011"},
      {R"({"eventName":"CreateUsers"})", "100001"},
      {R"({"eventName":"DeleteTrail"})", "100014"},
      {R"({"eventName":"DeleteUser"})", "100013"},
      {R"({"eventName":"StopLogging"})", "100014"},
      {R"({"eventName":"ListX"})", "100015"},
      {R"({"eventName":"listx"})", "100001"},
      {R"({"eventName":"PutX"})", "100016"},
      {R"({"eventName":"PutX\n"})", "100016"},
      {R"({"eventName":"putx"})", "100001"},
      {R"({"eventName":"Any","note":"a needle here"})", "100017"},
      {R"({"eventName":"CreateUser","awsRegion":"us-west-1"})", "+100020 +100022 100022; +100020 100020; 100010"},
      {R"({"eventName":"CreateUser","awsRegion":"us-east-1"})", "+100020 100021; 100010"},
      // the collector's `source` replaces one of the record's own
      {R"({"eventName":"CreateUser","source":"guardduty","x":1})", "100010"},
      {R"({"other":1})", "100001"},
  };
  for (const auto& [record, expected] : records) EXPECT_EQ(both.Record(record), expected) << record;
  EXPECT_EQ(both.Message(R"({"integration":"aws","aws":{"eventName":"CreateUser","source":"cloudtrail"}})"), "100010");
  EXPECT_EQ(both.Message(R"({"integration":"aws","aws":{"eventName":"Z","source":"cloudtrail"}})", {"elsewhere", ""}), "100018");
  EXPECT_EQ(both.Message("plain"), "none");
  EXPECT_EQ(both.Message(R"({"broken")"), "none");
}

TEST(Matcher, TakesTheSyslogHeaderOff) {
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts(
      {{"r.xml", R"(<group name="g,"><rule id="100001" level="5"><match>^hello</match><description>d</description></rule>
         <rule id="100002" level="7"><program_name>^cron$</program_name><hostname>^box$</hostname><description>d</description></rule>
         <rule id="100003" level="6" maxsize="30"><match>long</match><description>d</description></rule></group>)"}},
      {}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  BothMatchers both(*rules);
  const std::pair<const char*, const char*> lines[] = {
      {"hello", "100001"},
      {"x hello", "none"},
      {"Mar  5 10:00:00 box app: hello", "100001"},
      {"Mar 15 10:00:00 box cron[12]: x", "100002"},
      {"Mar 15 10:00:00 other cron[12]: x", "none"},
      {"Mar  5 10:00:00 box hello there", "100001"},
      {"a long line", "none"},
      {"a line that is really long enough", "100003"},
  };
  for (const auto& [line, expected] : lines) EXPECT_EQ(both.Message(line), expected) << line;
}

// A rule tree whose walk would not end for ages: layers of rules that each hang below all of the layer above and never alert.
TEST(Matcher, EndsOnATreeOfManyParents) {
  std::string text = "<group name=\"g,\">";
  for (int layer = 0; layer < 40; ++layer) {
    for (int i = 0; i < 4; ++i) {
      const int id = 100000 + layer * 10 + i;
      text += "<rule id=\"" + std::to_string(id) + "\" level=\"3\" noalert=\"1\">";
      if (layer > 0) {
        text += "<if_sid>";
        for (int parent = 0; parent < 4; ++parent) text += std::to_string(id - i - 10 + parent) + ' ';
        text += "</if_sid>";
      }
      text += "<description>d</description></rule>";
    }
  }
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"r.xml", text + "</group>"}}, {}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_EQ(BothMatchers(*rules).Message("x"), "none");
}

// Small alphabets, so that rules and events meet often.
class RandomCase {
 public:
  explicit RandomCase(unsigned seed) : random_(seed) {}

  std::string Rules(int count) {
    std::string text =
        "<group name=\"g,\"><rule id=\"100000\" level=\"0\"><decoded_as>json</decoded_as><description>d</description></rule>\n";
    for (int i = 1; i <= count; ++i) {
      const std::string id = std::to_string(100000 + i);
      text += "<rule id=\"" + id + "\" level=\"" + std::to_string(Pick(6)) + "\"";
      if (Pick(6) == 0) text += " noalert=\"1\"";
      if (Pick(20) == 0) text += " maxsize=\"60\"";
      const bool composite = i > 5 && Pick(8) == 0;
      if (composite) text += " frequency=\"3\"";
      text += "><if_sid>" + std::to_string(100000 + Pick(std::min(i, 12)));
      if (Pick(4) == 0) text += "," + std::to_string(100000 + Pick(i));
      text += "</if_sid>";
      if (composite) text += "<if_matched_sid>" + std::to_string(100000 + Pick(i)) + "</if_matched_sid>";
      for (int tests = Pick(3); tests > 0; --tests) text += Test();
      text += "<description>d</description></rule>\n";
    }
    return text + "</group>";
  }

  std::string Record() {
    std::string text = "{\"id\":" + std::to_string(Pick(3));
    for (int fields = 1 + Pick(4); fields > 0; --fields) text += ",\"" + FieldName() + "\":\"" + Value() + "\"";
    return text + "}";
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string FieldName() { return std::string(Pick(5) == 0 ? "A" : "a") + std::string(1, static_cast<char>('a' + Pick(4))); }
  std::string Value() {
    static constexpr const char* kValues[] = {"x", "X", "y", "xy", "z", "", "x\\n", "w", "10.0.0.1"};
    return kValues[Pick(9)];
  }
  std::string Test() {
    const std::string field = "aws." + FieldName();
    const char* negate = Pick(5) == 0 ? " negate=\"yes\"" : "";
    switch (Pick(9)) {
      case 0: return "<field name=\"" + field + "\"" + negate + ">^x$|^Y$</field>";
      case 1: return "<field name=\"" + field + "\"" + negate + " type=\"osmatch\">^XY$</field>";
      case 2: return "<field name=\"" + field + "\"" + negate + " type=\"pcre2\">^x$</field>";
      case 3: return "<field name=\"" + field + "\"" + negate + ">y</field>";
      case 4: return "<list field=\"" + field + "\">etc/lists/l</list>";
      case 5: return "<list field=\"" + field + "\" lookup=\"not_match_key\">etc/lists/l</list>";
      case 6: return "<list field=\"" + field + "\" lookup=\"address_match_key_value\" check_value=\"in\">etc/lists/l</list>";
      case 7: return std::string("<match") + negate + ">\"x\"</match>";
      default: return "<field name=\"" + field + "\">^z$</field>";
    }
  }

  std::mt19937 random_;
};

TEST(Matcher, AgreesWithThePlainReadingOnRandomRules) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    RandomCase random(seed);
    Diagnostics diagnostics;
    const auto rules = RuleSet::LoadTexts({{"r.xml", random.Rules(40)}}, {{"etc/lists/l", "x:1\nz:2\n10.:inside\n"}}, diagnostics);
    ASSERT_NE(rules, nullptr) << AllText(diagnostics);
    BothMatchers both(*rules);
    for (int i = 0; i < 60; ++i) {
      const std::string record = random.Record();
      both.Record(record);
      both.Message("{\"integration\":\"aws\",\"aws\":" + record + "}");
    }
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

// The recorded cases of Wazuh's engine, where they are at hand: here only that both readings agree on their rules and events.
TEST(Matcher, AgreesWithThePlainReadingOnRecordedCases) {
  const char* shared = std::getenv("TRAILSIFT_SHARED");
  const std::filesystem::path root = std::filesystem::path(shared != nullptr ? shared : "../shared") / "goldens" / "wazuh";
  if (!std::filesystem::is_directory(root)) GTEST_SKIP() << root << " is not there";
  int cases = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    if (!std::filesystem::is_regular_file(folder.path() / "rules.xml")) continue;
    RuleSources sources;
    sources.paths = {(folder.path() / "rules.xml").string()};
    sources.list_folders = {(folder.path() / "lists").string()};
    Diagnostics diagnostics;
    const auto rules = RuleSet::Load(sources, diagnostics);
    if (rules == nullptr) continue;
    ++cases;
    BothMatchers both(*rules);
    std::ifstream events(folder.path() / "events.jsonl");
    for (std::string line; std::getline(events, line);) both.Message(line);
    ASSERT_FALSE(HasFailure()) << folder.path();
  }
  EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace trailsift
