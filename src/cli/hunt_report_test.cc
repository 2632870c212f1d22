#include "cli/hunt_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::ElementsAre;

class HuntReportTest : public testing::Test {
 protected:
  // A rule's level is its id without the last two digits.
  void Raise(HuntReport& report, const std::string& rule, Millis time, const std::string& actor = "ann",
             const std::string& address = "192.0.2.1") {
    RuleInfo& info = rules_[rule];
    info.id = rule;
    info.level = std::stoi(rule) / 100;
    Alert alert;
    alert.rule = &info;
    alert.id = FastHash(rule + std::to_string(time));
    alert.event_time = time;
    alert.description = rule + " at " + std::to_string(time);
    alert.actor = ActorInfo{actor, "user", "111122223333"};
    alert.source_address = address;
    alert.account = "111122223333";
    alert.region = "us-east-1";
    report.Take(report.Pack(alert));
  }

  std::map<std::string, RuleInfo> rules_;
};

TEST_F(HuntReportTest, AnAlertComesBackAsItWasPacked) {
  RuleInfo rule;
  rule.id = "100";
  rule.level = 12;
  Alert alert;
  alert.rule = &rule;
  alert.event_time = -5;
  alert.description = "said\n<b>";
  alert.actor = ActorInfo{"ann", "role", "111122223333", "prod"};
  alert.account = "444455556666";
  alert.account_name = "stage";
  alert.region = "r";
  alert.event_source = "s";
  alert.event_name = "n";
  alert.source_address = "a";
  alert.error_code = "e";
  alert.target_name = "t";
  alert.instances = "i-1, i-2";
  alert.events = {"e1", "e2"};
  alert.also = {"7", "8"};
  alert.fields = {{"aws.x", "1"}, {"aws.y", ""}};
  HuntReport report;
  report.Take(report.Pack(alert));
  ASSERT_EQ(report.Listed().size(), 1u);
  const ReportAlert back = report.Listed()[0];
  EXPECT_EQ(back.time, -5);
  EXPECT_EQ(back.level, 12);
  EXPECT_EQ(back.id, alert.id.ToHex());
  EXPECT_EQ(back.description, "said\n<b>");
  EXPECT_THAT(
      (std::vector<std::string>{back.rule, back.actor, back.actor_kind, back.actor_account, back.account, back.account_name}),
      ElementsAre("100", "ann", "role", "prod (111122223333)", "444455556666", "stage"));
  EXPECT_THAT((std::vector<std::string>{back.region, back.event_source, back.event_name, back.address, back.error, back.target}),
              ElementsAre("r", "s", "n", "a", "e", "t"));
  EXPECT_THAT((std::vector<std::string>{back.instances, back.events, back.also, back.fields}),
              ElementsAre("i-1, i-2", "e1 e2", "7 8", "aws.x: 1\naws.y: \n"));
}

TEST_F(HuntReportTest, WhatIsLongIsCut) {
  RuleInfo rule;
  rule.id = "100";
  Alert alert;
  alert.rule = &rule;
  alert.description = std::string(5000, 'd');
  alert.events.assign(1000, std::string(36, 'e'));
  for (int i = 0; i < 1000; ++i) alert.fields.emplace_back("f" + std::to_string(i), std::string(90'000, 'v'));
  HuntReport report;
  EXPECT_LT(report.Pack(alert).size(), 8000u);
  report.Take(report.Pack(alert));
  EXPECT_TRUE(report.Listed()[0].fields.ends_with("\n… and 993 more\n"));
}

TEST_F(HuntReportTest, CountsBySeveralThings) {
  HuntReport report;
  Raise(report, "500", 10, "bob");
  Raise(report, "500", 20, "ann");
  Raise(report, "500", 30, "cyd", "192.0.2.2");
  Raise(report, "1200", 40, "cyd", "192.0.2.2");
  Raise(report, "300", 50, "");
  EXPECT_EQ(report.count(), 5u);
  const auto rules = report.rules().Worst(10);
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].first, AlertGroups::Key{"1200"});
  EXPECT_EQ(rules[1].first, AlertGroups::Key{"500"});
  EXPECT_EQ(rules[1].second.count, 3u);
  EXPECT_EQ(rules[1].second.first, 10);
  EXPECT_EQ(rules[1].second.last, 30);
  EXPECT_THAT(rules[1].second.others, ElementsAre("bob", "ann", "cyd"));
  EXPECT_THAT(rules[2].second.others, ElementsAre());
  const auto actors = report.actors().Worst(2);
  ASSERT_EQ(actors.size(), 2u);
  EXPECT_EQ(actors[0].first, (AlertGroups::Key{"cyd", "user", "111122223333"}));
  EXPECT_EQ(actors[0].second.highest, 12);
  EXPECT_EQ(actors[1].first[0], "ann") << "of equals the first by name";
  EXPECT_EQ(report.actors().size(), 4u);
  EXPECT_EQ(report.addresses().Worst(1)[0].first, AlertGroups::Key{"192.0.2.2"});
  EXPECT_EQ(report.Rule("500")->level, 5);
  EXPECT_EQ(report.Rule("501"), nullptr);
}

TEST_F(HuntReportTest, NamesThatStandBesideAreFew) {
  HuntReport report;
  for (int i = 0; i < 9; ++i) Raise(report, "500", i, "actor " + std::to_string(i % 6));
  EXPECT_THAT(report.rules().Worst(1)[0].second.others, ElementsAre("actor 0", "actor 1", "actor 2", "actor 3"));
}

TEST_F(HuntReportTest, ListsTheWorstInOrderAndNotTooMuchOfOneRule) {
  HuntReport report;
  for (int i = 0; i < 60; ++i) Raise(report, "1201", i);
  for (int i = 60; i < 70; ++i) Raise(report, "500", i);
  Raise(report, "1300", 80);
  const std::vector<ReportAlert> listed = report.Listed();
  ASSERT_EQ(listed.size(), 61u);
  EXPECT_EQ(listed[0].rule, "1300");
  EXPECT_EQ(listed[1].description, "1201 at 0");
  EXPECT_EQ(listed[50].description, "1201 at 49");
  EXPECT_EQ(listed[51].description, "500 at 60");
}

TEST_F(HuntReportTest, WhatIsMildMakesRoom) {
  HuntReport report;
  for (int rule = 0; rule < 30; ++rule)
    for (int i = 0; i < 40; ++i) Raise(report, std::to_string(300 + rule), rule * 100 + i);
  EXPECT_EQ(report.Listed().size(), HuntReport::kListed);
  for (int i = 0; i < 50; ++i) Raise(report, "1200", 10'000 + i);
  const std::vector<ReportAlert> listed = report.Listed();
  EXPECT_EQ(listed.size(), HuntReport::kListed);
  EXPECT_EQ(listed[49].rule, "1200");
  EXPECT_EQ(listed.back().description, "323 at 2329");
  EXPECT_EQ(report.count(), 1250u);
}

TEST_F(HuntReportTest, GroupsWithoutEnd) {
  AlertGroups groups;
  ReportAlert alert;
  for (std::size_t i = 0; i < AlertGroups::kMax + 5; ++i) groups.Add({std::to_string(i)}, alert, "");
  groups.Add({"0"}, alert, "");
  EXPECT_EQ(groups.size(), AlertGroups::kMax);
  EXPECT_EQ(groups.left_out(), 5u);
  EXPECT_EQ(groups.Worst(1)[0].second.count, 2u);
  // What is worse finds room.
  alert.level = 12;
  groups.Add({"late"}, alert, "");
  EXPECT_EQ(groups.Worst(1)[0].first, AlertGroups::Key{"late"});
  EXPECT_EQ(groups.left_out(), 5u);
}

}  // namespace
}  // namespace trailsift
