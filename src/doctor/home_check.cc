#include "doctor/home_check.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/status.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

// Below this much nothing can go on; below that much somebody should know.
constexpr std::uint64_t kTooLittle = 64 << 20;
constexpr std::uint64_t kLittle = std::uint64_t{1} << 30;
constexpr std::uint64_t kTooFewFiles = 1000;
constexpr std::uint64_t kFewFiles = 20'000;

std::string Reason(int error) { return std::strerror(error); }

// A file without a name, so that nothing is left whatever happens; where the file system has none such, one that is removed at once.
Status TryToWrite(const std::string& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
    std::string name = folder + "/.trailsift-doctor-XXXXXX";
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd >= 0) ::unlink(name.c_str());
  }
  if (fd < 0) return {Code::kIo, "no file can be made: " + Reason(errno)};
  const std::vector<char> block(64 << 10, 'x');
  std::size_t done = 0;
  int error = 0;
  while (done < block.size() && error == 0) {
    const ssize_t written = ::write(fd, block.data() + done, block.size() - done);
    if (written > 0) done += static_cast<std::size_t>(written);
    else if (written == 0 || errno != EINTR) error = written == 0 ? ENOSPC : errno;
  }
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  ::close(fd);
  return error == 0 ? Status() : Status(Code::kIo, "nothing can be written: " + Reason(error));
}

// The home, else the nearest folder above it that is there.
std::filesystem::path Existing(std::filesystem::path path) {
  std::error_code error;
  while (!std::filesystem::exists(path, error) && path.has_relative_path()) path = path.parent_path();
  return path.empty() ? "." : path;
}

std::string InFiles(std::uint64_t files) {
  if (files < 10'000) return std::to_string(files);
  return files < 10'000'000 ? std::to_string(files / 1000) + " thousand" : std::to_string(files / 1'000'000) + " million";
}

}  // namespace

std::string InBytes(double bytes) {
  static constexpr const char* kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(kUnits); ++unit) bytes /= 1024;
  char text[40];
  std::snprintf(text, sizeof text, unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, kUnits[unit]);
  return text;
}

void CheckHome(const std::string& home, const Tell& tell) {
  CheckResult result;
  result.area = CheckResult::Area::kDisk;
  result.check = "home";
  result.subject = home;
  const auto fail = [&](const std::string& detail, const std::string& hint) {
    result.verdict = Verdict::kFail;
    result.detail = detail;
    result.hint = hint;
    tell(result);
  };
  std::error_code error;
  const std::filesystem::path folder = Existing(std::filesystem::path(home));
  const bool there = folder == std::filesystem::path(home);
  const std::string which = there ? "" : "not there yet; " + folder.string() + ": ";
  if (!std::filesystem::is_directory(folder, error))
    return fail(which + (error ? error.message() : "not a folder"), "name another home with --home");
  struct statvfs space {};
  if (::statvfs(folder.c_str(), &space) != 0) return fail(which + Reason(errno), "look at the disk");
  const std::uint64_t free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  const bool counts_files = space.f_files > 0;
  const std::uint64_t free_files = space.f_favail;
  std::string room = InBytes(static_cast<double>(free_bytes)) + " free";
  if (counts_files) room += ", inodes for " + InFiles(free_files) + " files";
  // Only that tells of a file system that is mounted read-only, of quotas, and of what root may not do either.
  const Status written = TryToWrite(folder.string());
  if (!written.ok()) {
    return fail(which + written.message() + " (" + room + ')',
                "make room, or let the user who runs trailsift write there; doctor must be run as that user");
  }
  result.detail = which + (there ? "can be written to, " : "can be made there, ") + room;
  if (free_bytes < kTooLittle || (counts_files && free_files < kTooFewFiles))
    return fail(result.detail, "make room: collecting stops on a full disk");
  if (free_bytes < kLittle || (counts_files && free_files < kFewFiles)) {
    result.verdict = Verdict::kWarn;
    result.hint = "make room soon; <alerts_keep_days> and <alerts_max_size> bound the alerts";
  }
  tell(result);
}

}  // namespace trailsift
