// <time> and <weekday>: when in the day and in the week a rule holds. Pure values. (Source: Wazuh 4.x manual, "Rules syntax"; answers of
// its engine for the ends of ranges.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

// A minute of the day and a day of the week (0 = Sunday).
struct LocalMoment {
  int minute = 0;
  int weekday = 0;
};

// `9:00 - 17:00`, `9 am - 5:30 pm`, `!22:00 - 6:00`. Whole minutes, both ends included; a range over midnight leaves both ends out.
class DayTime {
 public:
  static Result<DayTime> Parse(std::string_view text);
  bool Holds(int minute) const;
  // As it is written, trimmed.
  const std::string& text() const { return text_; }

 private:
  int from_ = 0;
  int to_ = 0;
  bool negate_ = false;
  std::string text_;
};

// `monday, tue`, `weekdays`, `weekends`; a leading `!` turns the whole list round (Wazuh refuses that).
class Weekdays {
 public:
  static Result<Weekdays> Parse(std::string_view text);
  bool Holds(int weekday) const { return (days_ >> weekday & 1u) != 0; }
  // As it is written, trimmed.
  const std::string& text() const { return text_; }

 private:
  std::uint32_t days_ = 0;
  std::string text_;
};

}  // namespace trailsift
