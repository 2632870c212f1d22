#include "cli/alert_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::ElementsAre;
using Side = AlertDiff::Side;

class AlertDiffTest : public testing::Test {
 protected:
  void Add(Side side, Millis time, const std::string& name, int level = 5) {
    RuleInfo rule;
    rule.id = "rule of " + name;
    rule.level = level;
    Alert alert;
    alert.rule = &rule;
    alert.event_time = time;
    alert.id = FastHash(name);
    ASSERT_TRUE(diff_.Add(side, AlertDiff::Pack(alert, name + (side == Side::kOld ? " old" : " new"))).ok());
  }
  AlertDiff::Counts Drain() {
    const auto counts = diff_.Drain([&](const AlertChange& change) {
      const char* kinds[] = {"+", "-", "~"};
      changes_.push_back(kinds[static_cast<int>(change.kind)] + change.line +
                         (change.old_level > 0 ? std::to_string(change.old_level) : ""));
      rules_.push_back(change.rule);
      return Status::Ok();
    });
    EXPECT_TRUE(counts.ok());
    return counts.ok() ? *counts : AlertDiff::Counts();
  }

  AlertDiff diff_;
  std::vector<std::string> changes_;
  std::vector<std::string> rules_;
};

TEST_F(AlertDiffTest, Nothing) {
  EXPECT_FALSE(Drain().differ());
  Add(Side::kOld, 1, "a");
  Add(Side::kNew, 1, "a");
  const AlertDiff::Counts counts = Drain();
  EXPECT_FALSE(counts.differ());
  EXPECT_EQ(counts.same, 1u);
  EXPECT_THAT(changes_, ElementsAre());
}

TEST_F(AlertDiffTest, ByTimeWhateverTheOrder) {
  Add(Side::kNew, 5, "e");
  Add(Side::kNew, 2, "b");
  Add(Side::kNew, 3, "c", 10);
  Add(Side::kNew, 4, "d");
  Add(Side::kOld, 4, "d");
  Add(Side::kOld, 3, "c", 7);
  Add(Side::kOld, 1, "a");
  const AlertDiff::Counts counts = Drain();
  EXPECT_THAT(changes_, ElementsAre("-a old", "+b new", "~c new7", "+e new"));
  EXPECT_EQ(rules_[2], "rule of c");
  EXPECT_EQ(counts.added, 2u);
  EXPECT_EQ(counts.removed, 1u);
  EXPECT_EQ(counts.level, 1u);
  EXPECT_EQ(counts.same, 1u);
  EXPECT_TRUE(counts.differ());
}

TEST_F(AlertDiffTest, AlertsOfOneMoment) {
  for (const char* name : {"a", "b", "c", "d"}) Add(Side::kOld, 7, name);
  for (const char* name : {"d", "b", "x"}) Add(Side::kNew, 7, name);
  const AlertDiff::Counts counts = Drain();
  EXPECT_THAT(changes_, testing::UnorderedElementsAre("-a old", "-c old", "+x new"));
  EXPECT_EQ(counts.same, 2u);
}

TEST_F(AlertDiffTest, AFailureEndsIt) {
  Add(Side::kOld, 1, "a");
  Add(Side::kNew, 2, "b");
  int seen = 0;
  const auto counts = diff_.Drain([&](const AlertChange&) {
    ++seen;
    return Status(Code::kIo, "full");
  });
  EXPECT_EQ(counts.status().code(), Code::kIo);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace trailsift
