#include "config/values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace trailsift {
namespace {

constexpr Millis kLongest = 36525 * kDay;
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSmall(char c) { return c >= 'a' && c <= 'z'; }
bool AllDigits(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit); }
bool AllSmall(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsSmall); }
bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(at);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongestShown = 60;
  const bool cut = text.size() > kLongestShown;
  std::string quoted = "\"" + std::string(text.substr(0, kLongestShown));
  for (char& c : quoted)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return quoted + (cut ? "…\"" : "\"");
}

std::vector<std::string_view> SplitCommas(std::string_view text) {
  std::vector<std::string_view> pieces = Split(text, ',');
  for (std::string_view& piece : pieces) piece = Trim(piece);
  return pieces;
}

std::optional<bool> ParseYesNo(std::string_view text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t max) {
  if (!AllDigits(text)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (max - std::min(digit, max)) / 10 || digit > max) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

std::optional<Interval> ParseInterval(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Millis unit = kSecond;
  bool months = false;
  if (!IsDigit(text.back())) {
    switch (text.back()) {
      case 's': break;
      case 'm': unit = kMinute; break;
      case 'h': unit = kHour; break;
      case 'd': unit = kDay; break;
      case 'w': unit = 7 * kDay; break;
      case 'M': months = true; break;
      default: return std::nullopt;
    }
    text.remove_suffix(1);
  }
  const std::optional<std::uint64_t> count = ParseNumber(text, months ? 1200 : static_cast<std::uint64_t>(kLongest / unit));
  if (!count) return std::nullopt;
  if (months) return Interval{0, static_cast<int>(*count)};
  return Interval{static_cast<Millis>(*count) * unit, 0};
}

std::optional<Millis> ParseDuration(std::string_view text) {
  const std::optional<Interval> interval = ParseInterval(text);
  if (!interval || (!text.empty() && text.back() == 'M')) return std::nullopt;
  return interval->span;
}

std::optional<std::uint64_t> ParseSize(std::string_view text) {
  constexpr std::uint64_t kMax = std::uint64_t{1} << 60;
  if (text.empty()) return std::nullopt;
  int shift = 0;
  if (!IsDigit(text.back())) {
    switch (text.back()) {
      case 'K': shift = 10; break;
      case 'M': shift = 20; break;
      case 'G': shift = 30; break;
      case 'T': shift = 40; break;
      default: return std::nullopt;
    }
    text.remove_suffix(1);
  }
  const std::optional<std::uint64_t> count = ParseNumber(text, kMax >> shift);
  if (!count) return std::nullopt;
  return *count << shift;
}

std::optional<int> ParseWeekDay(std::string_view text) {
  const std::string lower = Lower(text);
  for (std::size_t i = 0; i < kWeekDays.size(); ++i)
    if (lower == kWeekDays[i] || lower == kWeekDays[i].substr(0, 3) || lower == kWeekDays[i].substr(0, 2))
      return static_cast<int>(i);
  return std::nullopt;
}

std::optional<int> ParseTimeOfDay(std::string_view text) {
  const std::vector<std::string_view> pieces = Split(text, ':');
  if (pieces.size() != 2 || pieces[0].size() > 2 || pieces[1].size() != 2) return std::nullopt;
  const std::optional<std::uint64_t> hour = ParseNumber(pieces[0], 23);
  const std::optional<std::uint64_t> minute = ParseNumber(pieces[1], 59);
  if (!hour || !minute) return std::nullopt;
  return static_cast<int>(*hour * 60 + *minute);
}

std::optional<std::int64_t> ParseOnlyLogsAfter(std::string_view text) {
  const std::vector<std::string_view> pieces = Split(text, '-');
  if (pieces.size() != 3 || pieces[0].size() != 4 || pieces[2].empty() || pieces[2].size() > 2) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), Lower(pieces[1]));
  if (month == kMonths.end()) return std::nullopt;
  char iso[32];
  const std::string year(pieces[0]);
  const std::string day(pieces[2]);
  std::snprintf(iso, sizeof iso, "%s-%02d-%s%s", year.c_str(), static_cast<int>(month - kMonths.begin()) + 1,
                day.size() == 1 ? "0" : "", day.c_str());
  const std::optional<Millis> time = ParseIsoTime(iso);
  if (!time || *time < 0) return std::nullopt;
  return *time / kDay;
}

std::string FormatOnlyLogsAfter(std::int64_t days) {
  const CivilDate date = CivilFromDays(days);
  std::string month(kMonths[static_cast<std::size_t>(date.month - 1)]);
  for (char& c : month) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%s-%02d", date.year, month.c_str(), date.day);
  return text;
}

bool IsAccountId(std::string_view text) { return text.size() == 12 && AllDigits(text); }

bool IsRegion(std::string_view text) {
  std::vector<std::string_view> pieces = Split(text, '-');
  if (pieces.size() != 3 && pieces.size() != 4) return false;
  if (pieces.back().size() != 1 || !IsDigit(pieces.back()[0])) return false;
  if (!AllSmall(pieces[0]) || !AllSmall(pieces[1]) || !AllSmall(pieces[pieces.size() - 2])) return false;
  if (pieces.size() == 3) return pieces[0].size() == 2;
  if (pieces[0] == "eusc") return pieces[1].size() == 2;
  return pieces[0].size() == 2 && (pieces[1] == "gov" || (StartsWith(pieces[1], "iso") && pieces[1].size() <= 4));
}

std::string WhyNoBucketName(std::string_view text) {
  const auto good = [](char c) { return IsSmall(c) || IsDigit(c) || c == '-' || c == '.'; };
  if (StartsWith(text, "s3://") || StartsWith(text, "arn:")) return "only the name of the bucket belongs here";
  if (text.size() < 3 || text.size() > 63) return "a bucket's name has 3 to 63 characters";
  if (!std::all_of(text.begin(), text.end(), good)) return "a bucket's name holds only a-z, 0-9, `-` and `.`";
  const auto edge = [](char c) { return IsSmall(c) || IsDigit(c); };
  if (!edge(text.front()) || !edge(text.back())) return "a bucket's name starts and ends with a letter or digit";
  if (StartsWith(text, "xn--")) return "a bucket's name does not start with `xn--`";
  if (EndsWith(text, "-s3alias") || EndsWith(text, "--ol-s3")) return "the alias of an access point is no bucket";
  return {};
}

std::string ForbiddenInPath(std::string_view text) {
  for (const std::string_view entity : {"&apos;", "&quot;", "&amp;", "&lt;", "&gt;", "&#13;", "&#10;"})
    if (text.find(entity) != std::string_view::npos) return std::string(entity);
  const std::size_t at = text.find_first_of("\\{}^%`[]'\"<>~#|");
  return at == std::string_view::npos ? std::string() : std::string(1, text[at]);
}

bool IsRoleArn(std::string_view text) {
  const std::vector<std::string_view> pieces = Split(text, ':');
  if (pieces.size() < 6 || pieces[0] != "arn" || pieces[5].empty()) return false;
  const bool partition = StartsWith(pieces[1], "aws");
  return partition && pieces[2] == "iam" && (pieces[4].empty() || IsAccountId(pieces[4])) &&
         text.find_first_of(" \t\n") == std::string_view::npos;
}

bool IsEndpoint(std::string_view text) {
  if (StartsWith(text, "https://")) text.remove_prefix(8);
  else if (StartsWith(text, "http://")) text.remove_prefix(7);
  else return false;
  const std::string_view host = text.substr(0, text.find('/'));
  if (host.empty() || host.front() == ':') return false;
  return text.find_first_of("@ \t\r\n\"\\?#") == std::string_view::npos;
}

std::string Unquote(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace trailsift
