// Moments and days, in UTC, without locale or time-zone files. A moment is milliseconds since 1970-01-01T00:00:00Z.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

using Millis = std::int64_t;

inline constexpr Millis kSecond = 1000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kHour = 60 * kMinute;
inline constexpr Millis kDay = 24 * kHour;

// Now, by the system's clock.
Millis NowMillis();

// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms").
std::int64_t DaysFromCivil(int year, int month, int day);

struct CivilDate {
  int year;
  int month;  // 1-12
  int day;    // 1-31
};
CivilDate CivilFromDays(std::int64_t days);

// `2026-01-15T10:00:05Z`, with an optional fraction (any length, kept to the millisecond) and `Z`, `+hh:mm`, `+hhmm` or nothing (UTC);
// also `2026-01-15 10:00:05` and a bare `2026-01-15`. Nothing for any other text.
std::optional<Millis> ParseIsoTime(std::string_view text);

// `2026-01-15T10:00:05Z`; with_millis gives `2026-01-15T10:00:05.000Z`.
std::string FormatIsoTime(Millis time, bool with_millis = false);

// Wazuh's timestamp: `2026-01-15T10:00:05.000+0000`; in the local zone unless utc.
std::string FormatWazuhTime(Millis time, bool utc);

}  // namespace trailsift
