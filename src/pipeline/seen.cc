#include "pipeline/seen.h"

#include <algorithm>

namespace trailsift {

bool HashSet::Insert(const Hash128& hash) {
  if ((size_ + 1) * 10 > slots_.size() * 7) Grow();
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = HashOfHash128{}(hash) & mask;; at = (at + 1) & mask) {
    if (slots_[at].is_zero()) {
      slots_[at] = hash;
      ++size_;
      return true;
    }
    if (slots_[at] == hash) return false;
  }
}

void HashSet::Grow() {
  std::vector<Hash128> old(std::max<std::size_t>(64, slots_.size() * 2));
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Hash128& hash : old) {
    if (hash.is_zero()) continue;
    std::size_t at = HashOfHash128{}(hash) & mask;
    while (!slots_[at].is_zero()) at = (at + 1) & mask;
    slots_[at] = hash;
  }
}

bool SeenEvents::Insert(const Hash128& event, Millis event_time, Millis name_time) {
  Table& table = tables_[HourOf(event_time)];
  table.newest_object = std::max(table.newest_object, name_time);
  if (!table.events.Insert(event)) return false;
  ++size_;
  while (size_ > max_events_ && tables_.size() > 1) {
    // The hour whose objects are longest past, never the one in use.
    auto oldest = tables_.end();
    for (auto it = tables_.begin(); it != tables_.end(); ++it)
      if (&it->second != &table && (oldest == tables_.end() || it->second.newest_object < oldest->second.newest_object)) oldest = it;
    evicted_for_memory_ += oldest->second.events.size();
    Drop(oldest);
  }
  return true;
}

void SeenEvents::Drop(std::map<Millis, Table>::iterator table) {
  size_ -= table->second.events.size();
  tables_.erase(table);
}

void SeenEvents::Advance(Millis name_time) {
  if (name_time < last_sweep_ + kMinute && last_sweep_ != INT64_MIN) return;
  last_sweep_ = name_time;
  for (auto it = tables_.begin(); it != tables_.end();) {
    const auto next = std::next(it);
    if (it->second.newest_object < name_time - kHour) Drop(it);
    it = next;
  }
}

void SeenEvents::AppendFrame(Millis hour, Millis name_time, const std::vector<Hash128>& events, std::string& out) {
  ByteWriter writer(out);
  writer.I64(hour);
  writer.I64(name_time);
  writer.U32(static_cast<std::uint32_t>(events.size()));
  for (const Hash128& event : events) writer.Hash(event);
}

void SeenEvents::AppendAll(std::string& out) const {
  for (const auto& [hour, table] : tables_) {
    std::vector<Hash128> events;
    events.reserve(table.events.size());
    table.events.ForEach([&](const Hash128& event) { events.push_back(event); });
    AppendFrame(hour, table.newest_object, events, out);
  }
}

bool SeenEvents::Restore(std::string_view frames) {
  ByteReader reader(frames);
  while (!reader.at_end()) {
    const Millis hour = reader.I64();
    const Millis name_time = reader.I64();
    const std::uint32_t count = reader.U32();
    if (!reader.ok() || reader.left() / 16 < count) return false;
    for (std::uint32_t i = 0; i < count; ++i) Insert(reader.Hash(), hour, name_time);
  }
  return reader.ok();
}

}  // namespace trailsift
