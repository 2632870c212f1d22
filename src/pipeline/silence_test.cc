#include "pipeline/silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/json.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kProduction = "111122223333";
constexpr const char* kStaging = "444455556666";
const Millis kStart = 20'000 * kDay;

class SilenceTest : public testing::Test {
 protected:
  SilenceTest() {
    WatchedSource source;
    source.id = 1;
    source.name = "s3://trail/AWSLogs/";
    source.bucket = "trail";
    sources_.push_back(source);
    Begin();
  }

  // As after a restart: with what was committed.
  void Begin() {
    silence_ = std::make_unique<Silence>(after_, events_);
    for (const auto& [name, value] : notes_) silence_->Restore(name, value);
  }
  // So many days long an object every hour.
  void Deliver(const std::string& account, const std::string& region, Millis from, int hours) {
    for (int i = 0; i < hours; ++i) silence_->Heard(1, account, region, from + i * kHour);
  }
  // A pass at this time, committed; what it told: kind, scope, place.
  std::vector<std::string> Pass(Millis began, const SourcePlaces& unread = {}, bool commit = true) {
    silence_->EndPass(sources_, unread, began);
    if (commit) {
      std::vector<Note> notes;
      silence_->TakeNotes(notes);
      for (const Note& note : notes)
        if (note.value) notes_[note.name] = *note.value;
        else notes_.erase(note.name);
    }
    std::vector<std::string> told;
    ids_.clear();
    for (const std::string& message : events_.Take()) {
      const auto json = JsonDocument::Parse(message);
      const auto field = [&](const char* name) {
        return std::string(FindText(json->root(), std::string("collector.") + name).value_or(""));
      };
      told.push_back(field("event") + ' ' + field("scope") + ": " + field("place") + " since " + field("since") + ", " +
                     field("hours") + " h, at " + field("time"));
      ids_.push_back(field("id"));
    }
    return told;
  }

  Millis after_ = kDay;
  OwnEvents events_;
  std::vector<WatchedSource> sources_;
  std::map<std::string, std::string> notes_;
  std::unique_ptr<Silence> silence_;
  std::vector<std::string> ids_;
};

TEST_F(SilenceTest, OfAllThatABucketHoldsIsToldOnceWithItsEnd) {
  Deliver(kProduction, "eu-west-1", kStart, 100);
  const Millis last = kStart + 99 * kHour;
  EXPECT_THAT(Pass(last), IsEmpty());
  EXPECT_THAT(Pass(last + kDay), IsEmpty()) << "just as long as it may be";
  EXPECT_THAT(
      Pass(last + kDay + kHour),
      ElementsAre("silence bucket: region eu-west-1 of account 111122223333 in bucket trail since 2024-10-08T03:00:00Z, 25 h, "
                  "at 2024-10-09T03:00:00Z"));
  for (int day = 2; day < 100; ++day) EXPECT_THAT(Pass(last + day * kDay), IsEmpty()) << "a region that was disabled";
  Deliver(kProduction, "eu-west-1", last + 100 * kDay, 1);
  EXPECT_THAT(
      Pass(last + 100 * kDay + kMinute),
      ElementsAre("silence_ended bucket: region eu-west-1 of account 111122223333 in bucket trail since 2024-10-08T03:00:00Z, "
                  "2400 h, at 2025-01-16T03:00:00Z"));
  EXPECT_THAT(Pass(last + 100 * kDay + kHour), IsEmpty());
  EXPECT_THAT(Pass(last + 102 * kDay), testing::SizeIs(1)) << "and again";
}

TEST_F(SilenceTest, IsToldOfTheLargestThatIsSilentAndNotOfItsParts) {
  Deliver(kProduction, "eu-west-1", kStart, 200);
  Deliver(kProduction, "us-east-1", kStart, 100);
  Deliver(kStaging, "eu-west-1", kStart, 100);
  Deliver(kStaging, "us-east-1", kStart, 100);
  EXPECT_THAT(
      Pass(kStart + 200 * kHour),
      ElementsAre("silence region: region us-east-1 of account 111122223333 in bucket trail since 2024-10-08T03:00:00Z, 101 h, "
                  "at 2024-10-09T03:00:00Z",
                  "silence account: account 444455556666 in bucket trail since 2024-10-08T03:00:00Z, 101 h, at "
                  "2024-10-09T03:00:00Z"));
  EXPECT_THAT(Pass(kStart + 300 * kHour), ElementsAre("silence bucket: bucket trail since 2024-10-12T07:00:00Z, 101 h, at "
                                                      "2024-10-13T07:00:00Z"));
  // One part is back, and the others have a day to follow.
  Deliver(kStaging, "us-east-1", kStart + 300 * kHour, 30);
  EXPECT_THAT(Pass(kStart + 301 * kHour), testing::SizeIs(2)) << "the ends of the bucket's and of the account's";
  EXPECT_THAT(Pass(kStart + 302 * kHour), IsEmpty());
  Deliver(kProduction, "us-east-1", kStart + 310 * kHour, 1);
  EXPECT_THAT(Pass(kStart + 310 * kHour), testing::SizeIs(1)) << "the end of the region's";
  Deliver(kProduction, "us-east-1", kStart + 311 * kHour, 100);
  Deliver(kStaging, "us-east-1", kStart + 330 * kHour, 100);
  std::vector<std::string> told = Pass(kStart + 400 * kHour);
  ASSERT_EQ(told.size(), 2u) << "eu-west-1 of both has not come back";
  EXPECT_THAT(told[0], testing::HasSubstr("silence region: region eu-west-1 of account 111122223333"));
  EXPECT_THAT(told[1], testing::HasSubstr("silence region: region eu-west-1 of account 444455556666"));
}

TEST_F(SilenceTest, AKillLosesAndDoublesNothing) {
  Deliver(kProduction, "eu-west-1", kStart, 100);
  EXPECT_THAT(Pass(kStart + 100 * kHour), IsEmpty());
  Begin();
  EXPECT_THAT(Pass(kStart + 125 * kHour, {}, false), testing::SizeIs(1)) << "killed before the transaction";
  const std::vector<std::string> first = ids_;
  Begin();
  EXPECT_THAT(Pass(kStart + 126 * kHour), testing::SizeIs(1));
  EXPECT_EQ(ids_, first) << "recognised by its identity";
  Begin();
  EXPECT_THAT(Pass(kStart + 127 * kHour), IsEmpty());
  Deliver(kProduction, "eu-west-1", kStart + 128 * kHour, 1);
  EXPECT_THAT(Pass(kStart + 128 * kHour, {}, false), testing::SizeIs(1));
  const std::vector<std::string> end = ids_;
  EXPECT_NE(end, first);
  Begin();
  Deliver(kProduction, "eu-west-1", kStart + 128 * kHour, 1);
  EXPECT_THAT(Pass(kStart + 129 * kHour), testing::SizeIs(1));
  EXPECT_EQ(ids_, end);
  EXPECT_THAT(Pass(kStart + 170 * kHour), testing::SizeIs(1));
  EXPECT_NE(ids_, first) << "another silence";
}

TEST_F(SilenceTest, WhatCouldNotBeListedIsNotJudged) {
  Deliver(kProduction, "eu-west-1", kStart, 100);
  Deliver(kProduction, "us-east-1", kStart, 100);
  const Millis later = kStart + 200 * kHour;
  EXPECT_THAT(Pass(later, {{1, "", ""}}), IsEmpty());
  EXPECT_THAT(Pass(later, {{1, kProduction, ""}}), IsEmpty());
  std::vector<std::string> told = Pass(later, {{1, kProduction, "us-east-1"}});
  ASSERT_EQ(told.size(), 1u);
  EXPECT_THAT(told[0], testing::HasSubstr("silence region: region eu-west-1"));
  EXPECT_THAT(Pass(later, {{2, "", ""}}), testing::SizeIs(1)) << "another bucket's trouble";
}

TEST_F(SilenceTest, WhatIsNotConfiguredIsNotMissed) {
  Deliver(kProduction, "eu-west-1", kStart, 100);
  Deliver(kStaging, "us-east-1", kStart, 200);
  sources_[0].accounts = {kStaging};
  EXPECT_THAT(Pass(kStart + 200 * kHour), IsEmpty());
  sources_[0].accounts.clear();
  sources_[0].regions = {"us-east-1", "us-west-2"};
  EXPECT_THAT(Pass(kStart + 200 * kHour), IsEmpty());
  sources_[0].regions.clear();
  const WatchedSource source = sources_[0];
  sources_.clear();
  EXPECT_THAT(Pass(kStart + 900 * kHour), IsEmpty()) << "the bucket left the configuration";
  sources_.push_back(source);
  EXPECT_THAT(Pass(kStart + 200 * kHour), testing::SizeIs(1));
}

TEST_F(SilenceTest, HistoryIsNoNews) {
  Deliver(kProduction, "eu-west-1", kStart, 100);
  Deliver(kStaging, "eu-west-1", kStart, 2400);
  EXPECT_THAT(Pass(kStart + 2400 * kHour), IsEmpty()) << "it was silent for three months when it was first read";
  Deliver(kProduction, "eu-west-1", kStart + 2400 * kHour, 1);
  EXPECT_THAT(Pass(kStart + 2400 * kHour), IsEmpty());
  // While trailsift was down for a month something fell silent: that is news.
  Begin();
  Deliver(kStaging, "eu-west-1", kStart + 2400 * kHour, 960);
  EXPECT_THAT(Pass(kStart + 3360 * kHour), testing::SizeIs(1));
}

TEST_F(SilenceTest, SwitchedOffItLearnsAndTellsNothing) {
  after_ = 0;
  Begin();
  Deliver(kProduction, "eu-west-1", kStart, 100);
  EXPECT_THAT(Pass(kStart + 1000 * kHour), IsEmpty());
  after_ = kDay;
  Begin();
  EXPECT_THAT(Pass(kStart + 200 * kHour), testing::SizeIs(1));
}

TEST_F(SilenceTest, BucketsWithoutAccountsAreWatchedAsAWhole) {
  Deliver("", "", kStart, 100);
  EXPECT_THAT(Pass(kStart + 200 * kHour),
              ElementsAre("silence bucket: bucket trail since 2024-10-08T03:00:00Z, 101 h, at 2024-10-09T03:00:00Z"));
  EXPECT_THAT(Pass(kStart + 300 * kHour), IsEmpty());
}

TEST_F(SilenceTest, ForgedNotesAreLeftOut) {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"heard/", "1 1 1 1"},
                                                                      {"heard/1", "1 1 1 1"},
                                                                      {"heard/x/a/b", "1 1 1 1"},
                                                                      {"heard/1/a/b", "x"},
                                                                      {"told/1", "1"},
                                                                      {"lag", "1"}})
    silence_->Restore(name, value);
  EXPECT_FALSE(silence_->HasHeard({1, "", ""}));
  EXPECT_THAT(Pass(kStart), IsEmpty());
}

}  // namespace
}  // namespace trailsift
