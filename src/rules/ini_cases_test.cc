#include "rules/ini_cases.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(IniCasesTest, KeepsRepeatedKeysInOneSession) {
  Diagnostics diagnostics;
  const std::vector<IniCase> cases = ReadIniCases(
      "; comment\n[first one]\r\nlog 1 pass = a = b ; c\nLog 1 Pass: second\n   third\nlog 2 fail = x\n\n# comment\nrule = "
      "5710\nalert =5\n"
      "decoder=\n[next]\nlog 1 pass =\nrule =\nalert =\ndecoder = json\n",
      "t.ini", diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << diagnostics.items()[0].ToString();
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[0].name, "first one: log 1 pass");
  EXPECT_EQ(cases[0].place.line, 3);
  EXPECT_EQ(cases[0].lines, (std::vector<std::string>{"a = b ; c", "second", "third"}));
  EXPECT_FALSE(cases[0].must_differ);
  EXPECT_EQ(cases[0].rule, "5710");
  EXPECT_EQ(cases[0].level, "5");
  EXPECT_EQ(cases[0].decoder, "");
  EXPECT_TRUE(cases[1].must_differ);
  EXPECT_EQ(cases[1].rule, "5710");
  EXPECT_EQ(cases[2].name, "next: log 1 pass");
  EXPECT_EQ(cases[2].lines, (std::vector<std::string>{""}));
  EXPECT_EQ(cases[2].decoder, "json");
}

TEST(IniCasesTest, TellsEveryFaultWithItsPlace) {
  struct Case {
    const char* text;
    std::vector<std::string> faults;
  };
  for (const Case& c : {
           Case{"rule = 1\n", {"t.ini:1:1: error: a key before the first `[section]`"}},
           {"[s]\nlog 1 = x\nrules = 1\nwhat\n",
            {"t.ini:2:1: error: `log 1` must end in `pass` or `fail` (write `log 1 pass = …`)",
             "t.ini:3:1: error: `rules` is unknown (did you mean rule?)", "t.ini:4:1: error: neither `[section]` nor `key = value`",
             "t.ini:1:1: error: [s] has no `rule` (`rule =` expects none)",
             "t.ini:1:1: error: [s] has no `alert` (`alert =` expects none)",
             "t.ini:1:1: error: [s] has no `decoder` (`decoder =` expects none)",
             "t.ini:1:1: error: [s] has no `log N pass` and no `log N fail`"}},
           {"[s\nlog 1 pass = x\nrule = 1\nalert = 1\ndecoder = json\n",
            {"t.ini:1:1: error: `]` is missing behind the section's name"}},
       }) {
    Diagnostics diagnostics;
    (void)ReadIniCases(c.text, "t.ini", diagnostics);
    std::vector<std::string> faults;
    for (const Diagnostic& item : diagnostics.items()) faults.push_back(item.ToString());
    EXPECT_EQ(faults, c.faults) << c.text;
  }
}

}  // namespace
}  // namespace trailsift
