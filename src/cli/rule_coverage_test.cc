#include "cli/rule_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace trailsift {
namespace {

using testing::HasSubstr;
using testing::Not;

const MitreTechnique kBrute{"T1110", "Brute Force", {"Credential Access"}};
const MitreTechnique kCloud{"T1078.004", "Cloud Accounts", {"Persistence", "Initial Access"}};
const MitreTechnique kOdd{"T11", "", {}};
const MitreTechnique kOwn{"T9999", "Own", {"Our Tactic"}};

RuleInfo MakeRule(const std::string& id, int level, const std::vector<MitreTechnique>& mitre) {
  RuleInfo rule;
  rule.id = id;
  rule.level = level;
  rule.description = "\"" + id + "\"";
  rule.mitre = mitre;
  return rule;
}

class RuleCoverageTest : public testing::Test {
 protected:
  RuleCoverageTest() {
    for (const RuleInfo& rule : made_) rules_.push_back(&rule);
  }
  // A Sigma rule's id is a UUID.
  const std::vector<RuleInfo> made_{MakeRule("1", 0, {kBrute}),
                                    MakeRule("2", 5, {kBrute, kBrute}),
                                    MakeRule("3", 10, {kCloud, kBrute}),
                                    MakeRule("9c1e64f8-0000-4000-8000-000000000004", 3, {kOdd}),
                                    MakeRule("5", 3, {}),
                                    MakeRule("6", 4, {kOwn})};
  std::vector<const RuleInfo*> rules_;
};

TEST_F(RuleCoverageTest, Table) {
  EXPECT_EQ(CoverageTable(rules_, 0),
            "Initial Access: 1 technique, 1 rule\n"
            "  T1078.004 Cloud Accounts     1  3 (10)\n"
            "\n"
            "Persistence: 1 technique, 1 rule\n"
            "  T1078.004 Cloud Accounts     1  3 (10)\n"
            "\n"
            "Credential Access: 1 technique, 2 rules\n"
            "  T1110     Brute Force        2  3 (10), 2 (5)\n"
            "\n"
            "Our Tactic: 1 technique, 1 rule\n"
            "  T9999     Own                1  6 (4)\n"
            "\n"
            "No tactic known: 1 technique, 1 rule\n"
            "  T11                          1  9c1e64f8-0000-4000-8000-000000000004 (3)\n"
            "\n"
            "4 techniques, named by 4 of 5 rules above level 0\n");
  EXPECT_EQ(CoverageTable({}, 0), "0 techniques, named by 0 of 0 rules above level 0\n");
  // A terminal's line is never full.
  EXPECT_THAT(CoverageTable(rules_, 40), HasSubstr("\n  T1110     Brute Force        2  3 (1…\n"));
}

TEST_F(RuleCoverageTest, Layer) {
  EXPECT_THAT(NavigatorLayer({}), HasSubstr("\"maxValue\":1},\"techniques\":[]}\n"));
  const std::string text = NavigatorLayer(rules_);
  const auto layer = JsonDocument::Parse(text);
  ASSERT_TRUE(layer) << text;
  EXPECT_EQ(FindText(layer->root(), "versions.layer"), "4.5");
  EXPECT_EQ(FindText(layer->root(), "domain"), "enterprise-attack");
  EXPECT_EQ(FindText(layer->root(), "description"), "4 of 5 rules name a technique; the score is the number of rules");
  EXPECT_THAT(text, HasSubstr("\"minValue\":0,\"maxValue\":2}"));
  EXPECT_THAT(text, HasSubstr(R"({"techniqueID":"T1110","score":2,"metadata":[{"name":"highest level","value":"10"},)"
                              R"({"name":"rule 3","value":"level 10: \"3\""},{"name":"rule 2","value":"level 5: \"2\""}]})"));
  EXPECT_THAT(text, HasSubstr(R"({"techniqueID":"T9999","score":1,)"));
  EXPECT_THAT(text, Not(HasSubstr("\"T11\"")));
}

}  // namespace
}  // namespace trailsift
