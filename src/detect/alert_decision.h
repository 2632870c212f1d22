// What events that were remembered together (detect/windows.h, detect/sigma_windows.h) make of one of them: an alert, or the retraction of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace trailsift {

struct AlertDecision {
  Hash128 event;                // that raised it
  std::uint64_t reference = 0;  // of that
  Millis time = 0;
  Hash128 id;                                              // of the alert
  std::vector<std::string> event_ids;                      // that contributed, in event order, the raising one last
  std::vector<std::pair<Hash128, std::uint64_t>> counted;  // the earlier ones and their references, in event order
  std::vector<Hash128> supersedes;
  std::optional<Hash128> retracts;
};

}  // namespace trailsift
