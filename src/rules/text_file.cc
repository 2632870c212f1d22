#include "rules/text_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace trailsift {

Result<std::string> ReadTextFile(const std::string& path) {
  constexpr std::size_t kMaxSize = 64u << 20;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) {
    const Code code = errno == ENOENT ? Code::kNotFound : errno == EACCES ? Code::kDenied : Code::kIo;
    return Status(code, path + ": " + std::strerror(errno));
  }
  std::string text;
  char buffer[65536];
  std::size_t size = 0;
  do {
    size = std::fread(buffer, 1, sizeof buffer, file.get());
    text.append(buffer, size);
    if (text.size() > kMaxSize) return Status(Code::kInvalid, path + ": larger than 64 MiB");
  } while (size == sizeof buffer);
  if (std::ferror(file.get()) != 0) return Status(Code::kIo, path + ": " + std::strerror(errno));
  return text;
}

}  // namespace trailsift
