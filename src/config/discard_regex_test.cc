#include "config/discard_regex.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(DiscardRegexTest, Matches) {
  const struct {
    const char* pattern;
    std::string value;
    bool want;
  } kCases[] = {
      {"AssumeRole", "AssumeRole", true},
      {"AssumeRole", "AssumeRoleWithSAML", true},  // not anchored at the end
      {"AssumeRole", "XAssumeRole", false},        // anchored at the start
      {"AssumeRole", "assumerole", false},         // case counts
      {"(?i)assumerole", "AssumeRole", true},
      {"AssumeRole$", "AssumeRoleWithSAML", false},
      {"a|b", "b", true},
      {"a|b", "cb", false},
      {".*x", "cbx", true},
      {".*x", "c\nx", false},
      {"", "", true},
      {"^$", "a", false},
      {"\\w+$", "münchen", true},
      {"\\u0041bc", "Abc", true},
      {"(?P<n>a)(?P=n)", "aa", true},
      {"abc", "abc\xff", true},  // invalid UTF-8 behind the match
      {".*z", "ab\xffz", false},
      {"<", "<", true},
      {"\\<", "<", true},
  };
  for (const auto& c : kCases) {
    Result<DiscardRegex> regex = DiscardRegex::Compile("eventName", c.pattern);
    ASSERT_TRUE(regex.ok()) << c.pattern << ": " << regex.status().message();
    EXPECT_EQ(regex->Matches(c.value), c.want) << c.pattern << " on " << c.value;
  }
  Result<DiscardRegex> regex = DiscardRegex::Compile("a.b", "x*");
  ASSERT_TRUE(regex.ok());
  EXPECT_EQ(regex->field(), "a.b");
  EXPECT_EQ(regex->text(), "x*");
  EXPECT_TRUE(regex->Matches(std::string_view()));
}

TEST(DiscardRegexTest, Refused) {
  for (const char* pattern : {"(", "[a", "*", "a{2,1}", "\\C", "(?P<n>a)(?P=m)"}) {
    Result<DiscardRegex> regex = DiscardRegex::Compile("f", pattern);
    ASSERT_FALSE(regex.ok()) << pattern;
    EXPECT_NE(regex.status().message().find(" at byte "), std::string::npos) << regex.status().message();
  }
  EXPECT_FALSE(DiscardRegex::Compile("f", std::string(20481, 'a')).ok());
}

TEST(DiscardRegexTest, AHopelessPatternKeepsTheRecord) {
  Result<DiscardRegex> regex = DiscardRegex::Compile("f", "(a+)+$");
  ASSERT_TRUE(regex.ok());
  EXPECT_FALSE(regex->Matches(std::string(64, 'a') + "b"));
}

}  // namespace
}  // namespace trailsift
