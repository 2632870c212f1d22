// When a source delivers: learned from the delivery times of its objects, so that its own habits say how long it may be quiet. CloudTrail
// writes only when something happened; one region delivers every five minutes, another on working days, a third once a week.
//
// A small value of about 64 days of habit. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace trailsift {

struct Delivery {
  Millis heard = INT64_MIN;         // delivery time of the newest object
  Millis counted_from = INT64_MIN;  // quiet before this is excused
  std::uint64_t days = 0;           // bit N: it delivered on the day N days before that of `heard`
  std::uint32_t objects = 0;        // counted up to kRegular

  // So many objects or days with objects, and its habits are known; until then it may be quiet for kUnknown times as long.
  static constexpr std::uint32_t kRegular = 100;
  static constexpr int kRegularDays = 3;
  static constexpr int kUnknown = 7;

  void Hear(Millis time);
  // As one source: the regions of an account.
  void Merge(const Delivery& other);

  Millis quiet_from() const { return heard > counted_from ? heard : counted_from; }
  // How long after quiet_from() silence is worth an alert: `after` on top of the usual pause. That is the second longest of its pauses, in
  // days, so that one failure that lasted long does not teach it; where there was only one, that one.
  Millis Allowed(Millis after) const;

  // `HEARD COUNTED_FROM DAYS OBJECTS`, decimal; and back.
  std::string ToText() const;
  static std::optional<Delivery> FromText(std::string_view text);
};

}  // namespace trailsift
