#include "sink/daily_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"

namespace trailsift {

Result<std::unique_ptr<DailyFile>> DailyFile::Open(const std::string& home, const std::string& path, const std::string& link) {
  std::unique_ptr<DailyFile> file(new DailyFile(home, path, link));
  if (Status status = file->Reopen(); !status.ok()) return status;
  return file;
}

Status DailyFile::Reopen() {
  TRAILSIFT_RETURN_IF_ERROR(MakeFoldersOf(home_, path_));
  const std::string full = home_ + '/' + path_;
  folders_dirty_ = folders_dirty_ || access(full.c_str(), F_OK) != 0;
  FileDescriptor fd(open(full.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (!fd.valid()) return DiskError("open", full, errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return DiskError("read", full, errno);
  fd_ = std::move(fd);
  size_ = static_cast<std::uint64_t>(info.st_size);
  torn_ = false;
  return ReplaceLink(home_, path_, link_);
}

// Somebody removed or replaced one of the two names.
Status DailyFile::RestoreNames(const struct stat& info) {
  const std::string full = home_ + '/' + path_;
  const auto is_ours = [&](const struct stat& other) { return other.st_dev == info.st_dev && other.st_ino == info.st_ino; };
  struct stat named;
  const bool path_exists = lstat(full.c_str(), &named) == 0;
  if (path_exists && is_ours(named)) return ReplaceLink(home_, path_, link_);
  struct stat linked;
  if (!path_exists && lstat((home_ + '/' + link_).c_str(), &linked) == 0 && is_ours(linked)) {
    TRAILSIFT_RETURN_IF_ERROR(MakeFoldersOf(home_, path_));
    return ReplaceLink(home_, link_, path_);
  }
  LogWarning("sink", full + " was removed while in use: begun anew");
  return Reopen();
}

// Puts the file where we left it, or takes it as somebody else left it.
Status DailyFile::Settle() {
  const std::string full = home_ + '/' + path_;
  struct stat info;
  if (fstat(fd_.get(), &info) != 0) return DiskError("read", full, errno);
  if (info.st_nlink < 2) {
    TRAILSIFT_RETURN_IF_ERROR(RestoreNames(info));
    if (fstat(fd_.get(), &info) != 0) return DiskError("read", full, errno);
  }
  if (torn_) return CutBack();
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size != size_) {
    LogWarning("sink",
               full + " has " + std::to_string(size) + " bytes, not " + std::to_string(size_) + ": another program wrote to it");
    size_ = size;
  }
  return Status::Ok();
}

Status DailyFile::CutBack() {
  if (ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) return DiskError("cut back", home_ + '/' + path_, errno);
  torn_ = false;
  return Status::Ok();
}

Status DailyFile::Flush() {
  if (buffer_.empty() && !torn_) return Status::Ok();
  TRAILSIFT_RETURN_IF_ERROR(Settle());
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t wrote = write(fd_.get(), buffer_.data() + done, buffer_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) {
      Status failure = DiskError("write", home_ + '/' + path_, wrote < 0 ? errno : ENOSPC);
      torn_ = done > 0;
      if (torn_) {
        if (const Status cut = CutBack(); !cut.ok()) LogError("sink", cut.message());
      }
      return failure;
    }
    done += static_cast<std::size_t>(wrote);
  }
  size_ += buffer_.size();
  dirty_ = dirty_ || !buffer_.empty();
  constexpr std::size_t kKeptCapacity = 4u << 20;
  if (buffer_.capacity() > kKeptCapacity) std::string().swap(buffer_);
  else buffer_.clear();
  return Status::Ok();
}

Status DailyFile::Sync() {
  TRAILSIFT_RETURN_IF_ERROR(sync_failure_);
  if (dirty_) {
    if (fdatasync(fd_.get()) != 0) {
      sync_failure_ = DiskError("sync", home_ + '/' + path_, errno);
      return sync_failure_;
    }
    dirty_ = false;
  }
  if (folders_dirty_) {
    TRAILSIFT_RETURN_IF_ERROR(SyncFoldersOf(home_, path_));
    folders_dirty_ = false;
  }
  return Status::Ok();
}

}  // namespace trailsift
