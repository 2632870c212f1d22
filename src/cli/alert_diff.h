// Two final sets of alerts over the same events, compared by what an alert is: its rule and its events, which its id stands for. Bounded
// memory: what does not fit goes to TMPDIR. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "alert/alert.h"
#include "pipeline/alert_sorter.h"

namespace trailsift {

struct AlertChange {
  enum class Kind { kAdded, kRemoved, kLevel };
  Kind kind = Kind::kAdded;
  int old_level = 0;  // kLevel: what the old rules gave it
  std::string rule;
  std::string line;  // of the new set, where it is there
};

class AlertDiff {
 public:
  enum class Side : std::uint8_t { kOld, kNew };
  struct Counts {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t level = 0;  // the same alert at another level
    std::uint64_t same = 0;
    bool differ() const { return added + removed + level > 0; }
  };

  // What Add takes; `line` is how the alert is shown.
  static std::string Pack(const Alert& alert, std::string_view line);
  // An alert of one set; no set has the same one twice.
  Status Add(Side side, std::string_view packed);
  // The changes by event time, then id. A failure of `visit` ends it. Empty afterwards.
  Result<Counts> Drain(const std::function<Status(const AlertChange&)>& visit);

 private:
  AlertSorter sorter_;
};

}  // namespace trailsift
