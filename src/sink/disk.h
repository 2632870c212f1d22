// The few calls on files and folders that the file sink is made of, with messages that name the path and the reason. Thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

// kIo: `cannot <what> <path>: <reason of errno>`.
Status DiskError(std::string_view what, std::string_view path, int error);

// Closes its descriptor; moves.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();
  void Close();

 private:
  int fd_;
};

// Makes `home` and the folders of `path` below it, mode 0770 less the umask; `path` itself is a file and not made.
Status MakeFoldersOf(const std::string& home, std::string_view path);

// fsync of every folder from that of `path` up to `home`, so that a new file's name is durable.
Status SyncFoldersOf(const std::string& home, std::string_view path);

// Makes `home/link` a hard link to `home/target` by an atomic rename: a reader sees the old file or the new one. A file that stood
// at `link`, with content and no other name, is kept beside it as `link.kept`.
Status ReplaceLink(const std::string& home, std::string_view target, std::string_view link);

// Cuts what stands behind the last `terminator` of the file, or all of it where there is none; answers how many bytes that were.
Result<std::uint64_t> CutBehindLast(const std::string& path, std::string_view terminator);

}  // namespace trailsift
