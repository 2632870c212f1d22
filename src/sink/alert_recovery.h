// Start-up of the log of record (design decision 2): leaves only whole lines, and finds which alerts stand behind the position
// that the checkpoint holds, so that none is written twice. One thread, before the sink writes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert_marks.h"
#include "base/hash.h"
#include "base/status.h"

namespace trailsift {

// A place in the daily files of alerts.json: everything before it is committed.
struct AlertPosition {
  std::string file;  // relative to the home: `logs/alerts/2026/Jan/ossec-alerts-15.json`
  std::uint64_t offset = 0;

  bool operator==(const AlertPosition&) const = default;
};

// An alert that stands in the files but was not committed.
struct RecoveredAlert {
  Hash128 id;
  Hash128 event;
  std::vector<Hash128> supersedes;
  std::optional<Hash128> retracts;
  std::string rule_id;
};

struct Recovery {
  std::vector<RecoveredAlert> alerts;  // in file order
  std::vector<std::string> warnings;   // already logged
};

// Calls `visit` for each of our alerts in the files of record of `from_day` (of arrival) and later, gzipped ones included. kIo when a file
// can't be read or is damaged: what it holds is not known then.
Status VisitWrittenAlerts(const std::string& home, std::int64_t from_day, const std::function<void(const AlertMarks&)>& visit);

// Alerts of `reparse` are left out of what is found behind the position: nothing of them comes again. Reads behind `committed`: the rest of its file (also when it was gzipped meanwhile) and every later day's; without a position all
// daily files that are not compressed. A torn last line is cut, and alerts.log is cut to the block of the last line, since the sink
// writes the block first. Lines of other programs are passed over. A recorded file that is missing or shorter is a warning, not a
// failure; kIo when a file can't be read or cut.
Result<Recovery> RecoverAlerts(const std::string& home, const std::optional<AlertPosition>& committed, std::int64_t today);

}  // namespace trailsift
