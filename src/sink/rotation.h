// What becomes of the files of past days: they are gzipped in place and, in time, removed. Works by names and never touches the
// files that are being written, so it may run on a thread of its own beside the sink; not twice at once for one home.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "sink/alert_recovery.h"

namespace trailsift {

struct RotationOptions {
  std::string home;
  int keep_days = 0;                  // files of more days ago are removed; 0 = never
  std::uint64_t max_total_bytes = 0;  // of all daily files together, the oldest are removed first; 0 = any
  bool utc = false;                   // days begin at midnight UTC instead of local time
};

struct RotationReport {
  std::uint64_t compressed = 0;
  std::uint64_t removed = 0;
  std::uint64_t removed_bytes = 0;
  std::uint64_t failures = 0;  // each was logged; the next call tries again
};

// Gzips and removes. Kept as they are: files of today and later, files that alerts.json and its like link to, and the file that
// `committed` points into (without a position nothing is gzipped). Each removal is logged.
RotationReport RotateDailyFiles(const RotationOptions& options, Millis now, const std::optional<AlertPosition>& committed);

}  // namespace trailsift
