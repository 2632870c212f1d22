#include "sink/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/log.h"

namespace trailsift {

Status DiskError(std::string_view what, std::string_view path, int error) {
  std::string message = "cannot ";
  message.append(what).append(" ").append(path).append(": ").append(std::generic_category().message(error));
  return Status(Code::kIo, std::move(message));
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = other.Release();
  }
  return *this;
}

int FileDescriptor::Release() {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

void FileDescriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Status MakeFoldersOf(const std::string& home, std::string_view path) {
  if (mkdir(home.c_str(), 0770) != 0 && errno != EEXIST) return DiskError("make folder", home, errno);
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = home + '/' + std::string(path.substr(0, slash));
    if (mkdir(folder.c_str(), 0770) != 0 && errno != EEXIST) return DiskError("make folder", folder, errno);
  }
  return Status::Ok();
}

namespace {

Status SyncFolder(const std::string& folder) {
  const FileDescriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return DiskError("open folder", folder, errno);
  // Some network file systems can't sync a folder and say so; nothing is to be done about it.
  if (fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) return DiskError("sync folder", folder, errno);
  return Status::Ok();
}

}  // namespace

Status SyncFoldersOf(const std::string& home, std::string_view path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos; slash = path.substr(0, slash).rfind('/')) {
    TRAILSIFT_RETURN_IF_ERROR(SyncFolder(home + '/' + std::string(path.substr(0, slash))));
    if (slash == 0) break;
  }
  return SyncFolder(home);
}

Status ReplaceLink(const std::string& home, std::string_view target, std::string_view link) {
  const std::string from = home + '/' + std::string(target);
  const std::string to = home + '/' + std::string(link);
  const std::string temporary = to + ".new";
  struct stat target_stat;
  if (stat(from.c_str(), &target_stat) != 0) return DiskError("read", from, errno);
  struct stat link_stat;
  if (lstat(to.c_str(), &link_stat) == 0) {
    if (link_stat.st_dev == target_stat.st_dev && link_stat.st_ino == target_stat.st_ino) return Status::Ok();
    if (S_ISREG(link_stat.st_mode) && link_stat.st_nlink == 1 && link_stat.st_size > 0) {
      const std::string kept = to + ".kept";
      if (access(kept.c_str(), F_OK) != 0 && rename(to.c_str(), kept.c_str()) == 0) {
        LogWarning("sink", to + " was a file of its own, not a link to a daily file: kept as " + kept);
      }
    }
  }
  unlink(temporary.c_str());
  if (::link(from.c_str(), temporary.c_str()) != 0) return DiskError("make the hard link", temporary, errno);
  if (rename(temporary.c_str(), to.c_str()) != 0) return DiskError("replace", to, errno);
  return Status::Ok();
}

Result<std::uint64_t> CutBehindLast(const std::string& path, std::string_view terminator) {
  const FileDescriptor fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) return DiskError("open", path, errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return DiskError("read", path, errno);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  constexpr std::uint64_t kStep = 65536;
  std::uint64_t begin = size;  // of what was read so far
  std::string block;
  std::uint64_t keep = 0;
  while (begin > 0) {
    const std::uint64_t from = begin > kStep ? begin - kStep : 0;
    // Some bytes more, so that a terminator across the border is seen.
    const std::uint64_t to = std::min(size, begin + terminator.size() - 1);
    block.resize(to - from);
    if (pread(fd.get(), block.data(), block.size(), static_cast<off_t>(from)) != static_cast<ssize_t>(block.size())) {
      return DiskError("read", path, errno != 0 ? errno : EIO);
    }
    if (const std::size_t found = block.rfind(terminator); found != std::string::npos) {
      keep = from + found + terminator.size();
      break;
    }
    begin = from;
  }
  if (keep < size && ftruncate(fd.get(), static_cast<off_t>(keep)) != 0) return DiskError("cut", path, errno);
  return size - keep;
}

}  // namespace trailsift
