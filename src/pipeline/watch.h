// Watches the collecting itself for `run` and raises own events (docs/format/own-events.md) where something is wrong: silence, sources that
// can't be read any more, quarantine that grows, lag.
//
// Service tells what happens; the clock is the caller's, so nothing here waits. What must be remembered comes out of TakeNotes and commits
// with the group, after the events that were raised before. One thread: the one that commits.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/own_events.h"
#include "pipeline/place.h"
#include "pipeline/silence.h"
#include "pipeline/unreadable.h"
#include "source/checkpoint.h"

namespace trailsift {

struct WatchOptions {
  Millis silence_after = kDay;          // 0: silence is not told
  Millis lag_alert = 6 * kHour;         // 0: lag is not told
  std::uint64_t quarantine_alert = 10;  // 0: quarantine is not told
  bool downtime_is_lag = true;          // false: somebody else says when a pass is made
};

class Watch {
 public:
  Watch(const WatchOptions& options, OwnEvents& events)
      : options_(options), events_(events), silence_(options.silence_after, events), unreadable_(events) {}

  // The notes that begin with kNotes, before the first pass.
  static constexpr std::string_view kNotes = "watch/";
  void Restore(const std::map<std::string, std::string>& notes, Millis now);

  void BeginPass(Millis now) { began_ = now; }
  // An object was read. `name_time` and `day` as its name and folder tell them (source/listing.h).
  void Read(std::int64_t source, std::string_view account, std::string_view key, Millis name_time, std::int64_t day);
  // Something could not be listed in this pass; or an object could not be read, though it was delivered.
  void NotListed(const SourcePlace& place, std::string_view reason);
  void NotRead(std::int64_t source, std::string_view account, std::string_view key, Millis name_time, std::int64_t day,
               std::string_view reason);
  // Objects or records went into quarantine.
  void Quarantined(std::uint64_t count, std::string_view place, Millis now);
  // Before a group is committed.
  void Check(Millis now);
  // Everything that was there when the pass began has been handled, but for what was said.
  void EndPass(const std::vector<WatchedSource>& sources, Millis now);
  // Everything that was sent to the queues before `until` has been handled: `sources` are the buckets that only they name.
  void EndQueues(const std::vector<WatchedSource>& sources, Millis until) { silence_.EndPass(sources, {}, until); }
  // The pass was stopped before its end.
  void DropPass();
  std::vector<Note> TakeNotes();

 private:
  static constexpr Millis kSlot = 5 * kMinute;
  // What went into quarantine in one slot of time.
  struct Slot {
    std::int64_t number = 0;
    std::uint64_t count = 0;
  };
  std::uint64_t QuarantinedLately(Millis now) const;

  const WatchOptions options_;
  OwnEvents& events_;
  Silence silence_;
  UnreadableSources unreadable_;
  SourcePlaces not_listed_;  // in this pass
  Millis began_ = 0;

  // Everything delivered before this moment has been handled; 0: no pass has come to its end yet.
  Millis handled_ = 0;
  Millis started_ = 0;  // this process
  bool lag_told_ = false;
  bool lag_changed_ = false;

  std::array<Slot, kHour / kSlot> quarantined_;
  std::string last_quarantined_;
  std::uint64_t quarantine_alerts_ = 0;  // told so far
  Millis first_start_ = 0;               // of this home: with the number it tells one such alert from another
  bool quarantine_told_ = false;
  bool quarantine_changed_ = false;
};

}  // namespace trailsift
