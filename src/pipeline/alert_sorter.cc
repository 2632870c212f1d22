#include "pipeline/alert_sorter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <queue>

namespace trailsift {
namespace {

// Open and without a name, so that nothing is left behind; nullptr on failure.
std::FILE* TemporaryFile(const std::string& folder) {
  std::string name = folder + "/trailsift-sort-XXXXXX";
  const int file = mkostemp(name.data(), O_CLOEXEC);
  if (file < 0) return nullptr;
  unlink(name.c_str());
  return fdopen(file, "w+b");
}

}  // namespace

AlertSorter::AlertSorter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

Status AlertSorter::Add(Millis time, const Hash128& id, std::string line) {
  bytes_ += sizeof(Item) + line.capacity();
  items_.push_back({time, id, std::move(line)});
  return bytes_ > max_bytes_ ? Spill() : Status::Ok();
}

Status AlertSorter::Spill() {
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.key() < b.key(); });
  const char* wanted = std::getenv("TMPDIR");
  const std::string folder = wanted == nullptr || *wanted == 0 ? "/tmp" : wanted;
  Run run{decltype(Run::file)(TemporaryFile(folder)), items_.size()};
  if (run.file == nullptr) return Status(Code::kIo, folder + ": a temporary file cannot be made: " + std::strerror(errno));
  for (const Item& item : items_) {
    const std::uint64_t size = item.line.size();
    std::fwrite(&item.time, sizeof item.time, 1, run.file.get());
    std::fwrite(item.id.bytes.data(), item.id.bytes.size(), 1, run.file.get());
    std::fwrite(&size, sizeof size, 1, run.file.get());
    std::fwrite(item.line.data(), 1, item.line.size(), run.file.get());
  }
  if (std::fflush(run.file.get()) != 0 || std::ferror(run.file.get()) != 0)
    return Status(Code::kIo,
                  std::string("a temporary file cannot be written: ") + std::strerror(errno) + "; set TMPDIR to a larger disk");
  std::rewind(run.file.get());
  runs_.push_back(std::move(run));
  items_.clear();
  bytes_ = 0;
  return Status::Ok();
}

Result<bool> AlertSorter::Read(Run& run, Item& item) {
  if (run.left == 0) return false;
  --run.left;
  std::FILE* file = run.file.get();
  std::uint64_t size = 0;
  if (std::fread(&item.time, sizeof item.time, 1, file) == 1 &&
      std::fread(item.id.bytes.data(), item.id.bytes.size(), 1, file) == 1 && std::fread(&size, sizeof size, 1, file) == 1) {
    item.line.resize(size);
    if (std::fread(item.line.data(), 1, size, file) == size) return true;
  }
  return Status(Code::kIo, std::string("a temporary file cannot be read back: ") +
                               (std::ferror(file) != 0 ? std::strerror(errno) : "it lost its end"));
}

Status AlertSorter::Drain(const std::function<Status(const Hash128& id, const std::string& line)>& visit) {
  if (runs_.empty()) {
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.key() < b.key(); });
    for (const Item& item : items_) TRAILSIFT_RETURN_IF_ERROR(visit(item.id, item.line));
    items_.clear();
    bytes_ = 0;
    return Status::Ok();
  }
  if (!items_.empty()) TRAILSIFT_RETURN_IF_ERROR(Spill());
  std::vector<Item> heads(runs_.size());
  const auto later = [&](std::size_t a, std::size_t b) { return heads[b].key() < heads[a].key(); };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> order(later);
  const auto advance = [&](std::size_t i) -> Status {
    const Result<bool> read = Read(runs_[i], heads[i]);
    if (read.ok() && *read) order.push(i);
    return read.status();
  };
  for (std::size_t i = 0; i < runs_.size(); ++i) TRAILSIFT_RETURN_IF_ERROR(advance(i));
  while (!order.empty()) {
    const std::size_t first = order.top();
    order.pop();
    TRAILSIFT_RETURN_IF_ERROR(visit(heads[first].id, heads[first].line));
    TRAILSIFT_RETURN_IF_ERROR(advance(first));
  }
  runs_.clear();
  return Status::Ok();
}

}  // namespace trailsift
