#include "base/time.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

namespace trailsift {
namespace {

constexpr Millis kTen = 1768471200000;  // 2026-01-15T10:00:00Z

TEST(Time, ParsesIsoTime) {
  struct Case {
    const char* text;
    std::optional<Millis> expected;
  };
  const Case kCases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1969-12-31T23:59:59Z", -1000},
      {"2026-01-15T10:00:00Z", kTen},
      {"2026-01-15T10:00:00z", kTen},
      {"2026-01-15 10:00:00", kTen},
      {"2026-01-15T10:00:00", kTen},
      {"2026-01-15", kTen - 10 * kHour},
      {"2026-01-15T10:00:00.5Z", kTen + 500},
      {"2026-01-15T10:00:00.123456789Z", kTen + 123},
      {"2026-01-15T10:00:00.0009Z", kTen},
      {"2026-01-15T12:30:00+02:30", kTen},
      {"2026-01-15T12:30:00+0230", kTen},
      {"2026-01-15T09:00:00-01:00", kTen},
      {"2024-02-29T00:00:00Z", 1709164800000},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"2016-12-31T23:59:60Z", 1483228800000},
      {"", std::nullopt},
      {"2026", std::nullopt},
      {"2026-01", std::nullopt},
      {"2026-01-1", std::nullopt},
      {"2026-13-01", std::nullopt},
      {"2026-00-01", std::nullopt},
      {"2026-01-00", std::nullopt},
      {"2026-01-32", std::nullopt},
      {"2025-02-29", std::nullopt},
      {"1900-02-29", std::nullopt},
      {"2026/01/15", std::nullopt},
      {"2026-01-15T", std::nullopt},
      {"2026-01-15T10:00", std::nullopt},
      {"2026-01-15T24:00:00Z", std::nullopt},
      {"2026-01-15T10:60:00Z", std::nullopt},
      {"2026-01-15T10:00:61Z", std::nullopt},
      {"2026-01-15x10:00:00Z", std::nullopt},
      {"2026-01-15T10.00.00Z", std::nullopt},
      {"2026-01-15T10:00:00.Z", std::nullopt},
      {"2026-01-15T10:00:00ZZ", std::nullopt},
      {"2026-01-15T10:00:00+02", std::nullopt},
      {"2026-01-15T10:00:00+02:3", std::nullopt},
      {"2026-01-15T10:00:00+24:00", std::nullopt},
      {"2026-01-15T10:00:00 UTC", std::nullopt},
      {"+026-01-15", std::nullopt},
      {" 2026-01-15", std::nullopt},
  };
  for (const Case& c : kCases) EXPECT_EQ(ParseIsoTime(c.text), c.expected) << c.text;
}

TEST(Time, FormatsIsoTime) {
  struct Case {
    Millis time;
    const char* plain;
    const char* with_millis;
  };
  const Case kCases[] = {
      {0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
      {-1, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999Z"},
      {kTen + 5042, "2026-01-15T10:00:05Z", "2026-01-15T10:00:05.042Z"},
      {1709251199999, "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.999Z"},
      {1709251200000, "2024-03-01T00:00:00Z", "2024-03-01T00:00:00.000Z"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(FormatIsoTime(c.time), c.plain);
    EXPECT_EQ(FormatIsoTime(c.time, true), c.with_millis);
    EXPECT_EQ(ParseIsoTime(c.with_millis), c.time);
  }
}

TEST(Time, DaysAndDatesAreInverse) {
  EXPECT_EQ(DaysFromCivil(1970, 1, 1), 0);
  EXPECT_EQ(DaysFromCivil(2000, 3, 1), 11017);
  EXPECT_EQ(DaysFromCivil(1600, 1, 1), -135140);
  for (std::int64_t day = -200000; day < 200000; day += 13) {
    const CivilDate date = CivilFromDays(day);
    ASSERT_EQ(DaysFromCivil(date.year, date.month, date.day), day);
  }
}

TEST(Time, FormatsWazuhTimeInUtcAndInTheLocalZone) {
  const char* old = std::getenv("TZ");
  const std::string kept = old == nullptr ? "" : old;
  ::setenv("TZ", "XST-05:30", 1);  // east of Greenwich, without zone files
  ::tzset();
  EXPECT_EQ(FormatWazuhTime(kTen + 7, true), "2026-01-15T10:00:00.007+0000");
  EXPECT_EQ(FormatWazuhTime(kTen + 7, false), "2026-01-15T15:30:00.007+0530");
  EXPECT_EQ(FormatWazuhTime(-1, true), "1969-12-31T23:59:59.999+0000");
  if (old == nullptr) {
    ::unsetenv("TZ");
  } else {
    ::setenv("TZ", kept.c_str(), 1);
  }
  ::tzset();
}

}  // namespace
}  // namespace trailsift
