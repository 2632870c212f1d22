#include "pipeline/quarantine.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "base/json.h"

namespace trailsift {
namespace {

Status Write(const std::string& path, int flags, std::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0640);
  if (file < 0) return Status(Code::kIo, path + ": " + std::strerror(errno));
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<std::size_t>(count);
  }
  const bool whole = written == bytes.size() && fdatasync(file) == 0;
  const int error = errno;
  close(file);
  return whole ? Status::Ok() : Status(Code::kIo, path + ": " + std::strerror(error));
}

}  // namespace

Status Quarantine::Keep(std::string_view place, int record, std::string_view reason, std::string_view bytes, Millis now) {
  const std::string folder = "quarantine/" + FormatIsoTime(now).substr(0, 10);
  std::error_code error;
  std::filesystem::create_directories(home_ + '/' + folder, error);
  if (error) return Status(Code::kIo, home_ + '/' + folder + ": " + error.message());
  const std::string where = record < 0 ? std::string(place) : std::string(place) + '#' + std::to_string(record);
  const std::string file = folder + '/' + StrongHash(where).ToHex() + (record < 0 ? ".object" : ".record");
  TRAILSIFT_RETURN_IF_ERROR(Write(home_ + '/' + file, O_TRUNC, bytes));
  std::string line = "{\"time\":\"" + FormatIsoTime(now) + "\",\"place\":";
  AppendJsonString(place, line);
  if (record >= 0) line += ",\"record\":" + std::to_string(record);
  line += ",\"reason\":";
  AppendJsonString(reason, line);
  line += ",\"file\":\"" + file + "\",\"bytes\":" + std::to_string(bytes.size()) + "}\n";
  return Write(home_ + "/quarantine/index.ndjson", O_APPEND, line);
}

}  // namespace trailsift
