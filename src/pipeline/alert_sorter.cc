#include "pipeline/alert_sorter.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <queue>

namespace trailsift {

AlertSorter::AlertSorter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

Status AlertSorter::Add(Millis time, const Hash128& id, std::string line) {
  bytes_ += sizeof(Item) + line.capacity();
  items_.push_back({time, id, std::move(line)});
  return bytes_ > max_bytes_ ? Spill() : Status::Ok();
}

Status AlertSorter::Spill() {
  std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.key() < b.key(); });
  Run run(std::tmpfile());
  if (run == nullptr) return Status(Code::kIo, std::string("a temporary file cannot be made: ") + std::strerror(errno));
  for (const Item& item : items_) {
    const std::uint64_t size = item.line.size();
    std::fwrite(&item.time, sizeof item.time, 1, run.get());
    std::fwrite(item.id.bytes.data(), item.id.bytes.size(), 1, run.get());
    std::fwrite(&size, sizeof size, 1, run.get());
    std::fwrite(item.line.data(), 1, item.line.size(), run.get());
  }
  if (std::fflush(run.get()) != 0 || std::ferror(run.get()) != 0)
    return Status(Code::kIo,
                  std::string("a temporary file cannot be written: ") + std::strerror(errno) + "; set TMPDIR to a larger disk");
  std::rewind(run.get());
  runs_.push_back(std::move(run));
  items_.clear();
  bytes_ = 0;
  return Status::Ok();
}

bool AlertSorter::Read(std::FILE* run, Item& item) {
  std::uint64_t size = 0;
  if (std::fread(&item.time, sizeof item.time, 1, run) != 1 ||
      std::fread(item.id.bytes.data(), item.id.bytes.size(), 1, run) != 1 || std::fread(&size, sizeof size, 1, run) != 1)
    return false;
  item.line.resize(size);
  return std::fread(item.line.data(), 1, size, run) == size;
}

Status AlertSorter::Drain(const std::function<Status(const Hash128& id, const std::string& line)>& visit) {
  if (runs_.empty()) {
    std::sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.key() < b.key(); });
    for (const Item& item : items_) TRAILSIFT_RETURN_IF_ERROR(visit(item.id, item.line));
    items_.clear();
    return Status::Ok();
  }
  if (!items_.empty()) TRAILSIFT_RETURN_IF_ERROR(Spill());
  std::vector<Item> heads(runs_.size());
  const auto later = [&](std::size_t a, std::size_t b) { return heads[b].key() < heads[a].key(); };
  std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> order(later);
  for (std::size_t i = 0; i < runs_.size(); ++i)
    if (Read(runs_[i].get(), heads[i])) order.push(i);
  while (!order.empty()) {
    const std::size_t first = order.top();
    order.pop();
    TRAILSIFT_RETURN_IF_ERROR(visit(heads[first].id, heads[first].line));
    if (Read(runs_[first].get(), heads[first])) order.push(first);
  }
  runs_.clear();
  return Status::Ok();
}

}  // namespace trailsift
