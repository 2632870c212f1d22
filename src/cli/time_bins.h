// How many alerts fell into each span of time, by severity, in bounded memory: the spans grow with what they must cover. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "base/time.h"
#include "cli/severity.h"

namespace trailsift {

class TimeBins {
 public:
  static constexpr std::size_t kMax = 96;
  using Counts = std::array<std::uint64_t, kSeverities.size()>;

  // In any order.
  void Add(Millis time, int level);
  // Widens the bins until they cover both moments.
  void Cover(Millis first, Millis last);

  // A minute, 5, 15, an hour, 3, 6, 12, a day, a week, then twice as much each time.
  Millis width() const { return width_; }
  // By number; bin n begins at n times the width since 1970. Bins without alerts are absent. From the first to the last, and to what Cover
  // was told, are at most kMax.
  const std::map<std::int64_t, Counts>& bins() const { return bins_; }
  std::int64_t NumberOf(Millis time) const;

 private:
  void Widen();

  Millis width_ = kMinute;
  std::map<std::int64_t, Counts> bins_;
};

}  // namespace trailsift
