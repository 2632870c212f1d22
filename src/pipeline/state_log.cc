#include "pipeline/state_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/log.h"
#include "source/folder_store.h"

namespace trailsift {
namespace {

constexpr std::string_view kHeader = "trailsift state log 2\n";
constexpr std::string_view kFolder = "state/";

Status Failed(const std::string& path, const char* what) {
  return Status(Code::kIo, path + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

StateLog::~StateLog() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status StateLog::OpenFile(const std::string& file, bool fresh) {
  if (descriptor_ >= 0) close(descriptor_);
  const std::string path = home_ + '/' + file;
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | (fresh ? O_TRUNC : 0), 0640);
  if (descriptor_ < 0) return Failed(path, "cannot be opened");
  file_ = file;
  offset_ = 0;
  whole_ = 0;
  buffer_.clear();
  if (!fresh) return Status::Ok();
  buffer_ = kHeader;
  // The name must be on the disk before a checkpoint has it.
  const int folder = open((home_ + '/' + std::string(kFolder)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return Status::Ok();
}

Status StateLog::Open(const FilePosition& position, const std::function<Status(StateFrame, std::string_view)>& visit) {
  if (position.file.empty()) return OpenFile(std::string(kFolder) + "state-000001.log", true);
  file_ = position.file;  // whatever is wrong with it, Rotate must not write over it
  const std::string path = home_ + '/' + position.file;
  Result<std::string> bytes = ReadWholeFile(path, UINT64_MAX);
  // A file that is there and may not be read is no damage.
  if (bytes.status().code() == Code::kDenied) return Status(Code::kIo, bytes.status().message());
  if (!bytes.ok()) return bytes.status();
  const Status whole = bytes->size() >= position.offset
                           ? Status::Ok()
                           : Status(Code::kCorrupt, path + ": " + std::to_string(bytes->size()) + " bytes, but " +
                                                        std::to_string(position.offset) + " were committed");
  bytes->resize(std::min<std::uint64_t>(bytes->size(), position.offset));
  TRAILSIFT_RETURN_IF_ERROR(OpenFile(position.file, false));
  offset_ = bytes->size();
  if (ftruncate(descriptor_, static_cast<off_t>(offset_)) != 0) return Failed(path, "cannot be cut");
  if (bytes->compare(0, kHeader.size(), kHeader) != 0) return Status(Code::kCorrupt, path + ": not a state log");
  ByteReader reader(std::string_view(*bytes).substr(kHeader.size()));
  while (!reader.at_end()) {
    const std::uint64_t at = offset_ - reader.left();
    const std::uint8_t type = reader.U8();
    const std::string_view payload = reader.String();
    const std::uint64_t checksum = reader.U64();
    if (!reader.ok() && !whole.ok()) break;  // the frame that was cut
    if (!reader.ok() || checksum != Checksum(payload, type))
      return Status(Code::kCorrupt, path + ": damaged at byte " + std::to_string(at));
    TRAILSIFT_RETURN_IF_ERROR(visit(static_cast<StateFrame>(type), payload));
  }
  return whole;
}

void StateLog::Append(StateFrame type, std::string_view payload) {
  ByteWriter writer(buffer_);
  writer.U8(static_cast<std::uint8_t>(type));
  writer.String(payload);
  writer.U64(Checksum(payload, static_cast<std::uint8_t>(type)));
}

Status StateLog::Sync() {
  std::size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count =
        pwrite(descriptor_, buffer_.data() + written, buffer_.size() - written, static_cast<off_t>(offset_ + written));
    if (count < 0 && errno == EINTR) continue;
    // The same bytes are written to the same place at the next try.
    if (count < 0) return Failed(home_ + '/' + file_, "cannot be written");
    written += static_cast<std::size_t>(count);
  }
  if (written > 0 && fdatasync(descriptor_) != 0) return Failed(home_ + '/' + file_, "cannot be synced");
  offset_ += written;
  buffer_.clear();
  return Status::Ok();
}

Status StateLog::Rotate(const std::function<void()>& write_all) {
  unsigned number = 0;
  std::sscanf(file_.c_str(), "state/state-%u.log", &number);
  char name[64];
  std::snprintf(name, sizeof name, "state/state-%06u.log", number + 1);
  TRAILSIFT_RETURN_IF_ERROR(OpenFile(name, true));
  write_all();
  TRAILSIFT_RETURN_IF_ERROR(Sync());
  whole_ = offset_;
  return Status::Ok();
}

void StateLog::RemoveOthers() {
  DIR* directory = opendir((home_ + "/state").c_str());
  if (directory == nullptr) return;
  std::vector<std::string> others;
  for (const dirent* item = readdir(directory); item != nullptr; item = readdir(directory)) {
    const std::string name = std::string(kFolder) + item->d_name;
    if (name.rfind("state/state-", 0) == 0 && name != file_) others.push_back(name);
  }
  closedir(directory);
  for (const std::string& name : others)
    if (unlink((home_ + '/' + name).c_str()) != 0) LogWarning("state", home_ + '/' + name + ": an old log that cannot be removed");
}

}  // namespace trailsift
