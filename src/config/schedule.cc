#include "config/schedule.h"

#include <algorithm>
#include <ctime>

namespace trailsift {
namespace {

// A day of the local calendar, counted as days since 1970-01-01.
std::int64_t LocalDay(Millis time) {
  const auto seconds = static_cast<std::time_t>(time / kSecond);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return DaysFromCivil(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

Millis LocalMoment(std::int64_t day, int minute) {
  const CivilDate date = CivilFromDays(day);
  std::tm parts{};
  parts.tm_year = date.year - 1900;
  parts.tm_mon = date.month - 1;
  parts.tm_mday = date.day;
  parts.tm_hour = minute / 60;
  parts.tm_min = minute % 60;
  parts.tm_isdst = -1;
  return static_cast<Millis>(std::mktime(&parts)) * kSecond;
}

// The day of a month, or the month's last one where it is shorter. `month` may lie outside 1-12.
std::int64_t DayOfMonth(int year, int month, int day) {
  year += (month - 1) / 12;
  month = (month - 1) % 12 + 1;
  const std::int64_t first = DaysFromCivil(year, month, 1);
  const std::int64_t next = month == 12 ? DaysFromCivil(year + 1, 1, 1) : DaysFromCivil(year, month + 1, 1);
  return std::min(first + day - 1, next - 1);
}

int WeekDay(std::int64_t day) { return static_cast<int>(((day + 4) % 7 + 7) % 7); }

// Whether runs may start on that day.
bool Allowed(const Schedule& schedule, std::int64_t day) {
  if (schedule.week_day) return WeekDay(day) == *schedule.week_day;
  if (!schedule.month_day) return true;
  const CivilDate date = CivilFromDays(day);
  return day == DayOfMonth(date.year, date.month, *schedule.month_day);
}

}  // namespace

Millis NextRun(const Schedule& schedule, std::optional<Millis> last, Millis now) {
  if (!last && schedule.run_on_start) return now;
  const bool fixed = schedule.month_day || schedule.week_day || schedule.minute_of_day;
  if (!fixed) return std::max(last.value_or(now) + schedule.interval, now);

  const int minute = schedule.minute_of_day.value_or(0);
  const Millis from = last.value_or(now);
  std::int64_t day = LocalDay(from);
  if (last && Allowed(schedule, day) && LocalMoment(day, minute) == from) {
    // The run before stood on the calendar: count on from it.
    const CivilDate date = CivilFromDays(day);
    if (schedule.months > 0) day = DayOfMonth(date.year, date.month + schedule.months, schedule.month_day.value_or(1));
    else day += std::max<Millis>(schedule.interval / kDay, 1);
  } else {
    // A run outside the calendar (the one at start): the next allowed day, at most a month away.
    while (!Allowed(schedule, day) || LocalMoment(day, minute) <= from) ++day;
  }
  return std::max(LocalMoment(day, minute), now);
}

}  // namespace trailsift
