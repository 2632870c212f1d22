#include "cli/case_report.h"

#include <gtest/gtest.h>

#include "base/xml.h"

namespace trailsift {
namespace {

std::vector<CaseResult> Results() {
  CaseResult good;
  good.name = "good <one>";
  good.place = {"a.yaml", 3, 5};
  good.passed = true;
  good.expected.emplace();
  good.expected->none = true;
  CaseResult bad;
  bad.name = "bad";
  bad.place = {"b.yaml", 7, 5};
  bad.told = 1;
  bad.faults = {"event 2: level 5 expected, got rule 1 of level 4 \"x\"", "f \"a\" expected, got nothing\x01"};
  bad.expected.emplace();
  bad.expected->level = 5;
  bad.expected->fields = {{"f", "a"}, {"g", std::nullopt}};
  bad.got.rule = "1";
  bad.got.level = 4;
  bad.got.description = "x";
  bad.got.raises_alert = true;
  bad.got.fields = {{"f", std::nullopt}, {"g", std::nullopt}};
  bad.got.also = {"2"};
  return {good, bad};
}

TEST(CaseReportTest, TellsPeopleOnlyWhatFailed) {
  EXPECT_EQ(CaseTable(Results()),
            "b.yaml:7:5: FAILED bad: event 2: level 5 expected, got rule 1 of level 4 \"x\"; f \"a\" expected, got nothing\x01\n"
            "1 passed, 1 failed\n");
  EXPECT_EQ(CaseTable({}), "0 passed, 0 failed\n");
}

TEST(CaseReportTest, TellsProgramsEverything) {
  EXPECT_EQ(
      CaseJson(Results()),
      "[\n"
      R"({"file":"a.yaml","line":3,"name":"good <one>","passed":true,"faults":[],"event":1,"expected":"none",)"
      R"("got":{"rule":null,"alert":false}},)"
      "\n"
      R"({"file":"b.yaml","line":7,"name":"bad","passed":false,"faults":["event 2: level 5 expected, got rule 1 of level 4 \"x\"",)"
      R"("f \"a\" expected, got nothing\u0001"],"event":2,"expected":{"level":5,"fields":{"f":"a","g":null}},)"
      R"("got":{"rule":"1","level":4,"description":"x","alert":true,"fields":{"f":null,"g":null},"also":["2"]}})"
      "\n]\n");
  EXPECT_EQ(CaseJson({}), "[]\n");
}

TEST(CaseReportTest, TellsCiSystemsInJUnit) {
  Diagnostics diagnostics;
  const std::string text = CaseJUnit(Results());
  const std::vector<XmlNode> roots = ParseXml(text, XmlDialect::kStandard, "junit", diagnostics);
  ASSERT_TRUE(diagnostics.empty()) << text;
  ASSERT_EQ(roots.size(), 1u);
  EXPECT_EQ(*roots[0].Attribute("tests"), "2");
  EXPECT_EQ(*roots[0].Attribute("failures"), "1");
  ASSERT_EQ(roots[0].children.size(), 2u);
  const XmlNode& good = roots[0].children[0].children[0];
  EXPECT_EQ(*good.Attribute("name"), "good <one>");
  EXPECT_TRUE(good.children.empty());
  const XmlNode& bad = roots[0].children[1].children[0];
  EXPECT_EQ(*bad.Attribute("classname"), "b.yaml");
  EXPECT_EQ(*bad.Attribute("line"), "7");
  EXPECT_EQ(*bad.children[0].Attribute("message"), "event 2: level 5 expected, got rule 1 of level 4 \"x\"");
  EXPECT_EQ(bad.children[0].text, "event 2: level 5 expected, got rule 1 of level 4 \"x\"\nf \"a\" expected, got nothing");
}

}  // namespace
}  // namespace trailsift
