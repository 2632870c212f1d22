#include "sink/file_sink.h"

#include "sink/daily_name.h"
#include "sink/disk.h"

namespace trailsift {
namespace {

std::string WazuhId(Millis arrival, std::uint64_t offset) {
  return std::to_string(arrival / kSecond) + '.' + std::to_string(offset);
}

}  // namespace

Result<FileSink::Opened> FileSink::Open(const FileSinkOptions& options, const std::optional<AlertPosition>& committed, Millis now) {
  const std::int64_t day = DayOf(now, options.utc);
  TRAILSIFT_RETURN_IF_ERROR(MakeFoldersOf(options.home, LinkPath(kAlertFiles, "json")));
  Result<Recovery> recovery = RecoverAlerts(options.home, committed, day);
  if (!recovery.ok()) return recovery.status();
  Opened opened;
  opened.recovery = std::move(*recovery);
  opened.sink.reset(new FileSink(options));
  Result<Day> files = opened.sink->OpenDay(day);
  if (!files.ok()) return files.status();
  opened.sink->today_ = std::move(*files);
  return opened;
}

Result<FileSink::Day> FileSink::OpenDay(std::int64_t day) const {
  Day files;
  files.day = day;
  const auto open = [&](const DailyFamily& family, std::string_view extension, std::unique_ptr<DailyFile>& file) {
    Result<std::unique_ptr<DailyFile>> opened =
        DailyFile::Open(options_.home, DailyPath(family, day, extension), LinkPath(family, extension));
    if (opened.ok()) file = std::move(*opened);
    return opened.status();
  };
  TRAILSIFT_RETURN_IF_ERROR(open(options_.jsonout ? kAlertFiles : kStateAlertFiles, "json", files.json));
  if (options_.alerts_log) TRAILSIFT_RETURN_IF_ERROR(open(kAlertFiles, "log", files.log));
  if (options_.archives) TRAILSIFT_RETURN_IF_ERROR(open(kArchiveFiles, "json", files.archive));
  return files;
}

Status FileSink::Count(Status status) {
  if (!status.ok()) ++counters_.write_errors;
  return status;
}

// Positions only ever move on, so the old day must be durable before a new one is written to.
Status FileSink::RollTo(Millis arrival) {
  const std::int64_t day = DayOf(arrival, options_.utc);
  if (day <= today_.day) return Status::Ok();
  TRAILSIFT_RETURN_IF_ERROR(SyncAll());
  Result<Day> files = OpenDay(day);
  if (!files.ok()) return files.status();
  today_ = std::move(*files);
  return Status::Ok();
}

Status FileSink::Append(const Alert& alert) {
  TRAILSIFT_RETURN_IF_ERROR(Count(RollTo(alert.arrival)));
  const std::string id = WazuhId(alert.arrival, today_.log ? today_.log->end() : today_.json->end());
  if (today_.log) AppendAlertLog(alert, options_.origin, id, today_.log->buffer());
  AppendAlertJson(alert, options_.origin, id, options_.utc, today_.json->buffer());
  today_.json->buffer() += '\n';
  ++pending_alerts_;
  return Status::Ok();
}

Status FileSink::AppendArchive(const Alert& record) {
  if (!options_.archives) return Status::Ok();
  TRAILSIFT_RETURN_IF_ERROR(Count(RollTo(record.arrival)));
  const std::string id = WazuhId(record.arrival, today_.archive->end());
  AppendAlertJson(record, options_.origin, id, options_.utc, today_.archive->buffer());
  today_.archive->buffer() += '\n';
  ++pending_archive_lines_;
  return Status::Ok();
}

Status FileSink::FlushFile(DailyFile* file) {
  if (file == nullptr) return Status::Ok();
  const std::size_t waiting = file->buffer().size();
  TRAILSIFT_RETURN_IF_ERROR(file->Flush());
  counters_.bytes += waiting;
  return Status::Ok();
}

Status FileSink::FlushAll() {
  TRAILSIFT_RETURN_IF_ERROR(FlushFile(today_.log.get()));
  TRAILSIFT_RETURN_IF_ERROR(FlushFile(today_.json.get()));
  counters_.alerts += pending_alerts_;
  pending_alerts_ = 0;
  TRAILSIFT_RETURN_IF_ERROR(FlushFile(today_.archive.get()));
  counters_.archive_lines += pending_archive_lines_;
  pending_archive_lines_ = 0;
  return Status::Ok();
}

Status FileSink::SyncAll() {
  TRAILSIFT_RETURN_IF_ERROR(FlushAll());
  TRAILSIFT_RETURN_IF_ERROR(today_.json->Sync());
  if (today_.log) TRAILSIFT_RETURN_IF_ERROR(today_.log->Sync());
  if (today_.archive) TRAILSIFT_RETURN_IF_ERROR(today_.archive->Sync());
  return Status::Ok();
}

Status FileSink::Flush() { return Count(FlushAll()); }

Result<AlertPosition> FileSink::Sync() {
  TRAILSIFT_RETURN_IF_ERROR(Count(SyncAll()));
  return AlertPosition{today_.json->path(), today_.json->size()};
}

RotationReport FileSink::Maintain(Millis now, const std::optional<AlertPosition>& committed) {
  const RotationReport report =
      RotateDailyFiles({options_.home, options_.keep_days, options_.max_total_bytes, options_.utc}, now, committed);
  counters_.files_compressed += report.compressed;
  counters_.files_removed += report.removed;
  counters_.rotation_failures += report.failures;
  return report;
}

}  // namespace trailsift
