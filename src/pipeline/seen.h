// Which events were seen already, in bounded memory (design decision 4): in real data one record in five stands in two objects, which are
// delivered within the hour. Copies of a record have the same event time, so identities are kept in a table for each hour of it; a table
// goes when objects are `keep` past the newest object that put something in it, or when there are too many identities. Where objects are
// read in the order of their names an hour is enough; `run` keeps them as long as late objects may come. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/time.h"

namespace trailsift {

// The first 80 bits of an identity. Among the 3.6 million events of an hour at 1,000 a second two different ones share them once in
// 180 billion hours; the other 6 bytes would cost a third of the memory.
struct ShortId {
  std::array<std::uint8_t, 10> bytes{};
  auto operator<=>(const ShortId&) const = default;
  bool operator==(const ShortId& other) const {  // the library's calls memcmp
    return Load<std::uint64_t>(0) == other.Load<std::uint64_t>(0) && Load<std::uint16_t>(8) == other.Load<std::uint16_t>(8);
  }

 private:
  template <typename Word>
  Word Load(std::size_t at) const {
    Word word;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
  }
};

// A set by open addressing; 10 bytes a slot, 8 in 15 to 8 in 10 slots used once it has grown.
class HashSet {
 public:
  // False when it was there already.
  bool Insert(const ShortId& id);
  std::size_t size() const { return size_; }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const ShortId& slot : slots_)
      if (slot != ShortId{}) visit(slot);
  }

 private:
  // Where a hash is first sought: the upper half of a product spreads over any number of slots.
  std::size_t Home(const ShortId& id) const;
  void Grow();
  std::vector<ShortId> slots_;
  std::size_t size_ = 0;
};

class SeenEvents {
 public:
  explicit SeenEvents(std::size_t max_events, Millis keep = kHour) : max_events_(max_events), keep_(keep) {}

  // True when the event was not seen before; it is now. `name_time` is the object's.
  bool Insert(const Hash128& event, Millis event_time, Millis name_time);
  static ShortId Shorten(const Hash128& event);
  // Objects have reached `name_time`.
  void Advance(Millis name_time);

  std::size_t size() const { return size_; }
  std::uint64_t evicted_for_memory() const { return evicted_for_memory_; }

  // State: one frame of the events that an object added / of everything; and back.
  static void AppendFrame(Millis hour, Millis name_time, const std::vector<ShortId>& events, std::string& out);
  void AppendAll(std::string& out) const;
  bool Restore(std::string_view frames);

  static Millis HourOf(Millis event_time) { return event_time - ((event_time % kHour) + kHour) % kHour; }

 private:
  // An hour's identities in parts that grow one by one, so that growing takes little room.
  struct Table {
    static constexpr std::size_t kParts = 64;
    std::array<HashSet, kParts> parts;
    std::size_t size = 0;
    Millis newest_object = INT64_MIN;
  };
  bool InsertShort(const ShortId& event, Millis hour, Millis name_time);
  void Drop(std::map<Millis, Table>::iterator table);

  const std::size_t max_events_;
  const Millis keep_;
  std::map<Millis, Table> tables_;  // by hour of event time
  std::size_t size_ = 0;
  Millis last_sweep_ = INT64_MIN;
  std::uint64_t evicted_for_memory_ = 0;
};

}  // namespace trailsift
