#include "pipeline/state_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "source/folder_store.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Frames = std::vector<std::pair<StateFrame, std::string>>;

const Frames kThree = {
    {StateFrame::kSeen, "first"}, {StateFrame::kObject, ""}, {StateFrame::kWindowEvents, std::string("t\0hird", 6)}};

class StateLogTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(home_ / "state"); }

  // Opens, and gives the frames that were handed out.
  Status Open(StateLog& log, const FilePosition& position, Frames& frames) {
    return log.Open(position, [&](StateFrame type, std::string_view payload) {
      frames.emplace_back(type, payload);
      return Status::Ok();
    });
  }
  FilePosition Write(const Frames& frames) {
    StateLog log(home_.path());
    Frames none;
    EXPECT_TRUE(Open(log, {}, none).ok());
    EXPECT_THAT(none, IsEmpty());
    for (const auto& [type, payload] : frames) log.Append(type, payload);
    EXPECT_TRUE(log.Sync().ok());
    return log.position();
  }
  std::string Bytes(const FilePosition& position) const { return *ReadWholeFile(home_ / position.file, UINT64_MAX); }

  TempFolder home_;
};

TEST_F(StateLogTest, FramesComeBackInOrder) {
  const FilePosition position = Write(kThree);
  EXPECT_EQ(position.file, "state/state-000001.log");
  // As docs/format/state.md says: a line, then for each frame 1 + 4 + size + 8 bytes.
  const std::string bytes = Bytes(position);
  EXPECT_EQ(bytes.size(), position.offset);
  EXPECT_EQ(position.offset, 22u + 3 * 13 + 5 + 0 + 6);
  EXPECT_EQ(bytes.substr(0, 32), std::string("trailsift state log 2\ns\x05\0\0\0first", 32));
  StateLog log(home_.path());
  Frames frames;
  ASSERT_TRUE(Open(log, position, frames).ok());
  EXPECT_EQ(frames, kThree);
  EXPECT_EQ(log.position().offset, position.offset);
}

TEST_F(StateLogTest, WhatLiesBehindTheCommittedOffsetIsCutAndWritingGoesOnThere) {
  const FilePosition committed = Write({kThree[0]});
  home_.Write(committed.file, Bytes(committed) + "\x00\xFF torn");
  FilePosition position;
  {
    StateLog log(home_.path());
    Frames frames;
    ASSERT_TRUE(Open(log, committed, frames).ok());
    EXPECT_THAT(frames, ElementsAre(kThree[0]));
    EXPECT_EQ(Bytes(committed).size(), committed.offset);
    log.Append(kThree[2].first, kThree[2].second);
    EXPECT_EQ(log.position().offset, committed.offset) << "before Sync nothing is good";
    ASSERT_TRUE(log.Sync().ok());
    position = log.position();
  }
  StateLog log(home_.path());
  Frames frames;
  ASSERT_TRUE(Open(log, position, frames).ok());
  EXPECT_THAT(frames, ElementsAre(kThree[0], kThree[2]));
}

TEST_F(StateLogTest, DamageAtAnyByteIsToldWithItsPlaceAndTheFramesBeforeItStand) {
  const FilePosition position = Write(kThree);
  const std::string good = Bytes(position);
  std::vector<std::size_t> begins = {22};
  for (const auto& [type, payload] : kThree) begins.push_back(begins.back() + 13 + payload.size());
  ASSERT_EQ(begins.back(), good.size());
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const unsigned flip : {0x01u, 0x80u, 0xFFu}) {
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
      home_.Write(position.file, bad);
      StateLog log(home_.path());
      Frames frames;
      const Status status = Open(log, position, frames);
      ASSERT_EQ(status.code(), Code::kCorrupt) << at << ' ' << flip;
      EXPECT_THAT(status.message(), HasSubstr(home_ / position.file));
      if (at < begins[0]) {
        EXPECT_THAT(status.message(), HasSubstr("not a state log"));
        EXPECT_THAT(frames, IsEmpty());
        continue;
      }
      std::size_t damaged = 0;
      while (begins[damaged + 1] <= at) ++damaged;
      EXPECT_THAT(status.message(), testing::EndsWith("damaged at byte " + std::to_string(begins[damaged]))) << at;
      EXPECT_EQ(frames, Frames(kThree.begin(), kThree.begin() + static_cast<std::ptrdiff_t>(damaged))) << at;
    }
}

TEST_F(StateLogTest, AFileShorterThanCommittedIsSaidAndItsWholeFramesStand) {
  const FilePosition position = Write(kThree);
  const std::string good = Bytes(position);
  for (std::size_t size = 0; size < good.size(); ++size) {
    home_.Write(position.file, good.substr(0, size));
    StateLog log(home_.path());
    Frames frames;
    const Status status = Open(log, position, frames);
    ASSERT_EQ(status.code(), Code::kCorrupt) << size;
    const std::string told = std::to_string(size) + " bytes, but " + std::to_string(good.size()) + " were committed";
    EXPECT_THAT(status.message(), HasSubstr(size < 22 ? "not a state log" : told));
    EXPECT_EQ(frames.size(), size < 40 ? 0u : size < 53 ? 1u : 2u) << size;
    // And the next file does not overwrite this one before a commit points there.
    ASSERT_TRUE(log.Rotate([] {}).ok());
    EXPECT_EQ(log.position().file, "state/state-000002.log");
    EXPECT_EQ(Bytes(position).size(), size);
  }
}

TEST_F(StateLogTest, AMissingFileIsNotFoundAndAClosedOneIsNoDamage) {
  const FilePosition position = Write(kThree);
  chmod((home_ / position.file).c_str(), 0);
  {
    const AsNobody nobody;
    StateLog log(home_.path());
    Frames frames;
    EXPECT_EQ(Open(log, position, frames).code(), Code::kIo);
  }
  std::filesystem::remove(home_ / position.file);
  StateLog log(home_.path());
  Frames frames;
  EXPECT_EQ(Open(log, position, frames).code(), Code::kNotFound);
}

TEST_F(StateLogTest, AFrameThatIsNotTakenEndsTheReading) {
  const FilePosition position = Write(kThree);
  StateLog log(home_.path());
  int seen = 0;
  const Status status =
      log.Open(position, [&](StateFrame, std::string_view) { return ++seen == 2 ? Status(Code::kCorrupt, "mine") : Status::Ok(); });
  EXPECT_EQ(status.message(), "mine");
  EXPECT_EQ(seen, 2);
}

TEST_F(StateLogTest, RotationBeginsANewFileAndTheOldOneStandsUntilItIsRemoved) {
  const FilePosition old = Write(kThree);
  home_.Write("state/trailsift.db", "not a log");
  StateLog log(home_.path());
  Frames frames;
  ASSERT_TRUE(Open(log, old, frames).ok());
  log.Append(StateFrame::kCut, "goes with the old file");
  ASSERT_TRUE(log.Rotate([&] { log.Append(StateFrame::kSeen, "whole"); }).ok());
  const FilePosition rotated = log.position();
  EXPECT_EQ(rotated.file, "state/state-000002.log");
  EXPECT_EQ(log.growth(), 0u);
  EXPECT_EQ(log.whole(), rotated.offset);
  log.Append(StateFrame::kCut, "after");
  ASSERT_TRUE(log.Sync().ok());
  EXPECT_EQ(log.growth(), 13u + 5);
  {
    StateLog before(home_.path());
    Frames again;
    ASSERT_TRUE(Open(before, old, again).ok());
    EXPECT_EQ(again, kThree);
  }
  log.RemoveOthers();
  EXPECT_FALSE(std::filesystem::exists(home_ / old.file));
  EXPECT_TRUE(std::filesystem::exists(home_ / "state/trailsift.db"));
  StateLog after(home_.path());
  Frames again;
  ASSERT_TRUE(Open(after, log.position(), again).ok());
  EXPECT_THAT(again, ElementsAre(Frames::value_type(StateFrame::kSeen, "whole"), Frames::value_type(StateFrame::kCut, "after")));
}

}  // namespace
}  // namespace trailsift
