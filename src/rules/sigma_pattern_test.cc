#include "rules/sigma_pattern.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(SigmaPattern, Holds) {
  struct {
    std::string_view pattern;
    SigmaWhere where;
    std::string_view hit;
    std::string_view miss;
  } const cases[] = {
      {"Put", SigmaWhere::kWhole, "pUT", "Puts"},
      {"P*t", SigmaWhere::kWhole, "Pt", "Pta"},
      {"*a*b*", SigmaWhere::kWhole, "xaxbx", "xbxax"},
      {"a*ab", SigmaWhere::kWhole, "aabab", "aaba"},
      {"?", SigmaWhere::kWhole, "ü", "üü"},
      {"??", SigmaWhere::kWhole, "a😀", "😀"},
      {"*", SigmaWhere::kWhole, "", "\x01never"},
      {"a", SigmaWhere::kStart, "Ab", "ba"},
      {"a*c", SigmaWhere::kStart, "abcd", "bc"},
      {"a", SigmaWhere::kEnd, "bA", "ab"},
      {"a\\", SigmaWhere::kStart, "a\\b", "ab"},
      {"*a", SigmaWhere::kAnywhere, "xay", "xy"},
      {"a\\*b", SigmaWhere::kWhole, "a*b", "axb"},
      {"a\\\\*b", SigmaWhere::kWhole, "a\\xb", "axb"},
      {"a\\\\\\*b", SigmaWhere::kWhole, "a\\*b", "a\\xb"},
      {"a\\\\\\b", SigmaWhere::kWhole, "a\\\\b", "a\\b"},
      {"a\\b", SigmaWhere::kWhole, "a\\b", "a\\\\b"},
      {"JÜ*", SigmaWhere::kWhole, "jürgen", "jurgen"},
  };
  for (const auto& [pattern, where, hit, miss] : cases) {
    EXPECT_TRUE(SigmaPattern::Parse(pattern, {where}).Holds(hit)) << pattern;
    if (miss != "\x01never") EXPECT_FALSE(SigmaPattern::Parse(pattern, {where}).Holds(miss)) << pattern;
  }
}

TEST(SigmaPattern, Cased) {
  const SigmaPattern pattern = SigmaPattern::Parse("aB?", {SigmaWhere::kStart, true});
  EXPECT_TRUE(pattern.Holds("aBcd"));
  EXPECT_FALSE(pattern.Holds("abcd"));
  EXPECT_FALSE(pattern.Holds("aB"));
}

TEST(SigmaPattern, AnyDash) {
  const SigmaPattern pattern = SigmaPattern::Parse(" /x-y*", {SigmaWhere::kAnywhere, false, true});
  EXPECT_TRUE(pattern.Holds("a -X—y"));
  EXPECT_TRUE(pattern.Holds(" ―x/y"));
  EXPECT_FALSE(pattern.Holds(" +x-y"));
  EXPECT_FALSE(pattern.Holds(" --x-y"));
}

TEST(SigmaPattern, PlainTakesEverySignForItself) {
  const SigmaPattern pattern = SigmaPattern::Plain("a*\\?", {});
  EXPECT_TRUE(pattern.Holds("A*\\?"));
  EXPECT_FALSE(pattern.Holds("ab\\?"));
}

TEST(SigmaPattern, TellsWhatItCannotDoWithout) {
  EXPECT_EQ(SigmaPattern::Parse("StopX", {}).Exact(), "stopx");
  EXPECT_EQ(SigmaPattern::Parse("*StopX*", {}).Substring(), "stopx");
  EXPECT_EQ(SigmaPattern::Parse("StopX", {SigmaWhere::kAnywhere}).Substring(), "stopx");
  EXPECT_EQ(SigmaPattern::Parse("Stop?", {}).Exact(), std::nullopt);
  EXPECT_EQ(SigmaPattern::Parse("Stop*", {}).Substring(), std::nullopt);
  EXPECT_EQ(SigmaPattern::Parse("StopX", {SigmaWhere::kWhole, true}).Exact(), std::nullopt);
  EXPECT_EQ(SigmaPlainText("a\\*b\\\\c\\d"), "a*b\\c\\d");
  EXPECT_EQ(SigmaPlainText("a?"), std::nullopt);
}

}  // namespace
}  // namespace trailsift
