#include "pipeline/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/json.h"
#include "source/listing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kAccount = "111122223333";
const Millis kStart = 20'000 * kDay;

std::string Key(const std::string& region = "eu-west-1") {
  return std::string("AWSLogs/111122223333/CloudTrail/")
      .append(region)
      .append("/2024/10/04/111122223333_CloudTrail_")
      .append(region)
      .append("_20241004T0000Z_x.json.gz");
}

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    WatchedSource source;
    source.id = 1;
    source.name = "s3://trail/AWSLogs/";
    source.bucket = "trail";
    sources_.push_back(source);
    options_.silence_after = kDay;
    options_.lag_alert = kHour;
    options_.quarantine_alert = 3;
    Begin();
  }
  void Begin(Millis now = kStart) {
    watch_ = std::make_unique<Watch>(options_, events_);
    watch_->Restore(notes_, now);
  }
  void Commit() {
    for (const Note& note : watch_->TakeNotes())
      if (note.value) notes_[note.name] = *note.value;
      else notes_.erase(note.name);
  }
  // A whole pass that reads one object.
  void Pass(Millis began, Millis ended) {
    watch_->BeginPass(began);
    watch_->Read(1, kAccount, Key(), began, began / kDay);
    watch_->EndPass(sources_, ended);
    Commit();
  }
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    ids_.clear();
    for (const std::string& message : events_.Take()) {
      const auto json = JsonDocument::Parse(message);
      const auto field = [&](const char* name) {
        return std::string(FindText(json->root(), std::string("collector.") + name).value_or(""));
      };
      told.push_back(field("event") + ' ' + field("since") + field("count") + ' ' + field("minutes") + field("region"));
      ids_.push_back(field("id"));
    }
    return told;
  }

  WatchOptions options_;
  OwnEvents events_;
  std::vector<WatchedSource> sources_;
  std::map<std::string, std::string> notes_;
  std::unique_ptr<Watch> watch_;
  std::vector<std::string> ids_;
};

TEST_F(WatchTest, LagIsTheTimeSinceTheBeginningOfTheLastPassThatEnded) {
  watch_->BeginPass(kStart);
  watch_->Check(kStart + 100 * kDay);
  EXPECT_THAT(Told(), IsEmpty()) << "the first pass reads history";
  Pass(kStart, kStart + kMinute);
  watch_->Check(kStart + kHour);
  EXPECT_THAT(Told(), IsEmpty()) << "just as much as it may be";
  watch_->BeginPass(kStart + kMinute);
  watch_->Check(kStart + kHour + 1);
  EXPECT_THAT(Told(), ElementsAre("lag 2024-10-04T00:00:00Z 60"));
  const std::vector<std::string> first = ids_;
  // Killed before the commit, and after it.
  Begin();
  watch_->Check(kStart + 2 * kHour);
  EXPECT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ids_, first);
  Commit();
  Begin();
  watch_->BeginPass(kStart + 3 * kHour);
  watch_->Check(kStart + 3 * kHour);
  EXPECT_THAT(Told(), IsEmpty());
  watch_->DropPass();
  Commit();
  Pass(kStart + 4 * kHour, kStart + 4 * kHour);
  EXPECT_THAT(Told(), ElementsAre("lag_ended 2024-10-04T00:00:00Z 240"));
  Pass(kStart + 5 * kHour, kStart + 5 * kHour);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(WatchTest, WhereSomebodyElseStartsThePassesOnlyAPassThatIsTooLongIsLag) {
  options_.downtime_is_lag = false;
  Begin();
  Pass(kStart, kStart + kMinute);
  Begin(kStart + kDay);
  watch_->BeginPass(kStart + kDay);
  watch_->Check(kStart + kDay + kHour);
  EXPECT_THAT(Told(), IsEmpty());
  watch_->Check(kStart + kDay + kHour + 1);
  EXPECT_THAT(Told(), ElementsAre("lag 2024-10-04T00:00:00Z 1500"));
}

TEST_F(WatchTest, QuarantineIsToldWhenItsLastHourGrowsBeyondTheBound) {
  const auto quarantine = [&](std::uint64_t count, Millis at) {
    watch_->Quarantined(count, "s3://trail/x", at);
    watch_->Check(at);
  };
  quarantine(3, kStart);
  EXPECT_THAT(Told(), IsEmpty());
  quarantine(1, kStart + 55 * kMinute);
  EXPECT_THAT(Told(), ElementsAre("quarantine 4 "));
  Commit();
  Begin(kStart + kDay);
  quarantine(10, kStart + 56 * kMinute);
  EXPECT_THAT(Told(), IsEmpty()) << "it was told";
  watch_->Check(kStart + 3 * kHour);
  Commit();
  Begin(kStart + kDay);
  quarantine(3, kStart + 4 * kHour);
  quarantine(3, kStart + 5 * kHour);
  EXPECT_THAT(Told(), IsEmpty()) << "never more than three in an hour";
  quarantine(1, kStart + 5 * kHour);
  EXPECT_THAT(Told(), SizeIs(1)) << "and again";
  const std::vector<std::string> uncommitted = ids_;
  Begin(kStart + kDay);
  quarantine(4, kStart + 6 * kHour);
  EXPECT_THAT(Told(), SizeIs(1));
  EXPECT_EQ(ids_, uncommitted) << "the objects came again after a kill";
}

TEST_F(WatchTest, AnotherHomeTellsOtherQuarantineApart) {
  watch_->Quarantined(4, "x", kStart);
  watch_->Check(kStart);
  EXPECT_THAT(Told(), SizeIs(1));
  const std::vector<std::string> first = ids_;
  Begin(kStart + kDay);
  watch_->Quarantined(4, "x", kStart);
  watch_->Check(kStart);
  EXPECT_THAT(Told(), SizeIs(1));
  EXPECT_NE(ids_, first);
}

TEST_F(WatchTest, ZeroSwitchesEachOff) {
  options_ = {0, 0, 0};
  Begin();
  Pass(kStart, kStart);
  watch_->Quarantined(1000, "x", kStart);
  watch_->BeginPass(kStart + 30 * kDay);
  watch_->Check(kStart + 30 * kDay);
  watch_->EndPass(sources_, kStart + 30 * kDay);
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(WatchTest, AnObjectThatCannotBeReadWasDeliveredAllTheSame) {
  options_.lag_alert = 0;
  Begin();
  for (int day = 0; day < 3; ++day) Pass(kStart + day * kDay, kStart + day * kDay);
  EXPECT_THAT(Told(), IsEmpty());
  for (int day = 3; day < 7; ++day) {
    const Millis now = kStart + day * kDay;
    watch_->BeginPass(now);
    watch_->NotRead(1, kAccount, Key(), now, now / kDay, "AccessDenied");
    watch_->EndPass(sources_, now);
  }
  EXPECT_THAT(Told(), ElementsAre("unreadable 2024-10-07T00:00:00Z eu-west-1"));
  watch_->BeginPass(kStart + 7 * kDay);
  watch_->NotListed({1, "", ""}, "NoSuchBucket");
  watch_->EndPass(sources_, kStart + 30 * kDay);
  EXPECT_THAT(Told(), IsEmpty()) << "what can't be listed may well not be silent";
}

TEST_F(WatchTest, ANameWithoutATimeIsAsLateAsItsDayAndNoneIsOfTheFuture) {
  options_.lag_alert = 0;
  struct Case {
    const char* what;
    Millis name_time;
    std::int64_t day;
    Millis silent_from;  // then and an hour before
  };
  const std::int64_t today = kStart / kDay;
  for (const Case& c : {Case{"by the minute", kStart + 5 * kHour, today, kStart + 47 * kHour},
                        Case{"only a day", kStart, today, kStart + 66 * kHour},
                        Case{"of next year", kStart + 365 * kDay, today + 365, kStart + 72 * kHour},
                        Case{"outside of every day", kStart, kNoDay, kStart + 72 * kHour}}) {
    options_.silence_after = 6 * kHour;  // seven times that as long as little is known
    notes_.clear();
    Begin();
    watch_->BeginPass(kStart + 30 * kHour);
    watch_->Read(1, kAccount, Key(), c.name_time, c.day);
    for (const Millis at : {c.silent_from - kHour, c.silent_from + 1}) {
      watch_->BeginPass(at);
      watch_->EndPass(sources_, at);
      EXPECT_THAT(Told(), SizeIs(at > c.silent_from ? 1 : 0)) << c.what;
    }
  }
}

TEST_F(WatchTest, RegionsAreToldApartByTheKey) {
  options_.lag_alert = 0;
  Begin();
  for (int day = 0; day < 4; ++day) {
    const Millis now = kStart + day * kDay;
    watch_->BeginPass(now);
    watch_->Read(1, kAccount, Key("us-east-1"), now, now / kDay);
    if (day < 3) watch_->Read(1, kAccount, Key("eu-west-1"), now, now / kDay);
    watch_->EndPass(sources_, now);
  }
  watch_->BeginPass(kStart + 3 * kDay + kHour);
  watch_->EndPass(sources_, kStart + 3 * kDay + kHour);
  EXPECT_THAT(Told(), ElementsAre("silence 2024-10-06T00:00:00Z eu-west-1"));
}

}  // namespace
}  // namespace trailsift
