#include "sink/rotation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <vector>

#include "base/log.h"
#include "sink/daily_name.h"
#include "sink/disk.h"

namespace trailsift {
namespace {

constexpr std::array<const DailyFamily*, 3> kFamilies = {&kAlertFiles, &kArchiveFiles, &kStateAlertFiles};

struct File {
  DailyEntry entry;
  bool in_use = false;
};

bool IsLinked(const std::string& home, const DailyFamily& family, const DailyEntry& entry) {
  for (const std::string_view extension : {"json", "log"}) {
    struct stat info;
    if (lstat((home + '/' + LinkPath(family, extension)).c_str(), &info) != 0) continue;
    if (info.st_dev == entry.device && info.st_ino == entry.inode) return true;
  }
  return false;
}

// Oldest first, over all families.
std::vector<File> ListFiles(const RotationOptions& options, std::int64_t today, const std::optional<AlertPosition>& committed) {
  std::vector<File> files;
  for (const DailyFamily* family : kFamilies) {
    for (DailyEntry& entry : ListDailyFiles(options.home, *family)) {
      const bool in_use =
          entry.name.day >= today || (committed && committed->file == entry.path) || IsLinked(options.home, *family, entry);
      files.push_back({std::move(entry), in_use});
    }
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::tie(a.entry.name.day, a.entry.path) < std::tie(b.entry.name.day, b.entry.path);
  });
  return files;
}

class GzFile {
 public:
  GzFile(int fd, const char* mode) : file_(fd < 0 ? nullptr : gzdopen(fd, mode)) {
    if (file_ == nullptr && fd >= 0) close(fd);
    if (file_ != nullptr) gzbuffer(file_, 1u << 17);
  }
  ~GzFile() { Close(); }
  GzFile(const GzFile&) = delete;
  GzFile& operator=(const GzFile&) = delete;

  gzFile get() { return file_; }
  bool Close() {
    const bool good = file_ == nullptr || gzclose(file_) == Z_OK;
    file_ = nullptr;
    return good;
  }

 private:
  gzFile file_;
};

Status CompressTo(const std::string& from, const std::string& to) {
  const FileDescriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return DiskError("read", from, errno);
  const FileDescriptor out(open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!out.valid()) return DiskError("write", to, errno);
  GzFile gz(fcntl(out.get(), F_DUPFD_CLOEXEC, 0), "wb6");
  if (gz.get() == nullptr) return DiskError("write", to, ENOMEM);
  std::string block(1u << 17, '\0');
  for (;;) {
    const ssize_t got = read(in.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return DiskError("read", from, errno);
    if (got == 0) break;
    errno = 0;
    if (gzwrite(gz.get(), block.data(), static_cast<unsigned>(got)) != got) return DiskError("write", to, errno != 0 ? errno : EIO);
  }
  errno = 0;
  if (!gz.Close()) return DiskError("write", to, errno != 0 ? errno : EIO);
  if (fsync(out.get()) != 0) return DiskError("sync", to, errno);
  return Status::Ok();
}

// True when the gzipped file holds exactly the plain one: left by a crash between its rename and the removal of the plain one.
bool HoldsTheSame(const std::string& compressed, const std::string& plain) {
  const FileDescriptor in(open(plain.c_str(), O_RDONLY | O_CLOEXEC));
  GzFile gz(open(compressed.c_str(), O_RDONLY | O_CLOEXEC), "rb");
  if (!in.valid() || gz.get() == nullptr) return false;
  std::string expected(1u << 16, '\0');
  std::string block(expected.size(), '\0');
  for (;;) {
    const int got = gzread(gz.get(), block.data(), static_cast<unsigned>(block.size()));
    if (got < 0) return false;
    ssize_t have = 0;
    while (have < got) {
      const ssize_t step = read(in.get(), expected.data() + have, static_cast<std::size_t>(got - have));
      if (step <= 0) return false;
      have += step;
    }
    if (block.compare(0, static_cast<std::size_t>(got), expected, 0, static_cast<std::size_t>(got)) != 0) return false;
    if (got == 0) return gzeof(gz.get()) != 0 && read(in.get(), expected.data(), 1) == 0;
  }
}

Status Compress(const std::string& home, const std::string& path) {
  const std::string plain = home + '/' + path;
  const std::string compressed = plain + ".gz";
  if (access(compressed.c_str(), F_OK) == 0) {
    if (!HoldsTheSame(compressed, plain)) return Status(Code::kIo, plain + " and its .gz both exist and differ: both are kept");
  } else {
    const std::string temporary = compressed + ".new";
    Status made = CompressTo(plain, temporary);
    if (made.ok() && rename(temporary.c_str(), compressed.c_str()) != 0) made = DiskError("rename", temporary, errno);
    if (made.ok()) made = SyncFoldersOf(home, path);
    if (!made.ok()) {
      unlink(temporary.c_str());
      return made;
    }
  }
  if (unlink(plain.c_str()) != 0) return DiskError("remove", plain, errno);
  return Status::Ok();
}

void Fail(const Status& status, RotationReport& report) {
  LogWarning("sink", status.message());
  ++report.failures;
}

bool Remove(const RotationOptions& options, const DailyEntry& entry, const std::string& why, RotationReport& report) {
  const std::string full = options.home + '/' + entry.path;
  if (unlink(full.c_str()) != 0) {
    Fail(DiskError("remove", full, errno), report);
    return false;
  }
  LogInfo("sink", "removed " + full + " (" + std::to_string(entry.size) + " bytes): " + why);
  ++report.removed;
  report.removed_bytes += entry.size;
  // The folders of its month and year, once they are empty.
  const std::size_t month = full.rfind('/');
  if (rmdir(full.substr(0, month).c_str()) == 0) rmdir(full.substr(0, full.rfind('/', month - 1)).c_str());
  return true;
}

void RemoveOld(const RotationOptions& options, std::int64_t today, std::vector<File>& files, RotationReport& report) {
  if (options.keep_days <= 0) return;
  std::erase_if(files, [&](const File& file) {
    return !file.in_use && file.entry.name.day < today - options.keep_days &&
           Remove(options, file.entry, "older than " + std::to_string(options.keep_days) + " days", report);
  });
}

void RemoveAboveCap(const RotationOptions& options, const std::vector<File>& files, RotationReport& report) {
  if (options.max_total_bytes == 0) return;
  std::uint64_t total = 0;
  for (const File& file : files) total += file.entry.size;
  for (const File& file : files) {
    if (total <= options.max_total_bytes) return;
    if (file.in_use) continue;
    const std::string why = "all files together are above " + std::to_string(options.max_total_bytes) + " bytes";
    if (Remove(options, file.entry, why, report)) total -= file.entry.size;
  }
}

}  // namespace

RotationReport RotateDailyFiles(const RotationOptions& options, Millis now, const std::optional<AlertPosition>& committed) {
  RotationReport report;
  const std::int64_t today = DayOf(now, options.utc);
  std::vector<File> files = ListFiles(options, today, committed);
  RemoveOld(options, today, files, report);
  if (committed) {
    for (const File& file : files) {
      const std::string& extension = file.entry.name.extension;
      if (file.in_use || (extension != "json" && extension != "log")) continue;
      const Status status = Compress(options.home, file.entry.path);
      if (status.ok()) ++report.compressed;
      else Fail(status, report);
    }
    files = ListFiles(options, today, committed);
  }
  RemoveAboveCap(options, files, report);
  return report;
}

}  // namespace trailsift
