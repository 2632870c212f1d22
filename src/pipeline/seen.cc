#include "pipeline/seen.h"

#include <algorithm>
#include <cstring>

namespace trailsift {

std::size_t HashSet::Home(const ShortId& id) const {
  std::uint32_t high;
  std::memcpy(&high, id.bytes.data(), sizeof high);
  return std::uint64_t{high} * slots_.size() >> 32;
}

bool HashSet::Insert(const ShortId& id) {
  if ((size_ + 1) * 10 > slots_.size() * 8) Grow();
  for (std::size_t at = Home(id);; at = at + 1 == slots_.size() ? 0 : at + 1) {
    if (slots_[at] == ShortId{}) {
      slots_[at] = id;
      ++size_;
      return true;
    }
    if (slots_[at] == id) return false;
  }
}

void HashSet::Grow() {
  std::vector<ShortId> old(std::max<std::size_t>(8, slots_.size() + slots_.size() / 2));
  old.swap(slots_);
  for (const ShortId& id : old) {
    if (id == ShortId{}) continue;
    std::size_t at = Home(id);
    while (slots_[at] != ShortId{}) at = at + 1 == slots_.size() ? 0 : at + 1;
    slots_[at] = id;
  }
}

ShortId SeenEvents::Shorten(const Hash128& event) {
  ShortId id;
  std::copy_n(event.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

bool SeenEvents::Insert(const Hash128& event, Millis event_time, Millis name_time) {
  return InsertShort(Shorten(event), HourOf(event_time), name_time);
}

bool SeenEvents::InsertShort(const ShortId& event, Millis hour, Millis name_time) {
  Table& table = tables_[hour];
  table.newest_object = std::max(table.newest_object, name_time);
  if (!table.parts[event.bytes[9] % Table::kParts].Insert(event)) return false;
  ++table.size;
  ++size_;
  while (size_ > max_events_ && tables_.size() > 1) {
    // The hour whose objects are longest past, never the one in use.
    auto oldest = tables_.end();
    for (auto it = tables_.begin(); it != tables_.end(); ++it)
      if (&it->second != &table && (oldest == tables_.end() || it->second.newest_object < oldest->second.newest_object))
        oldest = it;
    evicted_for_memory_ += oldest->second.size;
    Drop(oldest);
  }
  return true;
}

void SeenEvents::Drop(std::map<Millis, Table>::iterator table) {
  size_ -= table->second.size;
  tables_.erase(table);
}

void SeenEvents::Advance(Millis name_time) {
  if (name_time < last_sweep_ + kMinute && last_sweep_ != INT64_MIN) return;
  last_sweep_ = name_time;
  for (auto it = tables_.begin(); it != tables_.end();) {
    const auto next = std::next(it);
    if (it->second.newest_object < name_time - keep_) Drop(it);
    it = next;
  }
}

void SeenEvents::AppendFrame(Millis hour, Millis name_time, const std::vector<ShortId>& events, std::string& out) {
  ByteWriter writer(out);
  writer.I64(hour);
  writer.I64(name_time);
  writer.U32(static_cast<std::uint32_t>(events.size()));
  for (const ShortId& event : events) out.append(reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size());
}

void SeenEvents::AppendAll(std::string& out) const {
  for (const auto& [hour, table] : tables_) {
    std::vector<ShortId> events;
    events.reserve(table.size);
    for (const HashSet& part : table.parts) part.ForEach([&](const ShortId& event) { events.push_back(event); });
    AppendFrame(hour, table.newest_object, events, out);
  }
}

bool SeenEvents::Restore(std::string_view frames) {
  ByteReader reader(frames);
  while (!reader.at_end()) {
    const Millis hour = reader.I64();
    const Millis name_time = reader.I64();
    const std::uint32_t count = reader.U32();
    if (!reader.ok() || reader.left() / sizeof(ShortId) < count) return false;
    for (std::uint32_t i = 0; i < count; ++i) {
      ShortId event;
      const std::string_view bytes = reader.Bytes(event.bytes.size());
      std::copy(bytes.begin(), bytes.end(), event.bytes.begin());
      InsertShort(event, hour, name_time);
    }
  }
  return reader.ok();
}

}  // namespace trailsift
