// Rule files as a whole: what they become, and what is said of their faults.
#include "rules/rule_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A set of one file of one group.
std::shared_ptr<const RuleSet> Load(const std::string& rules, Diagnostics& diagnostics) {
  return RuleSet::LoadTexts({{"local.xml", "<group name=\"g,\">\n" + rules + "\n</group>"}}, {{"etc/lists/names", "A:1\n"}},
                            diagnostics);
}

std::string AllText(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
  return text;
}

std::vector<int> ChildIds(const Rule& rule) {
  std::vector<int> ids;
  for (const Rule* child : rule.children) ids.push_back(child->id);
  return ids;
}

constexpr const char* kBase =
    "<rule id=\"100000\" level=\"0\"><decoded_as>json</decoded_as><description>base</description></rule>\n";

std::string Under(int id, int level, const std::string& more = "", const std::string& attributes = "") {
  return "<rule id=\"" + std::to_string(id) + "\" level=\"" + std::to_string(level) + "\" " + attributes +
         "><if_sid>100000</if_sid>" + more + "<description>d</description></rule>\n";
}

TEST(RuleSet, OrdersSiblings) {
  Diagnostics diagnostics;
  const auto rules = Load(
      kBase + Under(100001, 3) + Under(100002, 7) + Under(100003, 3) + Under(100004, 0) + Under(100005, 12, "", "accuracy=\"0\""),
      diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_THAT(ChildIds(*rules->Find(100000)), ElementsAre(100004, 100002, 100001, 100003, 100005));
}

TEST(RuleSet, MakesATemplateWhereThereIsNone) {
  Diagnostics diagnostics;
  const auto rules = Load(kBase, diagnostics);
  ASSERT_NE(rules, nullptr);
  ASSERT_EQ(rules->roots().size(), 1u);
  EXPECT_EQ(rules->roots()[0]->id, 1);
  EXPECT_TRUE(rules->roots()[0]->no_alert);
  EXPECT_THAT(ChildIds(*rules->roots()[0]), ElementsAre(100000));
}

TEST(RuleSet, OverwritesInPlace) {
  Diagnostics diagnostics;
  const auto rules = Load(kBase + Under(100001, 3, "<options>no_full_log</options><group>old,</group>") + Under(100002, 5) +
                              "<rule id=\"100003\" level=\"4\"><if_sid>100001</if_sid><description>child</description></rule>" +
                              "<rule id=\"100001\" level=\"9\" overwrite=\"yes\"><description>new</description></rule>",
                          diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  const Rule& rule = *rules->Find(100001);
  EXPECT_EQ(rule.info.level, 9);
  EXPECT_EQ(rule.info.description, "new");
  EXPECT_FALSE(rule.no_full_log);
  EXPECT_THAT(rule.info.groups, ElementsAre("g"));
  EXPECT_THAT(ChildIds(rule), ElementsAre(100003));
  EXPECT_THAT(ChildIds(*rules->Find(100000)), ElementsAre(100002, 100001));
}

TEST(RuleSet, KnowsWhatCompositesCompare) {
  struct Case {
    const char* element;
    const char* name;  // of the fixed value; nullptr: Wazuh does not know the element
    bool same;
  };
  const std::vector<Case> cases = {
      {"same_source_ip", "srcip", true},
      {"same_srcip", "srcip", true},
      {"same_dst_port", "dstport", true},
      {"same_user", "dstuser", true},
      {"same_location", "location", true},
      {"same_system_name", "system_name", true},
      {"different_srcip", "srcip", false},
      {"not_same_source_ip", "srcip", false},
      {"not_same_user", "dstuser", false},
      {"not_same_id", "id", false},
      {"different_url", "url", false},
      {"different_location", "location", false},
      {"SAME_ID", "id", true},
      {"same_dstuser", nullptr, true},
      {"different_source_ip", nullptr, false},
      {"not_same_url", nullptr, false},
      {"not_same_srcip", nullptr, false},
      {"different_agent", nullptr, false},
      {"same_geoip", nullptr, true},
      {"not_same_dstgeoip", nullptr, false},
      {"same_", nullptr, true},
  };
  for (const Case& c : cases) {
    Diagnostics diagnostics;
    const auto rules = Load(kBase + Under(100001, 3) + "<rule id=\"100010\" level=\"8\"><if_matched_sid>100001</if_matched_sid><" +
                                c.element + " /><description>d</description></rule>",
                            diagnostics);
    ASSERT_EQ(rules != nullptr, c.name != nullptr) << c.element << AllText(diagnostics);
    if (rules == nullptr) continue;
    EXPECT_TRUE(diagnostics.items().empty()) << AllText(diagnostics);
    const Composite& composite = rules->Find(100010)->composite;
    EXPECT_THAT(c.same ? composite.same_fields : composite.different_fields,
                ElementsAre(ContextField{Condition::Subject::kStatic, c.name, nullptr}))
        << c.element;
    EXPECT_TRUE((c.same ? composite.different_fields : composite.same_fields).empty()) << c.element;
  }
}

TEST(RuleSet, WhatHasNoEffectInACompositeIsSaid) {
  const std::pair<const char*, const char*> cases[] = {
      {"<same_agent />", "<same_agent> has no effect: Wazuh does not know it any more"},
      {"<not_same_agent />", "<not_same_agent> has no effect"},
      {"<same_srcgeoip />", "<same_srcgeoip> needs a place database: rule 100010 counts no event"},
      {"<different_dstgeoip />", "<different_dstgeoip> needs a place database: it has no effect"},
      {"<if_matched_regex>a</if_matched_regex>", "<if_matched_regex> has no effect beside <if_matched_sid>"},
  };
  for (const auto& [element, said] : cases) {
    Diagnostics diagnostics;
    const auto rules = Load(kBase + Under(100001, 3) + "<rule id=\"100010\" level=\"8\"><if_matched_sid>100001</if_matched_sid>" +
                                element + "<description>d</description></rule>",
                            diagnostics);
    ASSERT_NE(rules, nullptr) << AllText(diagnostics);
    EXPECT_EQ(diagnostics.items().size(), 1u);
    EXPECT_THAT(AllText(diagnostics), testing::HasSubstr(said));
  }
}

TEST(RuleSet, ReadsCompositesThatGoByLogs) {
  Diagnostics diagnostics;
  const auto rules = Load(kBase + Under(100001, 3) + Under(100002, 0) +
                              "<rule id=\"100010\" level=\"8\" frequency=\"3\"><if_matched_regex>^a\\d+</if_matched_regex>"
                              "<same_field>aws.a</same_field><description>d</description></rule>",
                          diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_TRUE(diagnostics.items().empty()) << AllText(diagnostics);
  const Rule& rule = *rules->Find(100010);
  EXPECT_TRUE(rule.is_composite);
  EXPECT_FALSE(rule.never_holds);
  ASSERT_TRUE(rule.composite.log.has_value());
  EXPECT_TRUE(rule.composite.log->pattern->Holds("a12"));
  EXPECT_FALSE(rule.composite.log->pattern->Holds("b12"));
  EXPECT_TRUE(rules->Find(100001)->is_target) << "it counts every rule's events";
  EXPECT_FALSE(rules->Find(100002)->is_target) << "level 0 is not remembered";
  Diagnostics refused;
  EXPECT_EQ(Load(std::string(kBase) +
                     "<rule id=\"100010\" level=\"8\"><if_matched_regex>a\\q</if_matched_regex><description>d</description></rule>",
                 refused),
            nullptr);
}

TEST(RuleSet, ReadsComposites) {
  Diagnostics diagnostics;
  const auto rules = Load(
      kBase + Under(100001, 3, "<group>fail,</group>") + Under(100002, 3, "<group>fails,</group>") +
          "<rule id=\"100010\" level=\"8\" frequency=\"5\" timeframe=\"60\"><if_matched_sid>100001</if_matched_sid>"
          "<same_field>aws.a</same_field><different_field>aws.b</different_field><same_srcip /><description>d</description></rule>"
          "<rule id=\"100011\" level=\"9\"><if_matched_group>fail</if_matched_group><description>d</description></rule>",
      diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  const Rule& by_sid = *rules->Find(100010);
  EXPECT_TRUE(by_sid.is_composite);
  EXPECT_EQ(by_sid.composite.count, 5u);
  EXPECT_EQ(by_sid.composite.timeframe, 60 * kSecond);
  EXPECT_THAT(by_sid.composite.targets, ElementsAre(rules->Find(100001)));
  EXPECT_THAT(by_sid.composite.same_fields, ElementsAre(ContextField{Condition::Subject::kField, "aws.a", nullptr},
                                                        ContextField{Condition::Subject::kStatic, "srcip", nullptr}));
  EXPECT_THAT(by_sid.composite.different_fields, ElementsAre(ContextField{Condition::Subject::kField, "aws.b", nullptr}));
  EXPECT_THAT(by_sid.parents, ElementsAre(rules->Find(100001)));
  const Rule& by_group = *rules->Find(100011);
  EXPECT_THAT(by_group.composite.targets, ElementsAre(rules->Find(100001), rules->Find(100002)));
  EXPECT_EQ(by_group.info.frequency, 2u);
  EXPECT_EQ(by_group.composite.timeframe, 360 * kSecond);
  EXPECT_TRUE(rules->Find(100002)->is_target);
  EXPECT_FALSE(by_group.is_target);
}

TEST(RuleSet, PutsVariablesIn) {
  Diagnostics diagnostics;
  const auto rules =
      RuleSet::LoadTexts({{"a.xml", "<group name=\"g,\">" + std::string(kBase) +
                                        "<rule id=\"100001\" level=\"1\"><if_sid>100000</if_sid>"
                                        "<description>$LV</description></rule></group>\n<var name=\"LV\">9</var>"
                                        "<group name=\"h,\"><rule id=\"100002\" level=\"$lv\"><if_sid>100000</if_sid>"
                                        "<description>level $LV, $(who) costs 5$</description></rule></group>"}},
                         {}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_EQ(rules->Find(100001)->info.description, "$LV");
  EXPECT_EQ(rules->Find(100002)->info.level, 9);
  EXPECT_EQ(rules->Find(100002)->info.description, "level 9, $(who) costs 5$");
}

struct FaultCase {
  std::string rules;
  bool loads;
  std::string says;
};

TEST(RuleSet, NamesEveryFault) {
  const std::vector<FaultCase> cases = {
      // refused
      {Under(100001, 3, "<colour>red</colour>"), false, "local.xml:3:53: error: <colour> is no element of a rule"},
      {Under(100001, 3, "<matsh>x</matsh>"), false, "did you mean <match>?"},
      {Under(100001, 17), false, "not between 0 and 16"},
      {Under(100001, 3, "", "colour=\"x\""), false, "`colour` is no attribute of a rule"},
      {Under(100001, 3, "", "overwrite=\"maybe\""), false, "neither \"yes\" nor \"no\""},
      {Under(100001, 3, "", "frequency=\"1\""), false, "not between 2 and 9999"},
      {Under(100001, 3, "", "frequency=\"3\""), false, "need an <if_matched_sid>"},
      {Under(100001, 3, "<same_field>a</same_field>"), false, "need an <if_matched_sid>"},
      {Under(100001, 3, "<field>x</field>"), false, "<field> needs a name"},
      {Under(100001, 3, "<field name=\"srcip\">x</field>"), false, "write <srcip> instead of <field>"},
      {Under(100001, 3, "<field name=\"a\">\\q</field>"), false, "no escape `\\q` in osregex"},
      {Under(100001, 3, "<field name=\"a\" type=\"pcre2\">*</field>"), false, "the pattern of <field name=\"a\">"},
      {Under(100001, 3, "<match>" + std::string(2048, 'x') + "</match>"), false, "longer than 2047 bytes"},
      {Under(100001, 3, "<group>" + std::string(2048, 'x') + "</group>"), false, "longer than 2047 bytes"},
      {Under(100001, 3, "<options>no_such</options>"), false, "<options> `no_such` is none"},
      {Under(100001, 3, "<options>no_ful_log</options>"), false, "did you mean no_full_log?"},
      {Under(100001, 3, "<list field=\"a\" lookup=\"contains\">etc/lists/names</list>"), false, "lookup=\"contains\" is none"},
      {Under(100001, 3, "<decoded_as>jsno</decoded_as>"), false, "no decoder is called `jsno` (did you mean json?)"},
      {Under(100001, 3, "<time>9:00</time>"), false, "is no range of time"},
      {Under(100001, 3, "<srcip>host</srcip>"), false, "is no address"},
      {Under(100001, 3, "<category>none</category>"), false, "<category> none is none of Wazuh's"},
      {"<rule id=\"100001\" level=\"3\"><if_sid>,</if_sid><description>d</description></rule>", false, "<if_sid> names no rule"},
      {"<rule id=\"x\" level=\"3\"><description>d</description></rule>", false, "id=\"x\" is no number"},
      {"<rule level=\"3\"><description>d</description></rule>", false, "a rule without an id"},
      {"<rule id=\"100001\" level=\"high\"><description>d</description></rule>", false, "rule 100001 has no level"},
      {"<rule id=\"100001\" level=\"3\"><if_sid>100000</if_sid></rule>", false, "has no <description>"},
      {"<rule id=\"100001\" level=\"3\"></rule>", false, "a rule without any element"},
      {"<decoder name=\"x\"></decoder>", false, "<decoder> can't stand in a group"},
      {"<rule id=\"100001\" level=\"3\"><description>d</rule>", false, "broken XML"},
      // left out
      {"<rule id=\"100001\" level=\"3\"><if_sid>10000</if_sid><description>d</description></rule>", true,
       "<if_sid> 10000 names no rule before this one (did you mean 100000?)"},
      {"<rule id=\"100001\" level=\"3\"><if_sid>100000;5</if_sid><description>d</description></rule>", true,
       "is no rule id; rule 100001 is left out"},
      {"<rule id=\"100001\" level=\"3\"><if_group>nobody</if_group><description>d</description></rule>", true,
       "in group `nobody`; rule 100001 is left out"},
      {"<rule id=\"100001\" level=\"3\"><if_matched_sid>99</if_matched_sid><description>d</description></rule>", true,
       "rule 100001 is left out"},
      {"<rule id=\"100001\" level=\"3\"><if_level>x</if_level><description>d</description></rule>", true,
       "<if_level> is no number"},
      {Under(100001, 3, "<list field=\"a\">etc/lists/other</list>"), true,
       "list `etc/lists/other` is not there; rule 100001 is left out"},
      {Under(100000, 3), true, "rule id 100000 is taken"},
      // said, with no other effect
      {Under(100001, 3, "", "noalert=\"2\""), true, "noalert=\"2\" counts as \"0\""},
      {Under(100001, 3, "", "overwrite=\"yes\""), true, "overwrites nothing"},
      {Under(100001, 3) + Under(100002, 3) +
           "<rule id=\"100002\" level=\"5\" overwrite=\"yes\"><if_sid>100001</if_sid><description>d</description></rule>",
       true, "an overwriting rule keeps the parents of the old one: 100000"},
      {Under(100001, 3, "<field name=\"a\" type=\"regex\">x</field>"), true, "is no pattern language"},
      {Under(100001, 3, "<mitre></mitre>"), true, "an empty <mitre>"},
      {Under(100001, 3, "<mitre><id>T1</id><tacticID>TA1</tacticID></mitre>"), true, "the block is left out"},
      {Under(100001, 3, "<ignore>a</ignore>"), true, "note: <ignore> has no effect"},
      {Under(100001, 3, "<if_fts />"), true, "rule 100001 never holds"},
      {Under(100001, 3, "", "timeframe=\"123456\""), true, "only the first five digits count"},
  };
  for (const FaultCase& c : cases) {
    Diagnostics diagnostics;
    const auto rules = Load(kBase + c.rules, diagnostics);
    EXPECT_EQ(rules != nullptr, c.loads) << c.rules << AllText(diagnostics);
    EXPECT_THAT(AllText(diagnostics), HasSubstr(c.says)) << c.rules;
    const bool left_out = c.says.find("left out") != std::string::npos && c.says.find("block") == std::string::npos;
    if (rules == nullptr || !left_out) continue;
    EXPECT_EQ(rules->Find(100001), nullptr) << c.rules;
  }
}

TEST(RuleSet, SaysNothingOfACleanFile) {
  Diagnostics diagnostics;
  const auto rules =
      Load(kBase + Under(100001, 3, "<field name=\"aws.a\" negate=\"yes\">^x$</field><list field=\"aws.a\">etc/lists/names</list>"),
           diagnostics);
  EXPECT_NE(rules, nullptr);
  EXPECT_EQ(AllText(diagnostics), "");
}

TEST(RuleSet, ReportsAllFaultsAtOnceAndMissingFiles) {
  Diagnostics diagnostics;
  EXPECT_EQ(Load(kBase + Under(100001, 3, "<a>x</a>") + Under(100002, 3, "<b>x</b>"), diagnostics), nullptr);
  EXPECT_EQ(diagnostics.items().size(), 2u);
  Diagnostics missing;
  RuleSources sources;
  sources.paths = {"/nowhere/rules.xml"};
  EXPECT_EQ(RuleSet::Load(sources, missing), nullptr);
  EXPECT_THAT(AllText(missing), HasSubstr("/nowhere/rules.xml"));
}

TEST(RuleSet, AnswersForTheListsOfDerivedFields) {
  constexpr const char* kOwn = "etc/lists/trailsift/accounts_own";
  Diagnostics diagnostics;
  const auto rules = RuleSet::LoadTexts({{"local.xml", std::string("<group name=\"g,\">") + kBase + "</group>"}},
                                        {{kOwn, "111122223333:\n"}, {"etc/lists/names", "A:1\n"}}, diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_TRUE(rules->InList(kOwn, "111122223333"));
  EXPECT_FALSE(rules->InList(kOwn, "11112222333"));
  EXPECT_FALSE(rules->InList("etc/lists/trailsift/accounts_vendor", "111122223333")) << "a list that is not there";
  EXPECT_FALSE(rules->InList("etc/lists/names", "A")) << "no derived field reads it";
}

TEST(RuleSet, KnowsTheNamesOfAccounts) {
  Diagnostics diagnostics;
  const std::vector<RuleText> texts = {{"local.xml", std::string("<group name=\"g,\">") + kBase + "</group>"}};
  const auto rules = RuleSet::LoadTexts(
      texts, {{"etc/lists/trailsift/account_names", "111122223333:production\n444455556666:\n777788889999:\"a:b\"\n"}},
      diagnostics);
  ASSERT_NE(rules, nullptr) << AllText(diagnostics);
  EXPECT_EQ(rules->AccountName("111122223333"), "production");
  EXPECT_EQ(rules->AccountName("777788889999"), "a:b");
  for (const char* none : {"444455556666", "11112222333", "production", ""})
    EXPECT_EQ(rules->AccountName(none), std::nullopt) << none;
  EXPECT_EQ(RuleSet::LoadTexts(texts, {}, diagnostics)->AccountName("111122223333"), std::nullopt);
}

TEST(RuleSet, RefusesATreeWithoutEnd) {
  std::string text = kBase;
  for (int id = 100001; id < 100300; ++id)
    text += "<rule id=\"" + std::to_string(id) + "\" level=\"3\"><if_sid>" + std::to_string(id - 1) +
            "</if_sid><description>d</description></rule>\n";
  Diagnostics diagnostics;
  EXPECT_EQ(Load(text, diagnostics), nullptr);
  EXPECT_THAT(AllText(diagnostics), HasSubstr("more than 200 levels deep"));
  EXPECT_EQ(diagnostics.items().size(), 1u);
}

}  // namespace
}  // namespace trailsift
