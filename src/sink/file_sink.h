// The alert files below HOME/logs: the durable end of the pipeline. alerts.json is the log of record (design decision 2): the
// checkpoint holds an AlertPosition in it, and Open reads back what stands behind that. docs/format/alerts-json.md and
// alerts-log.md say what the files look like.
//
// Owned and called by one thread. A failed call says file and reason, leaves no torn line, and may be made again: nothing is
// doubled. An alert is on its way once Append succeeded, visible after Flush, durable after Sync.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert/alert.h"
#include "base/status.h"
#include "sink/alert_recovery.h"
#include "sink/daily_file.h"
#include "sink/rotation.h"

namespace trailsift {

struct FileSinkOptions {
  std::string home;
  Origin origin;
  bool alerts_log = true;  // <alerts_log>: write alerts.log
  bool jsonout =
      true;  // <jsonout_output>: the log of record is logs/alerts/alerts.json; else it is kept as state/alerts/alerts.json
  bool archives = false;  // <logall_json>
  int keep_days = 0;      // see RotationOptions
  std::uint64_t max_total_bytes = 0;
  bool utc = false;  // days and timestamps in UTC instead of the local zone
};

struct FileSinkCounters {
  std::uint64_t alerts = 0;  // lines of alerts.json written
  std::uint64_t archive_lines = 0;
  std::uint64_t bytes = 0;         // written to all files
  std::uint64_t write_errors = 0;  // failed calls
  std::uint64_t files_compressed = 0;
  std::uint64_t files_removed = 0;
  std::uint64_t rotation_failures = 0;
};

class FileSink {
 public:
  struct Opened {
    std::unique_ptr<FileSink> sink;
    Recovery recovery;
  };

  // Makes the folders, recovers behind `committed` (nothing: no checkpoint yet), opens the files of `now`'s day and sets the links.
  static Result<Opened> Open(const FileSinkOptions& options, const std::optional<AlertPosition>& committed, Millis now);

  // Buffers an alert. Wazuh's id of it is `<epoch>.<its offset in alerts.log>` (in alerts.json when there is no alerts.log). The
  // first alert of a new day, by its arrival, closes the files of the day before, durably, and begins new ones; an alert of an
  // earlier day goes to the files in use. On failure the alert is not taken.
  Status Append(const Alert& alert);

  // Buffers a line of archives.json: any event, its rule only if one held, with its full_log. Nothing without `archives`.
  Status AppendArchive(const Alert& record);

  // One write a file; alerts.log first, so that a line of alerts.json always has its block.
  Status Flush();

  // Flush, then fdatasync. The position behind the last alert: what the checkpoint is to commit.
  Result<AlertPosition> Sync();

  // RotateDailyFiles with the options of the sink; `committed` is the position that the checkpoint holds. Takes as long as gzip
  // takes: a pipeline calls RotateDailyFiles on another thread instead.
  RotationReport Maintain(Millis now, const std::optional<AlertPosition>& committed);

  const FileSinkCounters& counters() const { return counters_; }

 private:
  // The open files of one day.
  struct Day {
    std::int64_t day = 0;
    std::unique_ptr<DailyFile> json;
    std::unique_ptr<DailyFile> log;      // nullptr without alerts_log
    std::unique_ptr<DailyFile> archive;  // nullptr without archives
  };

  explicit FileSink(FileSinkOptions options) : options_(std::move(options)) {}

  Result<Day> OpenDay(std::int64_t day) const;
  Status RollTo(Millis arrival);
  Status Count(Status status);
  Status FlushFile(DailyFile* file);
  Status FlushAll();
  Status SyncAll();

  FileSinkOptions options_;
  Day today_;
  std::uint64_t pending_alerts_ = 0;
  std::uint64_t pending_archive_lines_ = 0;
  FileSinkCounters counters_;
};

}  // namespace trailsift
