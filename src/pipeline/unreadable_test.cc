#include "pipeline/unreadable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "base/json.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kProduction = "111122223333";
const Millis kStart = 20'000 * kDay;
const SourcePlace kBucket{1, "", ""};
const SourcePlace kAccount{1, kProduction, ""};
const SourcePlace kRegion{1, kProduction, "eu-west-1"};

class UnreadableTest : public testing::Test {
 protected:
  UnreadableTest() {
    WatchedSource source;
    source.id = 1;
    source.name = "s3://trail/AWSLogs/";
    source.bucket = "trail";
    sources_.push_back(source);
    Begin();
  }
  void Begin() {
    unreadable_ = std::make_unique<UnreadableSources>(events_);
    for (const auto& [name, value] : notes_) unreadable_->Restore(name, value);
  }
  std::vector<std::string> Pass(const std::vector<SourcePlace>& failing, bool commit = true) {
    for (const SourcePlace& place : failing) unreadable_->Failed(place, "AccessDenied");
    unreadable_->EndPass(
        sources_, [&](const SourcePlace& place) { return heard_ && place.account != "444455556666"; }, now_);
    now_ += kHour;
    if (commit) {
      std::vector<Note> notes;
      unreadable_->TakeNotes(notes);
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
      told.push_back(field("event") + ' ' + field("scope") + ": " + field("place") + " since " + field("since") + ' ' +
                     field("reason"));
      ids_.push_back(field("id"));
    }
    return told;
  }

  OwnEvents events_;
  std::vector<WatchedSource> sources_;
  std::map<std::string, std::string> notes_;
  std::unique_ptr<UnreadableSources> unreadable_;
  std::vector<std::string> ids_;
  Millis now_ = kStart;
  bool heard_ = true;
};

TEST_F(UnreadableTest, TheThirdPassInARowIsToldOnceAndItsEnd) {
  EXPECT_THAT(Pass({kBucket}), IsEmpty());
  EXPECT_THAT(Pass({kBucket}), IsEmpty());
  EXPECT_THAT(Pass({}), IsEmpty()) << "not in a row";
  EXPECT_THAT(Pass({kBucket}), IsEmpty());
  EXPECT_THAT(Pass({kBucket}), IsEmpty());
  EXPECT_THAT(Pass({kBucket}), ElementsAre("unreadable bucket: bucket trail since 2024-10-04T03:00:00Z AccessDenied"));
  EXPECT_THAT(Pass({kBucket}), IsEmpty());
  EXPECT_THAT(Pass({}), ElementsAre("unreadable_ended bucket: bucket trail since 2024-10-04T03:00:00Z "));
  EXPECT_THAT(Pass({}), IsEmpty());
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(UnreadableTest, AKillLosesAndDoublesNothing) {
  Pass({kRegion});
  Begin();
  Pass({kRegion});
  Begin();
  EXPECT_THAT(Pass({kRegion}, false), SizeIs(1)) << "killed before the transaction";
  const std::vector<std::string> first = ids_;
  Begin();
  EXPECT_THAT(Pass({kRegion}), SizeIs(1));
  EXPECT_EQ(ids_, first);
  Begin();
  EXPECT_THAT(Pass({kRegion}), IsEmpty());
  EXPECT_THAT(Pass({}, false), SizeIs(1));
  const std::vector<std::string> end = ids_;
  Begin();
  EXPECT_THAT(Pass({}), SizeIs(1));
  EXPECT_EQ(ids_, end);
}

TEST_F(UnreadableTest, WhatNeverDeliveredIsLeftToTheLog) {
  heard_ = false;
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Pass({kBucket}), IsEmpty());
  heard_ = true;
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Pass({{1, "444455556666", ""}}), IsEmpty());
}

TEST_F(UnreadableTest, ManyPartsAreToldAsTheWhole) {
  const std::vector<SourcePlace> regions = {
      {1, kProduction, "a"}, {1, kProduction, "b"}, {1, kProduction, "c"}, {1, kProduction, "d"}, {1, "777788889999", "a"}};
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Pass(regions), IsEmpty());
  EXPECT_THAT(Pass(regions), ElementsAre(HasSubstr("unreadable account: account 111122223333 in bucket trail since "
                                                   "2024-10-04T00:00:00Z AccessDenied (and 3 regions more)"),
                                         HasSubstr("unreadable region: region a of account 777788889999")));
  const std::vector<SourcePlace> accounts = {{1, "1", ""}, {1, "2", ""}, {1, "3", ""}, {1, "4", ""}};
  for (int i = 0; i < 2; ++i) EXPECT_THAT(Pass(accounts), IsEmpty()) << "and the others may fail still";
  EXPECT_THAT(Pass(accounts), ElementsAre(HasSubstr("unreadable bucket: bucket trail")));
  // The bucket can be read, three regions of the account can't.
  EXPECT_THAT(Pass({regions[0], regions[1], regions[2]}), SizeIs(3))
      << "the ends of the bucket's, the account's and the other region's";
}

TEST_F(UnreadableTest, OneThatFailsAsAWholeHidesItsParts) {
  for (int i = 0; i < 3; ++i) Pass({kRegion});
  EXPECT_THAT(Pass({kAccount}), IsEmpty());
  EXPECT_THAT(Pass({kBucket, kRegion}), IsEmpty());
  EXPECT_THAT(Pass({kRegion}), IsEmpty()) << "it was told";
  EXPECT_THAT(Pass({}), SizeIs(1));
}

TEST_F(UnreadableTest, AStoppedPassDoesNotCountAndAnotherBucketIsItsOwn) {
  Pass({kBucket});
  Pass({kBucket});
  unreadable_->Failed(kBucket, "AccessDenied");
  unreadable_->DropPass();
  EXPECT_THAT(Pass({}), IsEmpty());
  for (int i = 0; i < 4; ++i) EXPECT_THAT(Pass({{2, "", ""}}), IsEmpty()) << "a bucket that is not configured";
}

TEST_F(UnreadableTest, ALongReasonIsCut) {
  for (int i = 0; i < 2; ++i) Pass({kBucket});
  unreadable_->Failed(kBucket, std::string(100'000, 'x'));
  const std::vector<std::string> told = Pass({});
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_LT(told[0].size(), 1000u);
}

}  // namespace
}  // namespace trailsift
