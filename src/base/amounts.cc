#include "base/amounts.h"

#include <cmath>
#include <cstdio>
#include <iterator>

namespace trailsift {

std::string WithCommas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string ByteText(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  // What would be shown as 1024 is one of the next unit.
  for (; amount >= 1023.5 && unit + 1 < std::size(kUnits); ++unit) amount /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, amount < 99.95 ? "%.1f %s" : "%.0f %s", amount, kUnits[unit]);
  return text;
}

std::string DollarText(double dollars) {
  if (dollars <= 0) return "$0";
  if (dollars < 0.01) return "under $0.01";
  const auto cents = static_cast<std::uint64_t>(std::llround(dollars * 100));
  char rest[8];
  std::snprintf(rest, sizeof rest, ".%02u", static_cast<unsigned>(cents % 100));
  std::string text("$");
  text += WithCommas(cents / 100);
  return text += rest;
}

std::string SpanText(double seconds) {
  const auto whole = seconds > 0 ? static_cast<std::uint64_t>(std::llround(seconds)) : 0;
  const auto with = [](std::uint64_t large, const char* unit, std::uint64_t small, const char* small_unit) {
    std::string text = std::to_string(large);
    text += unit;
    if (small > 0) text += ' ' + std::to_string(small) + small_unit;
    return text;
  };
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string((whole + 30) / 60) + " min";
  if (whole < 86'400) return with(whole / 3600, " h", whole % 3600 / 60, " min");
  return with(whole / 86'400, " d", whole % 86'400 / 3600, " h");
}

}  // namespace trailsift
