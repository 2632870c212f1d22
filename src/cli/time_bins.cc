#include "cli/time_bins.h"

#include <algorithm>

namespace trailsift {
namespace {

// Each a multiple of the one before, so that bins can be put together.
constexpr Millis kWidths[] = {kMinute, 5 * kMinute, 15 * kMinute, kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay, 7 * kDay};

}  // namespace

std::int64_t TimeBins::NumberOf(Millis time) const {
  const std::int64_t number = time / width_;
  return time % width_ < 0 ? number - 1 : number;
}

void TimeBins::Widen() {
  const Millis* wider = std::upper_bound(std::begin(kWidths), std::end(kWidths), width_);
  const Millis before = width_;
  width_ = wider == std::end(kWidths) ? 2 * width_ : *wider;
  std::map<std::int64_t, Counts> bins;
  for (const auto& [number, counts] : bins_) {
    Counts& sum = bins[NumberOf(number * before)];
    for (std::size_t i = 0; i < counts.size(); ++i) sum[i] += counts[i];
  }
  bins_ = std::move(bins);
}

void TimeBins::Cover(Millis first, Millis last) {
  while (NumberOf(last) - NumberOf(first) >= static_cast<std::int64_t>(kMax)) Widen();
}

void TimeBins::Add(Millis time, int level) {
  if (!bins_.empty()) Cover(std::min(time, bins_.begin()->first * width_), std::max(time, bins_.rbegin()->first * width_));
  ++bins_[NumberOf(time)][SeverityOf(level)];
}

}  // namespace trailsift
