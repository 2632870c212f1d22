#include "pipeline/delivery.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <utility>

namespace trailsift {
namespace {

std::int64_t DayOf(Millis time) { return time / kDay; }

template <typename T>
bool TakeNumber(std::string_view& text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != ' ') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void Delivery::Hear(Millis time) {
  Delivery one;
  one.heard = time;
  one.days = 1;
  one.objects = 1;
  Merge(one);
}

void Delivery::Merge(const Delivery& other) {
  counted_from = std::max(counted_from, other.counted_from);
  objects = std::min(kRegular, objects + other.objects);
  if (other.heard == INT64_MIN) return;
  if (heard == INT64_MIN) {
    heard = other.heard;
    days = other.days;
    return;
  }
  const std::int64_t apart = DayOf(other.heard) - DayOf(heard);
  const auto shifted = [](std::uint64_t bits, std::int64_t by) { return by < 64 ? bits << by : 0; };
  days = apart >= 0 ? shifted(days, apart) | other.days : days | shifted(other.days, -apart);
  heard = std::max(heard, other.heard);
}

Millis Delivery::Allowed(Millis after) const {
  int longest = 0;
  int second = 0;
  int pauses = 0;
  int last = -1;
  for (int day = 0; day < 64; ++day) {
    if ((days >> day & 1) == 0) continue;
    if (last >= 0) {
      const int pause = day - last;
      ++pauses;
      if (pause > longest) second = std::exchange(longest, pause);
      else second = std::max(second, pause);
    }
    last = day;
  }
  const int usual = pauses > 1 ? second : longest;
  // Delivering day after day is no pause.
  const Millis habit = after + (usual > 1 ? usual * kDay : 0);
  const bool known = objects >= kRegular || std::popcount(days) >= kRegularDays;
  return known ? habit : std::max(habit, kUnknown * after);
}

std::string Delivery::ToText() const {
  return std::to_string(heard) + ' ' + std::to_string(counted_from) + ' ' + std::to_string(days) + ' ' + std::to_string(objects);
}

std::optional<Delivery> Delivery::FromText(std::string_view text) {
  Delivery delivery;
  if (!TakeNumber(text, delivery.heard) || !TakeNumber(text, delivery.counted_from) || !TakeNumber(text, delivery.days) ||
      !TakeNumber(text, delivery.objects) || !text.empty())
    return std::nullopt;
  return delivery;
}

}  // namespace trailsift
