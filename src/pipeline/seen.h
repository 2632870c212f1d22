// Which events were seen already, in bounded memory (design decision 4): in real data one record in five stands in two objects, which are
// delivered within the hour. Copies of a record have the same event time, so identities are kept in a table for each hour of it; a table
// goes when objects are an hour past the newest object that put something in it, or when there are too many identities. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/time.h"

namespace trailsift {

// A set of hashes by open addressing; 16 bytes a slot, at most 7 in 10 slots used.
class HashSet {
 public:
  // False when it was there already.
  bool Insert(const Hash128& hash);
  std::size_t size() const { return size_; }
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Hash128& slot : slots_)
      if (!slot.is_zero()) visit(slot);
  }

 private:
  void Grow();
  std::vector<Hash128> slots_;
  std::size_t size_ = 0;
};

class SeenEvents {
 public:
  explicit SeenEvents(std::size_t max_events) : max_events_(max_events) {}

  // True when the event was not seen before; it is now. `name_time` is the object's.
  bool Insert(const Hash128& event, Millis event_time, Millis name_time);
  // Objects have reached `name_time`.
  void Advance(Millis name_time);

  std::size_t size() const { return size_; }
  std::uint64_t evicted_for_memory() const { return evicted_for_memory_; }

  // State: one frame of the events that an object added / of everything; and back.
  static void AppendFrame(Millis hour, Millis name_time, const std::vector<Hash128>& events, std::string& out);
  void AppendAll(std::string& out) const;
  bool Restore(std::string_view frames);

  static Millis HourOf(Millis event_time) { return event_time - ((event_time % kHour) + kHour) % kHour; }

 private:
  struct Table {
    HashSet events;
    Millis newest_object = INT64_MIN;
  };
  void Drop(std::map<Millis, Table>::iterator table);

  const std::size_t max_events_;
  std::map<Millis, Table> tables_;  // by hour of event time
  std::size_t size_ = 0;
  Millis last_sweep_ = INT64_MIN;
  std::uint64_t evicted_for_memory_ = 0;
};

}  // namespace trailsift
