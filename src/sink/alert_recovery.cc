#include "sink/alert_recovery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>

#include "alert/alert_marks.h"
#include "base/log.h"
#include "sink/daily_name.h"
#include "sink/disk.h"

namespace trailsift {
namespace {

constexpr std::array<const DailyFamily*, 2> kRecordFamilies = {&kAlertFiles, &kStateAlertFiles};

// The file of record of one day in one folder, plain or compressed.
struct RecordFile {
  std::string path;  // relative, without .gz
  std::int64_t day = 0;
  bool plain = false;
  std::uint64_t begin = 0;  // what stands before is committed
  bool read = true;         // false: only made whole
};

void Warn(std::string message, Recovery& recovery) {
  LogWarning("sink", message);
  recovery.warnings.push_back(std::move(message));
}

std::vector<RecordFile> AllRecordFiles(const std::string& home) {
  std::map<std::pair<std::int64_t, std::string>, bool> found;  // plain?
  for (const DailyFamily* family : kRecordFamilies) {
    for (const DailyEntry& entry : ListDailyFiles(home, *family)) {
      if (entry.name.extension == "json") found[{entry.name.day, entry.path}] = true;
      else if (entry.name.extension == "json.gz")
        found.insert({{entry.name.day, entry.path.substr(0, entry.path.size() - 3)}, false});
    }
  }
  std::vector<RecordFile> files;
  files.reserve(found.size());
  for (const auto& [key, plain] : found) files.push_back({key.second, key.first, plain, 0});
  return files;
}

// The files that hold, or may hold, alerts behind the position, in the order they were written. Reading too much is harmless: ids
// are identities.
std::vector<RecordFile> FilesBehind(const std::string& home, const std::optional<AlertPosition>& committed, std::int64_t today,
                                    Recovery& recovery) {
  std::vector<RecordFile> files = AllRecordFiles(home);
  if (!committed) {
    std::erase_if(files, [](const RecordFile& file) { return !file.plain; });
    return files;
  }
  std::optional<DailyName> name = ParseDailyPath(kAlertFiles, committed->file);
  if (!name) name = ParseDailyPath(kStateAlertFiles, committed->file);
  if (!name || name->extension != "json") {
    Warn("the checkpoint's alert file " + committed->file + " is not the name of one: going on at the end of today's", recovery);
    std::erase_if(files, [&](const RecordFile& file) { return file.day != today; });
    for (RecordFile& file : files) file.read = false;
    return files;
  }
  bool there = false;
  for (RecordFile& file : files) {
    if (file.path != committed->file) continue;
    there = true;
    file.begin = committed->offset;
  }
  if (!there && committed->offset > 0) {
    Warn("the checkpoint's alert file " + home + '/' + committed->file +
             " is missing: alerts written there but not committed may be written once more",
         recovery);
  }
  // Today's comes along even if the clock was ahead when the position was taken.
  std::erase_if(files, [&](const RecordFile& file) { return file.day < name->day && file.day != today; });
  return files;
}

// Reads lines of a plain or gzipped file; zlib tells them apart.
class LineReader {
 public:
  explicit LineReader(const std::string& path) : file_(gzopen(path.c_str(), "rb")) {
    if (file_ != nullptr) gzbuffer(file_, 1u << 18);
  }
  ~LineReader() {
    if (file_ != nullptr) gzclose_r(file_);
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  bool valid() const { return file_ != nullptr; }

  // The byte before `offset`, and the reading goes on behind it; nothing where the file is shorter.
  std::optional<char> Seek(std::uint64_t offset) {
    char before;
    if (gzseek(file_, static_cast<z_off_t>(offset - 1), SEEK_SET) < 0 || gzread(file_, &before, 1) != 1) return std::nullopt;
    return before;
  }

  // The next whole line without its newline, valid until the next call.
  bool Next(std::string_view& line) {
    std::size_t seen = begin_;
    for (;;) {
      if (const std::size_t end = text_.find('\n', seen); end != std::string::npos) {
        line = std::string_view(text_).substr(begin_, end - begin_);
        begin_ = end + 1;
        return true;
      }
      text_.erase(0, begin_);
      begin_ = 0;
      seen = text_.size();
      text_.resize(seen + kStep);
      const int got = gzread(file_, text_.data() + seen, kStep);
      text_.resize(seen + static_cast<std::size_t>(std::max(got, 0)));
      if (got <= 0) return false;
    }
  }

  // Empty when the end was reached in good order.
  std::string Error() const {
    int code = Z_OK;
    const char* text = gzerror(file_, &code);
    return code == Z_OK || code == Z_STREAM_END ? std::string() : text;
  }

 private:
  static constexpr unsigned kStep = 1u << 16;
  gzFile file_;
  std::string text_;
  std::size_t begin_ = 0;  // of the next line in text_
};

Status ReadAlerts(const std::string& home, const RecordFile& file, Recovery& recovery) {
  const std::string path = home + '/' + file.path + (file.plain ? "" : ".gz");
  LineReader reader(path);
  if (!reader.valid()) return DiskError("read", path, errno);
  std::string_view line;
  if (file.begin > 0) {
    const std::optional<char> before = reader.Seek(file.begin);
    if (!before) {
      Warn(path + " is shorter than the checkpoint's position " + std::to_string(file.begin) + ": going on at its end", recovery);
      return Status::Ok();
    }
    if (*before != '\n') {
      Warn(path + ": the checkpoint's position " + std::to_string(file.begin) + " is not the begin of a line: going on at the next",
           recovery);
      if (!reader.Next(line)) return Status::Ok();
    }
  }
  std::size_t damaged = 0;
  AlertMarks marks;
  while (reader.Next(line)) {
    const LineKind kind = ReadAlertMarks(line, marks);
    if (kind == LineKind::kNotJson) ++damaged;
    if (kind == LineKind::kOurs && !marks.reparsed)
      recovery.alerts.push_back({marks.id, marks.event, std::move(marks.supersedes), marks.retracts, std::move(marks.rule_id)});
  }
  if (damaged > 0) Warn(path + ": " + std::to_string(damaged) + " lines are not JSON: left as they are", recovery);
  if (const std::string error = reader.Error(); !error.empty()) Warn(path + ": read up to a damaged place: " + error, recovery);
  return Status::Ok();
}

// The last line of a file whose lines are whole; empty for an empty file.
Result<std::string> LastLine(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return DiskError("read", path, errno);
  const off_t size = lseek(fd.get(), 0, SEEK_END);
  std::string tail;
  for (off_t step = 1 << 16;; step *= 4) {
    const off_t from = std::max<off_t>(0, size - step);
    tail.resize(static_cast<std::size_t>(size - from));
    if (pread(fd.get(), tail.data(), tail.size(), from) != static_cast<ssize_t>(tail.size())) return DiskError("read", path, EIO);
    if (tail.empty()) return tail;
    const std::size_t before = tail.rfind('\n', tail.size() - 2);
    if (tail.size() > 1 && before != std::string::npos) return tail.substr(before + 1, tail.size() - before - 2);
    if (from == 0) return tail.substr(0, tail.size() - 1);
  }
}

// Where the block that begins at `begin` ends; nothing where no whole block with this id stands there.
std::optional<std::uint64_t> EndOfBlock(const std::string& path, std::uint64_t begin, const std::string& wazuh_id) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string head = "** Alert " + wazuh_id + ":";
  std::string text;
  char step[65536];
  std::size_t seen = 0;
  for (;;) {
    const ssize_t got = pread(fd.get(), step, sizeof step, static_cast<off_t>(begin + text.size()));
    if (got <= 0) return std::nullopt;
    text.append(step, static_cast<std::size_t>(got));
    if (text.size() >= head.size() && !text.starts_with(head)) return std::nullopt;
    if (const std::size_t end = text.find("\n\n", seen); end != std::string::npos) return begin + end + 2;
    seen = text.size() - 1;
  }
}

// The block is written before the line. A block without its line is of an alert that will be written again, so it goes.
Result<std::uint64_t> CutToLine(const std::string& log_path, const std::string& wazuh_id) {
  const std::size_t dot = wazuh_id.find('.');
  if (dot == std::string::npos) return std::uint64_t{0};
  const std::uint64_t begin = std::strtoull(wazuh_id.c_str() + dot + 1, nullptr, 10);
  const std::optional<std::uint64_t> end = EndOfBlock(log_path, begin, wazuh_id);
  if (!end) return std::uint64_t{0};
  struct stat info;
  if (stat(log_path.c_str(), &info) != 0) return DiskError("read", log_path, errno);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > *end && truncate(log_path.c_str(), static_cast<off_t>(*end)) != 0) return DiskError("cut", log_path, errno);
  return size - *end;
}

void WarnOfCut(const std::string& path, const char* what, std::uint64_t bytes, Recovery& recovery) {
  if (bytes > 0) Warn(path + ": cut " + std::to_string(bytes) + " bytes at its end: " + what, recovery);
}

// True when no other file of record of the same day has a line: then this one alone speaks for alerts.log.
bool AloneOnItsDay(const std::string& home, const RecordFile& file) {
  for (const DailyFamily* family : kRecordFamilies) {
    const std::string other = DailyPath(*family, file.day, "json");
    std::string full = home;
    full.append("/").append(other);
    struct stat info;
    if (other != file.path && stat(full.c_str(), &info) == 0 && info.st_size > 0) return false;
  }
  return true;
}

// Brings the alerts.log of a day in line with the file of record. `empty_is_true`: an empty file of record means that no alert of
// the day was written, and not that somebody emptied it.
Status RepairLog(const std::string& home, const RecordFile& record, bool empty_is_true, Recovery& recovery) {
  const std::string log_path = home + '/' + DailyPath(kAlertFiles, record.day, "log");
  if (access(log_path.c_str(), F_OK) != 0) return Status::Ok();
  Result<std::uint64_t> cut = CutBehindLast(log_path, "\n\n");
  if (!cut.ok()) return cut.status();
  WarnOfCut(log_path, "a torn block", *cut, recovery);
  if (!AloneOnItsDay(home, record)) return Status::Ok();
  Result<std::string> last = LastLine(home + '/' + record.path);
  if (!last.ok()) return last.status();
  if (last->empty()) {
    struct stat info;
    if (!empty_is_true || stat(log_path.c_str(), &info) != 0 || info.st_size == 0) return Status::Ok();
    if (truncate(log_path.c_str(), 0) != 0) return DiskError("cut", log_path, errno);
    WarnOfCut(log_path, "blocks whose alerts are written again", static_cast<std::uint64_t>(info.st_size), recovery);
    return Status::Ok();
  }
  AlertMarks marks;
  if (ReadAlertMarks(*last, marks) != LineKind::kOurs) return Status::Ok();
  cut = CutToLine(log_path, marks.wazuh_id);
  if (!cut.ok()) return cut.status();
  WarnOfCut(log_path, "blocks whose alerts are written again", *cut, recovery);
  return Status::Ok();
}

}  // namespace

Status VisitWrittenAlerts(const std::string& home, std::int64_t from_day, const std::function<void(const AlertMarks&)>& visit) {
  for (const RecordFile& file : AllRecordFiles(home)) {
    if (file.day < from_day) continue;
    const std::string path = home + '/' + file.path + (file.plain ? "" : ".gz");
    LineReader reader(path);
    if (!reader.valid()) return DiskError("read", path, errno);
    std::string_view line;
    AlertMarks marks;
    while (reader.Next(line))
      if (ReadAlertMarks(line, marks) == LineKind::kOurs) visit(marks);
    if (const std::string error = reader.Error(); !error.empty())
      return Status(Code::kIo, path + ": damaged: " + error + "; which alerts it holds is not known: restore it, or move it away");
  }
  return Status::Ok();
}

Result<Recovery> RecoverAlerts(const std::string& home, const std::optional<AlertPosition>& committed, std::int64_t today) {
  Recovery recovery;
  std::vector<RecordFile> files = FilesBehind(home, committed, today, recovery);
  for (const RecordFile& file : files) {
    if (file.plain) {
      const std::string path = home + '/' + file.path;
      const Result<std::uint64_t> cut = CutBehindLast(path, "\n");
      if (!cut.ok()) return cut.status();
      WarnOfCut(path, "a torn line", *cut, recovery);
      const bool empty_is_true = committed.has_value() && file.begin == 0 && file.read;
      TRAILSIFT_RETURN_IF_ERROR(RepairLog(home, file, empty_is_true, recovery));
    }
    if (file.read) TRAILSIFT_RETURN_IF_ERROR(ReadAlerts(home, file, recovery));
  }
  return recovery;
}

}  // namespace trailsift
