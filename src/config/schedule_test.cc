#include "config/schedule.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <ctime>

namespace trailsift {
namespace {

Millis At(const char* text) { return ParseIsoTime(text).value(); }

class ScheduleTest : public ::testing::Test {
 protected:
  void SetUp() override { SetZone("UTC0"); }
  void TearDown() override { SetZone("UTC0"); }
  static void SetZone(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
  }
};

TEST_F(ScheduleTest, PlainInterval) {
  Schedule schedule;
  schedule.interval = 10 * kMinute;
  const Millis now = At("2026-01-15T10:00:00Z");
  EXPECT_EQ(NextRun(schedule, std::nullopt, now), now);
  EXPECT_EQ(NextRun(schedule, now - kMinute, now), now + 9 * kMinute);
  EXPECT_EQ(NextRun(schedule, now - 11 * kMinute, now), now) << "an overtaken run starts at once";
  schedule.run_on_start = false;
  EXPECT_EQ(NextRun(schedule, std::nullopt, now), now + 10 * kMinute);
}

TEST_F(ScheduleTest, Calendar) {
  Schedule daily;
  daily.interval = kDay;
  daily.minute_of_day = 3 * 60 + 30;
  Schedule two_weeks;
  two_weeks.interval = 14 * kDay;
  two_weeks.week_day = 1;
  two_weeks.minute_of_day = 0;
  Schedule monthly;
  monthly.interval = 0;
  monthly.months = 1;
  monthly.month_day = 31;
  monthly.minute_of_day = 60;
  Schedule quarterly = monthly;
  quarterly.months = 3;
  quarterly.month_day = 1;
  const struct {
    const Schedule* schedule;
    const char* last;
    const char* want;
  } kCases[] = {
      {&daily, "2026-01-15T10:00:00Z", "2026-01-16T03:30:00Z"},  // the run at the start stands outside the calendar
      {&daily, "2026-01-15T02:00:00Z", "2026-01-15T03:30:00Z"},     {&daily, "2026-01-15T03:30:00Z", "2026-01-16T03:30:00Z"},
      {&two_weeks, "2026-01-15T10:00:00Z", "2026-01-19T00:00:00Z"},  // a Thursday, then Monday
      {&two_weeks, "2026-01-19T00:00:00Z", "2026-02-02T00:00:00Z"}, {&monthly, "2026-01-15T10:00:00Z", "2026-01-31T01:00:00Z"},
      {&monthly, "2026-01-31T01:00:00Z", "2026-02-28T01:00:00Z"},   {&monthly, "2026-02-28T01:00:00Z", "2026-03-31T01:00:00Z"},
      {&quarterly, "2025-11-01T01:00:00Z", "2026-02-01T01:00:00Z"},
  };
  for (const auto& c : kCases) EXPECT_EQ(FormatIsoTime(NextRun(*c.schedule, At(c.last), At(c.last))), c.want) << c.last;
  daily.run_on_start = false;
  EXPECT_EQ(FormatIsoTime(NextRun(daily, std::nullopt, At("2026-01-15T03:30:00Z"))), "2026-01-16T03:30:00Z");
}

TEST_F(ScheduleTest, SummerTimeKeepsTheHour) {
  SetZone("CET-1CEST,M3.5.0,M10.5.0/3");
  Schedule daily;
  daily.interval = kDay;
  daily.minute_of_day = 6 * 60;
  EXPECT_EQ(FormatIsoTime(NextRun(daily, At("2026-03-28T05:00:00Z"), At("2026-03-28T05:00:00Z"))), "2026-03-29T04:00:00Z");
  EXPECT_EQ(FormatIsoTime(NextRun(daily, At("2026-10-24T04:00:00Z"), At("2026-10-24T04:00:00Z"))), "2026-10-25T05:00:00Z");
}

}  // namespace
}  // namespace trailsift
