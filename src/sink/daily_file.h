// One file of a day, open for appending: a buffer in front of it, whole writes or none. Owned by the sink and used by its thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/status.h"
#include "sink/disk.h"

namespace trailsift {

class DailyFile {
 public:
  // Opens `home/path`, made with its folders when absent (mode 0640), and makes `home/link` a hard link to it.
  static Result<std::unique_ptr<DailyFile>> Open(const std::string& home, const std::string& path, const std::string& link);

  const std::string& path() const { return path_; }
  // What waits to be written; append to it.
  std::string& buffer() { return buffer_; }
  // Bytes in the file, and with the buffer behind them.
  std::uint64_t size() const { return size_; }
  std::uint64_t end() const { return size_ + buffer_.size(); }

  // Writes the buffer. On failure the file is as it was before, the buffer is kept, and a later call tries again.
  Status Flush();

  // Makes what was flushed durable, with the file's name when it is new. A failed fdatasync is final: the kernel may have dropped
  // the pages it could not write, so only a restart, which reads what is there, can tell.
  Status Sync();

 private:
  DailyFile(std::string home, std::string path, std::string link)
      : home_(std::move(home)), path_(std::move(path)), link_(std::move(link)) {}

  Status Reopen();
  Status Settle();
  Status RestoreNames(const struct stat& info);
  Status CutBack();

  std::string home_;
  std::string path_;
  std::string link_;
  FileDescriptor fd_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  bool torn_ = false;           // a failed write may have left bytes behind size_
  bool dirty_ = false;          // flushed, not synced
  bool folders_dirty_ = false;  // the name is new
  Status sync_failure_;
};

}  // namespace trailsift
