#include "detect/sigma_matcher.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <set>

#include "detect/naive_sigma.h"
#include "event/message.h"

namespace trailsift {
namespace {

std::string AllText(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + '\n';
  return text;
}

// Both readings of a set; what both say, by title.
class BothReadings {
 public:
  explicit BothReadings(std::shared_ptr<const SigmaRules> rules) : rules_(std::move(rules)), matcher_(*rules_) {}

  std::set<std::string> Record(std::string_view text) {
    arena_.Reset();
    const std::optional<JsonValue> json = parser_.Parse(text);
    EXPECT_TRUE(json) << text;
    if (!json) return {};
    const Event event = Event::Record(*json, envelope_, arena_, nullptr);
    matcher_.Match(event, ReadHeader(*json), compiled_);
    MatchSigmaNaively(*rules_, event, plain_);
    EXPECT_EQ(compiled_, plain_) << text;
    std::set<std::string> titles;
    for (const SigmaRule* rule : plain_) titles.insert(rule->info.description);
    return titles;
  }

  Envelope envelope_;

 private:
  std::shared_ptr<const SigmaRules> rules_;
  SigmaMatcher matcher_;
  MessageParser parser_;
  Arena arena_;
  std::vector<const SigmaRule*> compiled_;
  std::vector<const SigmaRule*> plain_;
};

std::shared_ptr<const SigmaRules> Load(const std::string& text) {
  Diagnostics diagnostics;
  auto rules = SigmaRules::LoadTexts({{"r.yml", text}}, {{"p", {"x", "y*"}}}, {}, diagnostics);
  EXPECT_NE(rules, nullptr) << AllText(diagnostics);
  return rules;
}

std::string Rule(const std::string& title, const std::string& detection) {
  return "---\ntitle: " + title + "\nlogsource: {product: aws}\ndetection: {" + detection + "}\n";
}

TEST(SigmaMatcher, AnswersWithEveryRuleInOrder) {
  BothReadings both(
      Load(Rule("by name", "s: {eventName: [A, B]}, condition: s") + Rule("by source", "s: {eventSource: X}, condition: s") +
           Rule("by text", "s: {userAgent|contains: Kali}, condition: s") + Rule("any", "s: {errorCode: null}, condition: s") +
           Rule("not", "s: {eventName: A}, condition: not s") + Rule("no text", "s: {eventName: 5}, condition: s")));
  using Titles = std::set<std::string>;
  EXPECT_EQ(both.Record(R"({"eventName":"b","eventSource":"x","userAgent":"a KALI"})"),
            (Titles{"by name", "by source", "by text", "any", "not"}));
  EXPECT_EQ(both.Record(R"({"eventName":"A","errorCode":"e"})"), Titles{"by name"});
  EXPECT_EQ(both.Record(R"({"eventName":["c","A"],"errorCode":"e","userAgent":["kal","\u212Aali"]})"),
            (Titles{"by name", "by text"}));
  EXPECT_EQ(both.Record(R"({"eventName":5,"errorCode":1})"), (Titles{"no text", "not"}));
  EXPECT_EQ(both.Record(R"({"z":0})"), (Titles{"any", "not"}));
}

TEST(SigmaMatcher, LooksAtCloudTrailAlone) {
  BothReadings both(Load(Rule("any", "s: {x: null}, condition: s")));
  EXPECT_EQ(both.Record(R"({"z":0})").size(), 1u);
  both.envelope_.source = "guardduty";
  EXPECT_TRUE(both.Record(R"({"z":0})").empty());
}

class RandomSigma {
 public:
  explicit RandomSigma(unsigned seed) : random_(seed) {}

  std::string Rules(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
      std::string detection;
      const int searches = 1 + Pick(3);
      for (int s = 0; s < searches; ++s) detection += "s" + std::to_string(s) + ": " + Search() + ", ";
      text += Rule("t" + std::to_string(i), detection + "condition: " + Condition(searches, 3));
    }
    return text;
  }

  std::string Record() {
    std::string text = "{\"z\":0";
    for (int members = 1 + Pick(5); members > 0; --members) text += ",\"" + Name() + "\":" + Value(2);
    return text + "}";
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  template <std::size_t size>
  std::string Of(const char* const (&choices)[size]) {
    return choices[Pick(static_cast<int>(size))];
  }
  std::string Name() { return Of({"eventName", "eventSource", "a", "b", "a.b"}); }
  std::string Value(int depth) {
    const int kind = depth > 0 ? Pick(9) : Pick(7);
    if (kind == 7) return "[" + Value(depth - 1) + "," + Value(depth - 1) + "]";
    if (kind == 8) return "{\"" + Of({"a", "b"}) + "\":" + Value(depth - 1) + ",\"c\":" + Value(0) + "}";
    return Of({"\"x\"", "\"X\"", "\"xy\"", "\"yx\"", "\"\"", "5", "5.0", "\"5\"", "null", "true", "\"10.0.0.1\"", "\"Ü\"", "[]",
               "\"\\u212Ax\"", "\"2026-03-02T05:00:00Z\""});
  }
  std::string Text() { return Of({"x", "'*y'", "'x?'", "yx", "''", "'*'", "'*x*'", "5", "'5'", "true", "ü", "k"}); }
  std::string Texts() { return Pick(2) == 0 ? Text() : "[" + Text() + ", " + Text() + "]"; }
  std::string Item() {
    const std::string name = Of({"eventName", "eventSource", "a", "b", "a.b", "b.a", "b.c"});
    switch (Pick(14)) {
      case 0: return name + "|contains: " + Texts();
      case 1: return name + "|startswith: " + Texts();
      case 2: return name + "|endswith|cased: " + Texts();
      case 3: return name + "|contains|all: [" + Text() + ", " + Text() + "]";
      case 4: return name + "|neq: " + Texts();
      case 5: return name + "|re: '" + Of({"^x", "y$", "."}) + "'";
      case 6: return name + "|exists: " + Of({"true", "false"});
      case 7: return name + ": null";
      case 8: return name + "|gt" + Of({"", "e"}) + ": " + Of({"4", "5"});
      case 9: return name + "|cidr: 10.0.0.0/8";
      case 10: return name + "|fieldref" + Of({"", "|startswith", "|neq"}) + ": " + Of({"a", "b", "eventName"});
      case 11: return name + "|expand: '%p%'";
      case 12: return name + "|hour: 5";
      default: return name + ": " + Texts();
    }
  }
  std::string Map() {
    std::set<std::string> keys;
    std::string text = "{";
    for (int items = 1 + Pick(2); items > 0; --items) {
      const std::string item = Item();
      if (keys.insert(item.substr(0, item.find(':'))).second) text += (text.size() > 1 ? ", " : "") + item;
    }
    return text + "}";
  }
  std::string Search() {
    switch (Pick(6)) {
      case 0: return "[" + Map() + ", " + Map() + "]";
      case 1: return "[" + Of({"x", "'y*x'", "5", "'10.0'"}) + "]";
      default: return Map();
    }
  }
  std::string Condition(int searches, int depth) {
    switch (depth > 0 ? Pick(6) : 5) {
      case 0: return "(" + Condition(searches, depth - 1) + " and " + Condition(searches, depth - 1) + ")";
      case 1: return "(" + Condition(searches, depth - 1) + " or " + Condition(searches, depth - 1) + ")";
      case 2: return "not " + Condition(searches, depth - 1);
      case 3: return Of({"1 of s*", "all of s*", "1 of them"});
      default: return "s" + std::to_string(Pick(searches));
    }
  }

  std::mt19937 random_;
};

TEST(SigmaMatcher, AgreesWithThePlainReadingOnRandomRules) {
  std::size_t matches = 0;
  for (unsigned seed = 1; seed <= 15; ++seed) {
    RandomSigma random(seed);
    BothReadings both(Load(random.Rules(30)));
    for (int i = 0; i < 50; ++i) matches += both.Record(random.Record()).size();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(matches, 500u);
}

// The cases of other engines, where they are at hand: here only that both readings agree on their rules and events.
TEST(SigmaMatcher, AgreesWithThePlainReadingOnRecordedCases) {
  const char* shared = std::getenv("TRAILSIFT_SHARED");
  const std::filesystem::path root = std::filesystem::path(shared != nullptr ? shared : "../shared") / "goldens" / "sigma";
  if (!std::filesystem::is_directory(root)) GTEST_SKIP() << root << " is not there";
  int cases = 0;
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    if (!folder.is_directory()) continue;
    Diagnostics diagnostics;
    auto rules = SigmaRules::Load({{(folder.path() / "rules").string()}, {}}, {}, diagnostics);
    if (rules == nullptr) continue;
    ++cases;
    BothReadings both(std::move(rules));
    std::ifstream events(folder.path() / "events.jsonl");
    for (std::string line; std::getline(events, line);) both.Record(line);
    ASSERT_FALSE(HasFailure()) << folder.path();
  }
  EXPECT_GT(cases, 100);
}

}  // namespace
}  // namespace trailsift
