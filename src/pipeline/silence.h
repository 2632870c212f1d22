// Sources that have delivered before and deliver nothing any more (docs/format/own-events.md: `silence`, `silence_ended`).
//
// Each region of each account of each bucket has its habits (pipeline/delivery.h). At the end of a pass the buckets are looked at, then
// their accounts, then the regions: where all of a bucket is silent that is told once and nothing of what lies below. A silence is told
// once; when something came again its end is told, and only then the next. What could not be listed in the pass is not judged, and what was
// silent for long already when it was first read is history. What was learned goes into notes, so a restart forgets nothing. One thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/delivery.h"
#include "pipeline/own_events.h"
#include "pipeline/place.h"
#include "source/checkpoint.h"

namespace trailsift {

class Silence {
 public:
  // `after` 0: nothing is told, but habits are learned.
  Silence(Millis after, OwnEvents& events) : after_(after), events_(events) {}

  // A committed note of ours, without what stands before the names.
  void Restore(std::string_view name, const std::string& value);
  // An object was delivered at this time.
  void Heard(std::int64_t source, std::string_view account, std::string_view region, Millis time);
  // The source has delivered there.
  bool HasHeard(const SourcePlace& place) const;
  // A pass over these sources, begun at `began`, has handled all that was there but for `unread`.
  void EndPass(const std::vector<WatchedSource>& sources, const SourcePlaces& unread, Millis began);
  void TakeNotes(std::vector<Note>& out);

 private:
  struct Stream {
    Delivery delivery;
    bool judged = false;  // by an earlier pass
    bool changed = false;
  };
  using Regions = std::map<std::string, Stream, std::less<>>;
  using Accounts = std::map<std::string, Regions, std::less<>>;
  struct Told {
    Millis since = 0;     // the newest object before it
    bool raised = false;  // false: history
  };
  // The pass and the bucket that are looked at.
  struct Look {
    const WatchedSource& source;
    const SourcePlaces& unread;
    Millis began;
  };
  using Streams = std::vector<std::pair<SourcePlace, Stream*>>;  // in order

  void Judge(const Look& look, const SourcePlace& place, const Streams& streams);
  void Tell(const Look& look, const SourcePlace& place, const Streams& streams, const Delivery& whole);
  void TellEnd(const Look& look, const SourcePlace& place, const Streams& streams, const Delivery& whole);
  void Change(const SourcePlace& place, Stream& stream);

  const Millis after_;
  OwnEvents& events_;
  std::map<std::int64_t, Accounts> sources_;
  std::size_t size_ = 0;
  std::map<SourcePlace, Told> told_;
  std::vector<SourcePlace> changed_;  // streams
  std::set<SourcePlace> changed_told_;
};

}  // namespace trailsift
