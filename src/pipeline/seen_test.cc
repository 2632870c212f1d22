#include "pipeline/seen.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace trailsift {
namespace {

constexpr Millis kNoon = 20'000 * kDay + 12 * kHour;

Hash128 Event(int n) { return StrongHash("event " + std::to_string(n)); }

TEST(SeenEvents, ACopyIsKnownInItsHourAndOnlyThere) {
  SeenEvents seen(1000);
  EXPECT_TRUE(seen.Insert(Event(1), kNoon, kNoon));
  EXPECT_FALSE(seen.Insert(Event(1), kNoon, kNoon + 5 * kMinute));
  EXPECT_FALSE(seen.Insert(Event(1), kNoon + kHour - 1, kNoon));
  EXPECT_TRUE(seen.Insert(Event(2), kNoon, kNoon));
  // Copies have the same event time: the next hour and the one before are others.
  EXPECT_TRUE(seen.Insert(Event(1), kNoon + kHour, kNoon));
  EXPECT_TRUE(seen.Insert(Event(1), kNoon - 1, kNoon));
  EXPECT_EQ(seen.size(), 4u);
}

TEST(SeenEvents, HoursBeginOnTheHourAlsoBefore1970) {
  for (const auto& [time, hour] :
       std::vector<std::pair<Millis, Millis>>{{0, 0}, {kHour - 1, 0}, {kHour, kHour}, {-1, -kHour}, {-kHour, -kHour}})
    EXPECT_EQ(SeenEvents::HourOf(time), hour) << time;
}

TEST(SeenEvents, TellsAsASetDoesWhateverTheNumber) {
  std::mt19937 random(7);
  SeenEvents seen(1'000'000);
  std::set<std::pair<int, int>> model;
  for (int i = 0; i < 60'000; ++i) {
    const int event = static_cast<int>(random() % 20'000);
    const int hour = static_cast<int>(random() % 3);
    ASSERT_EQ(seen.Insert(Event(event), kNoon + hour * kHour, kNoon), model.emplace(event, hour).second) << i;
  }
  EXPECT_EQ(seen.size(), model.size());
}

TEST(SeenEvents, AnHourIsForgottenWhenObjectsAreAnHourPastTheNewestThatAddedToIt) {
  SeenEvents seen(1000);
  seen.Insert(Event(1), kNoon, kNoon + 5 * kMinute);
  seen.Insert(Event(2), kNoon, kNoon + 10 * kMinute);  // the newest object of the hour
  seen.Insert(Event(3), kNoon + kHour, kNoon + kHour + 5 * kMinute);
  seen.Advance(kNoon + 10 * kMinute + kHour);
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_FALSE(seen.Insert(Event(1), kNoon, kNoon));
  seen.Advance(kNoon + 12 * kMinute + kHour);
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen.Insert(Event(1), kNoon, kNoon + 5 * kMinute));
  EXPECT_FALSE(seen.Insert(Event(3), kNoon + kHour, kNoon));
  EXPECT_EQ(seen.evicted_for_memory(), 0u);
}

TEST(SeenEvents, TheMemoryBoundTakesTheHourWhoseObjectsAreLongestPastAndCounts) {
  SeenEvents seen(10);
  for (int i = 0; i < 4; ++i) seen.Insert(Event(i), kNoon, kNoon + 2 * kHour);              // hour 0, objects late
  for (int i = 0; i < 4; ++i) seen.Insert(Event(i), kNoon + kHour, kNoon + kHour);          // hour 1, objects longest past
  for (int i = 0; i < 2; ++i) seen.Insert(Event(i), kNoon + 2 * kHour, kNoon + 3 * kHour);  // hour 2
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(seen.evicted_for_memory(), 0u);
  EXPECT_TRUE(seen.Insert(Event(9), kNoon + 2 * kHour, kNoon + 3 * kHour));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(seen.evicted_for_memory(), 4u);
  EXPECT_FALSE(seen.Insert(Event(0), kNoon, kNoon + 2 * kHour));
  EXPECT_TRUE(seen.Insert(Event(0), kNoon + kHour, kNoon + 3 * kHour));
  // The hour in use is never the one that goes, however many it holds.
  SeenEvents small(3);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(small.Insert(Event(i), kNoon, kNoon));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(small.Insert(Event(i), kNoon, kNoon));
  EXPECT_EQ(small.evicted_for_memory(), 0u);
}

TEST(SeenEvents, ComesBackFromItsFrames) {
  SeenEvents seen(1000);
  for (int i = 0; i < 300; ++i) seen.Insert(Event(i), kNoon + i % 3 * kHour, kNoon + i * kMinute);
  std::string frames;
  seen.AppendAll(frames);
  SeenEvents back(1000);
  ASSERT_TRUE(back.Restore(frames));
  ASSERT_TRUE(back.Restore(frames));  // a log holds things twice after a rotation that was not committed
  EXPECT_EQ(back.size(), seen.size());
  for (int i = 0; i < 300; ++i) EXPECT_FALSE(back.Insert(Event(i), kNoon + i % 3 * kHour, kNoon)) << i;
  EXPECT_TRUE(back.Insert(Event(300), kNoon, kNoon));
  // The age of an hour's objects comes back too.
  back.Advance(kNoon + 299 * kMinute + kHour);
  EXPECT_EQ(back.size(), 100u);
}

TEST(SeenEvents, AFrameOfOneObjectAddsToWhatIsThere) {
  std::string frame;
  SeenEvents::AppendFrame(kNoon, kNoon, {SeenEvents::Shorten(Event(1)), SeenEvents::Shorten(Event(2))}, frame);
  SeenEvents seen(1000);
  seen.Insert(Event(3), kNoon, kNoon);
  ASSERT_TRUE(seen.Restore(frame));
  for (int i = 1; i <= 3; ++i) EXPECT_FALSE(seen.Insert(Event(i), kNoon, kNoon)) << i;
  EXPECT_EQ(seen.size(), 3u);
}

TEST(SeenEvents, ACutFrameIsRefused) {
  std::string frames;
  SeenEvents::AppendFrame(kNoon, kNoon, {SeenEvents::Shorten(Event(1)), SeenEvents::Shorten(Event(2))}, frames);
  for (std::size_t size = 1; size < frames.size(); ++size) {
    SeenEvents seen(1000);
    EXPECT_FALSE(seen.Restore(std::string_view(frames).substr(0, size))) << size;
  }
  SeenEvents seen(1000);
  EXPECT_TRUE(seen.Restore(""));
  EXPECT_EQ(seen.size(), 0u);
}

}  // namespace
}  // namespace trailsift
