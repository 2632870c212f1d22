#include "base/time.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace trailsift {
namespace {

// The number in text[pos, pos+count), or -1 where a byte is no digit.
int Digits(std::string_view text, std::size_t pos, std::size_t count) {
  if (pos + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = pos; i < pos + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

int DaysInMonth(int year, int month) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Millis FloorDiv(Millis a, Millis b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Millis NowMillis() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::int64_t DaysFromCivil(int year, int month, int day) {
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

CivilDate CivilFromDays(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

std::optional<Millis> ParseIsoTime(std::string_view text) {
  const int year = Digits(text, 0, 4);
  const int month = Digits(text, 5, 2);
  const int day = Digits(text, 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (day > DaysInMonth(year, month)) return std::nullopt;
  Millis time = DaysFromCivil(year, month, day) * kDay;
  if (text.size() == 10) return time;
  const int hour = Digits(text, 11, 2);
  const int minute = Digits(text, 14, 2);
  const int second = Digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  if ((text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return std::nullopt;
  time += hour * kHour + minute * kMinute + second * kSecond;
  std::size_t pos = 19;
  if (pos < text.size() && text[pos] == '.') {
    int scale = 100;
    const std::size_t begin = ++pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, scale /= 10) time += (text[pos] - '0') * scale;
    if (pos == begin) return std::nullopt;
  }
  const std::string_view zone = text.substr(pos);
  if (zone.empty() || zone == "Z" || zone == "z") return time;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  const bool colon = zone.size() == 6 && zone[3] == ':';
  if (!colon && zone.size() != 5) return std::nullopt;
  const int zone_hour = Digits(zone, 1, 2);
  const int zone_minute = Digits(zone, colon ? 4 : 3, 2);
  if (zone_hour < 0 || zone_hour > 23 || zone_minute < 0 || zone_minute > 59) return std::nullopt;
  const Millis shift = zone_hour * kHour + zone_minute * kMinute;
  return zone[0] == '+' ? time - shift : time + shift;
}

std::string FormatIsoTime(Millis time, bool with_millis) {
  const Millis days = FloorDiv(time, kDay);
  const int rest = static_cast<int>(time - days * kDay);
  const CivilDate date = CivilFromDays(days);
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", date.year, date.month, date.day, rest / 3600000,
                           rest / 60000 % 60, rest / 1000 % 60);
  if (with_millis) size += std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), ".%03d", rest % 1000);
  return std::string(text, static_cast<std::size_t>(size)) + 'Z';
}

std::string FormatWazuhTime(Millis time, bool utc) {
  const auto seconds = static_cast<std::time_t>(FloorDiv(time, kSecond));
  const int millis = static_cast<int>(time - static_cast<Millis>(seconds) * kSecond);
  std::tm parts{};
  if (utc) gmtime_r(&seconds, &parts);
  else localtime_r(&seconds, &parts);
  char date[32];
  char zone[16];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::strftime(zone, sizeof zone, "%z", &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%s.%03d%s", date, millis, utc ? "+0000" : zone);
  return text;
}

}  // namespace trailsift
