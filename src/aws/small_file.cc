#include "aws/small_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace trailsift {
namespace {

Status FileStatus(const std::string& file, int error) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::kNotFound : error == EACCES ? Code::kDenied : Code::kIo;
  return {code, file + ": " + std::strerror(error)};
}

}  // namespace

Result<std::string> ReadSmallFile(const std::string& file, std::size_t max_bytes) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return FileStatus(file, errno);
  if (!S_ISREG(info.st_mode)) return Status(Code::kInvalid, file + ": no regular file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return FileStatus(file, errno);
  std::string content(max_bytes + 1, '\0');
  stream.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (stream.bad()) return FileStatus(file, EIO);
  content.resize(static_cast<std::size_t>(stream.gcount()));
  if (content.size() > max_bytes) return Status(Code::kInvalid, file + ": larger than " + std::to_string(max_bytes) + " bytes");
  return content;
}

Status WriteSmallFile(const std::string& file, std::string_view content) {
  std::string made = file + ".XXXXXX";
  const int descriptor = ::mkstemp(made.data());
  if (descriptor < 0) return FileStatus(file, errno);
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written > 0) content.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR) error = errno;
  }
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(made.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(made.c_str());
  return FileStatus(file, error);
}

}  // namespace trailsift
