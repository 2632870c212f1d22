#include "pipeline/own_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "pipeline/resolver.h"
#include "rules/rule_set.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Millis kTime = *ParseIsoTime("2026-01-15T10:00:00Z");

OwnEvent Silence(const std::string& identity, Millis time = kTime) {
  return {"silence", identity, time, {{"account", "111122223333"}, {"region", "eu-west-1"}, {"bucket", "trail"}, {"reason", ""}}};
}

TEST(OwnEvent, ItsMessageIsOneJsonObject) {
  EXPECT_EQ(Silence("a").Message(),
            "{\"integration\":\"trailsift\",\"collector\":{\"event\":\"silence\",\"id\":\"" + Silence("a").Id().ToHex() +
                "\",\"time\":\"2026-01-15T10:00:00Z\",\"account\":\"111122223333\",\"region\":\"eu-west-1\","
                "\"bucket\":\"trail\"}}");
  const OwnEvent quoted{"lag", "\"", 0, {{"why", "a \"b\"\n"}}};
  EXPECT_THAT(quoted.Message(), HasSubstr(R"("why":"a \"b\"\n")"));
}

TEST(OwnEvent, KindAndIdentityTellEventsApartAndNothingElse) {
  EXPECT_EQ(Silence("a").Id(), Silence("a", kTime + 1).Id());
  EXPECT_NE(Silence("a").Id(), Silence("b").Id());
  EXPECT_NE(Silence("a").Id(), (OwnEvent{"lag", "a", kTime, {}}).Id());
  EXPECT_NE((OwnEvent{"lag", "ab", 0, {}}).Id(), (OwnEvent{"laga", "b", 0, {}}).Id());
}

TEST(OwnEvents, AreTakenOnceInOrder) {
  OwnEvents events;
  EXPECT_THAT(events.Take(), IsEmpty());
  events.Raise(Silence("b"));
  events.Raise(Silence("a"));
  EXPECT_THAT(events.Take(), ElementsAre(Silence("b").Message(), Silence("a").Message()));
  EXPECT_THAT(events.Take(), IsEmpty());
}

// The way from the message to the alert, as Service goes it.
class OwnEventPathTest : public testing::Test {
 protected:
  OwnEventPathTest() {
    constexpr const char* kRules = R"(
<group name="t,">
  <rule id="100" level="0"><decoded_as>json</decoded_as><field name="integration">^trailsift$</field><description>own</description></rule>
  <rule id="101" level="7"><if_sid>100</if_sid><field name="collector.event">^silence$</field><location>^trailsift$</location>
    <description>$(collector.region) of $(collector.account) is silent</description></rule>
  <rule id="102" level="10" frequency="2" timeframe="3600"><if_matched_sid>101</if_matched_sid><same_field>collector.bucket</same_field>
    <description>$(trailsift.window.count) silent</description></rule>
  <rule id="103" level="5"><if_sid>100</if_sid><field name="collector.event">^lag$</field><description>lag</description></rule>
</group>
)";
    Diagnostics diagnostics;
    options_.rules = RuleSet::LoadTexts({{"test.xml", kRules}}, {}, diagnostics);
    options_.MakePlans();
    options_.archive = true;
    analyzer_ = std::make_unique<Analyzer>(options_);
    Begin();
  }

  void Begin() {
    resolver_ = std::make_unique<Resolver>(
        options_, ResolverOptions{}, [this](Alert&& alert) { alerts_.push_back(std::move(alert)); },
        [this](const ObjectOrigin& origin, const std::vector<std::uint32_t>&) -> Result<ObjectReport> {
          EXPECT_EQ(origin.source, ObjectOrigin::kOwn);
          ++reread_;
          return analyzer_->AnalyzeOwn(origin.key);
        });
  }
  bool Take(const OwnEvent& event) {
    ObjectReport report = analyzer_->AnalyzeOwn(event.Message());
    EXPECT_EQ(report.archive.size(), 1u);
    return resolver_->TakeOwn(report, event.Message());
  }
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Alert& alert : alerts_) told.push_back(alert.rule->id + ": " + alert.description);
    alerts_.clear();
    return told;
  }

  AnalyzerOptions options_;
  std::unique_ptr<Analyzer> analyzer_;
  std::unique_ptr<Resolver> resolver_;
  std::vector<Alert> alerts_;
  int reread_ = 0;
};

TEST_F(OwnEventPathTest, GoesThroughTheRulesAndSaysWhereItComesFrom) {
  EXPECT_TRUE(Take(Silence("a")));
  resolver_->Evaluate();
  ASSERT_EQ(alerts_.size(), 1u);
  const Alert alert = alerts_[0];
  EXPECT_THAT(Told(), ElementsAre("101: eu-west-1 of 111122223333 is silent"));
  EXPECT_EQ(alert.location, "trailsift");
  EXPECT_EQ(alert.account, "111122223333");
  EXPECT_EQ(alert.region, "eu-west-1");
  EXPECT_EQ(alert.event_name, "silence");
  EXPECT_EQ(alert.event_time, kTime);
  EXPECT_EQ(alert.event, Silence("a").Id());
  EXPECT_THAT(alert.events, ElementsAre(Silence("a").Id().ToHex()));
  EXPECT_FALSE(alert.actor.has_value());
  EXPECT_THAT(alert.data_json, HasSubstr(R"({"integration":"trailsift","collector":{"event":"silence",)"));
  EXPECT_EQ(resolver_->counters().records, 0u) << "it is no record of an object";
}

TEST_F(OwnEventPathTest, RaisedAgainItIsToldOnce) {
  EXPECT_TRUE(Take({"lag", "1", kTime, {}}));
  EXPECT_FALSE(Take({"lag", "1", kTime, {}}));
  EXPECT_TRUE(Take({"lag", "2", kTime, {}}));
  EXPECT_THAT(Told(), ElementsAre("103: lag", "103: lag"));
}

// After a kill between the alert and the commit it comes again, perhaps later by the clock.
TEST_F(OwnEventPathTest, AnAlertThatStandsIsNotWrittenAgain) {
  Take({"lag", "1", kTime, {}});
  RecoveredAlert stands;
  stands.id = alerts_.at(0).id;
  stands.event = alerts_.at(0).event;
  alerts_.clear();
  Begin();
  resolver_->Seed({stands});
  Take({"lag", "1", kTime + 5 * kHour, {}});
  Take({"lag", "2", kTime, {}});
  EXPECT_THAT(Told(), ElementsAre("103: lag"));
  EXPECT_EQ(resolver_->awaited(), 0u);
}

// The message is the place where it can be read again, also after a restart.
TEST_F(OwnEventPathTest, CompositesCountThemAndReadThemAgain) {
  const TempFolder home;
  std::filesystem::create_directories(home / "state");
  Take(Silence("a"));
  Take(Silence("b", kTime + kMinute));
  resolver_->Evaluate();
  EXPECT_THAT(Told(), ElementsAre("101: eu-west-1 of 111122223333 is silent", "102: 2 silent"));
  EXPECT_EQ(reread_, 0);
  FilePosition position;
  {
    StateLog log(home.path());
    ASSERT_TRUE(log.Open({}, [](StateFrame, std::string_view) { return Status::Ok(); }).ok());
    resolver_->SaveChanges(log);
    ASSERT_TRUE(log.Sync().ok());
    position = log.position();
  }
  Begin();
  StateLog log(home.path());
  ASSERT_TRUE(
      log.Open(position, [&](StateFrame type, std::string_view payload) { return resolver_->Restore(type, payload); }).ok());
  resolver_->FinishRestore();
  // One from before both comes late: the first of them is the second now, and the other counts with that one.
  EXPECT_THAT(Told(), IsEmpty()) << "nothing is told twice by the restart";
  Take(Silence("early", kTime - kMinute));
  resolver_->Evaluate();
  resolver_->Reconcile();
  EXPECT_THAT(Told(), ElementsAre("101: eu-west-1 of 111122223333 is silent", "102: 2 silent", "102: 2 silent"));
  EXPECT_EQ(reread_, 2);
}

// Months of history are being read when something is told of now: nothing in it becomes too late by that.
TEST_F(OwnEventPathTest, DoesNotMoveTheTimeOfWindows) {
  Take(Silence("now", NowMillis()));
  resolver_->Evaluate();
  Take(Silence("a", kTime));
  Take(Silence("b", kTime + kMinute));
  resolver_->Evaluate();
  EXPECT_THAT(Told(),
              ElementsAre("101: eu-west-1 of 111122223333 is silent", "101: eu-west-1 of 111122223333 is silent", "102: 2 silent"));
  EXPECT_EQ(resolver_->window_counters().too_late, 0u);
}

}  // namespace
}  // namespace trailsift
