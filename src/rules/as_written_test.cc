#include "rules/as_written.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/rule_set.h"

namespace trailsift {
namespace {

using testing::ElementsAreArray;

TEST(AsWritten, ShowsEachTestInTheOrderInWhichItIsTried) {
  struct Case {
    std::string rule;  // behind id and level
    std::vector<std::string> shown;
  };
  const Case cases[] = {
      {">", {}},
      {"><field name=\"aws.eventName\">^Create\\w+$</field>", {"<field name=\"aws.eventName\">^Create\\w+$</field>"}},
      {"><field name=\"a\" type=\"osregex\">x</field>", {"<field name=\"a\">x</field>"}},
      {"><field name=\"a\" type=\"PCRE2\" negate=\"yes\">x</field>", {"<field name=\"a\" type=\"pcre2\" negate=\"yes\">x</field>"}},
      {"><regex>a</regex><location>b</location>", {"<regex>a</regex>", "<location>b</location>"}},
      {"><regex type=\"osmatch\">a</regex>", {"<regex type=\"osmatch\">a</regex>"}},
      {"><match>a|</match><match>b</match>", {"<match>a|b</match>"}},
      {"><srcip>10.0.0.0/8</srcip><srcip>192.0.2.1</srcip><decoded_as>json</decoded_as>",
       {"<decoded_as>json</decoded_as>", "<srcip>10.0.0.0/8 192.0.2.1</srcip>"}},
      {"><action>a</action><url type=\"pcre2\">u</url>", {"<action>a</action>", "<url type=\"pcre2\">u</url>"}},
      {"><list field=\"aws.x\">etc/lists/names</list>", {"<list field=\"aws.x\" lookup=\"match_key\">etc/lists/names</list>"}},
      {"><list field=\"a\" lookup=\"address_match_key_value\" check_value=\"in\">etc/lists/names</list><location>L</location>",
       {"<location>L</location>",
        "<list field=\"a\" lookup=\"address_match_key_value\" check_value=\"in\">etc/lists/names</list>"}},
      {" maxsize=\"60\"><weekday>! sunday</weekday><time> 9:00 - 17:00 </time>",
       {"maxsize=\"60\"", "<time>9:00 - 17:00</time>", "<weekday>! sunday</weekday>"}},
  };
  for (const Case& c : cases) {
    Diagnostics diagnostics;
    const auto rules = RuleSet::LoadTexts(
        {{"r.xml", "<group name=\"g,\"><rule id=\"100001\" level=\"3\"" + c.rule + "<description>d</description></rule></group>"}},
        {{"etc/lists/names", "A:1\n"}}, diagnostics);
    ASSERT_NE(rules, nullptr) << c.rule;
    std::vector<std::string> shown;
    for (const WrittenTest& test : WrittenTests(*rules->Find(100001))) shown.push_back(test.ToXml());
    EXPECT_THAT(shown, ElementsAreArray(c.shown)) << c.rule;
  }
}

TEST(AsWritten, KnowsThePlaceOfATest) {
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"r.xml",
                                          "<group name=\"g,\">\n<rule id=\"100001\" level=\"3\">\n  <field name=\"a\">x</field>"
                                          "<description>d</description></rule></group>"}},
                                        {}, diagnostics);
  ASSERT_NE(rules, nullptr);
  const WrittenTest test = WrittenTests(*rules->Find(100001)).at(0);
  EXPECT_EQ(test.place.file, "r.xml");
  EXPECT_EQ(test.place.line, 3);
  EXPECT_EQ(test.place.column, 3);
}

}  // namespace
}  // namespace trailsift
