#include "cli/time_bins.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::uint64_t Sum(const TimeBins& bins) {
  std::uint64_t sum = 0;
  for (const auto& [number, counts] : bins.bins())
    for (const std::uint64_t count : counts) sum += count;
  return sum;
}

TEST(TimeBins, BeginsWithMinutes) {
  TimeBins bins;
  EXPECT_TRUE(bins.bins().empty());
  const Millis at = *ParseIsoTime("2026-01-15T10:00:59Z");
  bins.Add(at, 3);
  bins.Add(at, 12);
  bins.Add(at + kSecond, 5);
  ASSERT_EQ(bins.bins().size(), 2u);
  EXPECT_EQ(bins.width(), kMinute);
  EXPECT_EQ(bins.bins().begin()->first * bins.width(), *ParseIsoTime("2026-01-15T10:00:00Z"));
  EXPECT_EQ(bins.bins().begin()->second, (TimeBins::Counts{1, 0, 0, 0, 1}));
  EXPECT_EQ(bins.bins().rbegin()->second, (TimeBins::Counts{0, 0, 0, 1, 0}));
}

TEST(TimeBins, WidensWithWhatItCovers) {
  struct Case {
    Millis span;
    Millis width;
  };
  const Case cases[] = {{96 * kMinute - 1, kMinute}, {96 * kMinute, 5 * kMinute}, {2 * kDay, kHour},
                        {4 * kDay, 3 * kHour},       {90 * kDay, kDay},           {400 * kDay, 7 * kDay},
                        {1000 * kDay, 14 * kDay},    {20'000 * kDay, 224 * kDay}};
  for (const Case& c : cases) {
    for (const bool backwards : {false, true}) {
      TimeBins bins;
      bins.Add(backwards ? c.span : 0, 3);
      bins.Add(backwards ? 0 : c.span, 3);
      EXPECT_EQ(bins.width(), c.width) << c.span;
      EXPECT_EQ(Sum(bins), 2u);
      EXPECT_LE(bins.bins().rbegin()->first - bins.bins().begin()->first, 95);
    }
  }
}

TEST(TimeBins, PutsTogetherWhatItHad) {
  TimeBins bins;
  for (int minute = 0; minute < 90; ++minute) bins.Add(minute * kMinute, 7);
  bins.Cover(-kHour, 2 * kHour);
  EXPECT_EQ(bins.width(), 5 * kMinute);
  EXPECT_EQ(bins.bins().size(), 18u);
  EXPECT_EQ(bins.bins().begin()->second[2], 5u);
  EXPECT_EQ(Sum(bins), 90u);
  // Before 1970, too.
  bins.Add(-1, 3);
  EXPECT_EQ(bins.bins().begin()->first, -1);
}

TEST(Severity, Bands) {
  struct Case {
    int level;
    std::string_view word;
  };
  for (const Case& c : {Case{16, "critical"}, Case{12, "critical"}, Case{11, "high"}, Case{10, "high"}, Case{9, "medium"},
                        Case{7, "medium"}, Case{6, "low"}, Case{4, "low"}, Case{3, "informational"}, Case{0, "informational"}})
    EXPECT_EQ(kSeverities[SeverityOf(c.level)].word, c.word) << c.level;
}

}  // namespace
}  // namespace trailsift
