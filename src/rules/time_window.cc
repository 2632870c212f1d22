#include "rules/time_window.h"

#include <array>
#include <charconv>
#include <string>

#include "rules/ascii.h"

namespace trailsift {
namespace {

// `9`, `9:05`, `9 am`, `5:30pm`; the minute of the day, or -1.
int ParseClock(std::string_view text) {
  std::string folded = AsciiLower(TrimBlank(text));
  int half = -1;
  if (folded.size() > 2 && folded.back() == 'm' && (folded[folded.size() - 2] == 'a' || folded[folded.size() - 2] == 'p')) {
    half = folded[folded.size() - 2] == 'p' ? 1 : 0;
    folded.resize(folded.size() - 2);
  }
  const std::string_view digits = TrimBlank(folded);
  const std::size_t colon = digits.find(':');
  const std::string_view hours = digits.substr(0, colon);
  const std::string_view minutes = colon == std::string_view::npos ? "0" : digits.substr(colon + 1);
  if (!AllDigits(hours) || !AllDigits(minutes) || hours.size() > 2 || minutes.size() > 2) return -1;
  if (colon == std::string_view::npos && half < 0) return -1;
  int hour = 0;
  int minute = 0;
  std::from_chars(hours.data(), hours.data() + hours.size(), hour);
  std::from_chars(minutes.data(), minutes.data() + minutes.size(), minute);
  if (half >= 0) {
    if (hour < 1 || hour > 12) return -1;
    hour = hour % 12 + 12 * half;
  }
  if (hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60) return -1;
  return hour * 60 + minute;
}

}  // namespace

Result<DayTime> DayTime::Parse(std::string_view text) {
  DayTime time;
  std::string_view rest = TrimBlank(text);
  time.text_ = std::string(rest);
  if (!rest.empty() && rest.front() == '!') {
    time.negate_ = true;
    rest.remove_prefix(1);
  }
  const std::size_t dash = rest.find('-');
  if (dash != std::string_view::npos) {
    time.from_ = ParseClock(rest.substr(0, dash));
    time.to_ = ParseClock(rest.substr(dash + 1));
  }
  if (dash == std::string_view::npos || time.from_ < 0 || time.to_ < 0)
    return Status(Code::kInvalid, "`" + std::string(text) + "` is no range of time; write `9:00 - 17:00` or `9 am - 5:30 pm`");
  return time;
}

bool DayTime::Holds(int minute) const {
  const bool inside = from_ <= to_ ? from_ <= minute && minute <= to_ : minute < to_ || minute > from_;
  return inside != negate_;
}

Result<Weekdays> Weekdays::Parse(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kNames = {"sunday",   "monday", "tuesday", "wednesday",
                                                             "thursday", "friday", "saturday"};
  Weekdays weekdays;
  std::string_view rest = TrimBlank(text);
  weekdays.text_ = std::string(rest);
  const bool negate = !rest.empty() && rest.front() == '!';
  if (negate) rest.remove_prefix(1);
  while (!rest.empty()) {
    const std::size_t end = rest.find_first_of(", \t\r\n");
    const std::string word = AsciiLower(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (word.empty()) continue;
    std::uint32_t days = 0;
    if (word == "weekdays") days = 0b0111110;
    else if (word == "weekends") days = 0b1000001;
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (word == kNames[i] || word == kNames[i].substr(0, 3)) days = 1u << i;
    if (days == 0) return Status(Code::kInvalid, "`" + word + "` is no day; write `monday`, `mon`, `weekdays` or `weekends`");
    weekdays.days_ |= days;
  }
  if (weekdays.days_ == 0) return Status(Code::kInvalid, "no day is named");
  if (negate) weekdays.days_ = ~weekdays.days_ & 0b1111111;
  return weekdays;
}

}  // namespace trailsift
