// Sources that could be read and can't be any more (docs/format/own-events.md: `unreadable`, `unreadable_ended`): a bucket that is gone, a
// permission that was taken away, a key that can't be used.
//
// A place that fails in kPasses passes in a row, and from which objects came before, is told once; when it can be read again that is told,
// too. Many regions of an account that fail together are the account, many accounts the bucket. Kept in notes. One thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/own_events.h"
#include "pipeline/place.h"
#include "source/checkpoint.h"

namespace trailsift {

class UnreadableSources {
 public:
  static constexpr int kPasses = 3;
  static constexpr std::size_t kMany = 3;  // more parts than these are told as the whole

  explicit UnreadableSources(OwnEvents& events) : events_(events) {}

  void Restore(std::string_view name, const std::string& value);
  // In the pass at hand something of the place could not be read; of several reasons the first is told.
  void Failed(const SourcePlace& place, std::string_view reason);
  // `heard`: objects came from the place before. `began`: when the pass did.
  void EndPass(const std::vector<WatchedSource>& sources, const std::function<bool(const SourcePlace&)>& heard, Millis began);
  // A pass that does not count: it was stopped.
  void DropPass() { failed_.clear(); }
  void TakeNotes(std::vector<Note>& out);

 private:
  struct Trouble {
    Millis since = 0;  // the first pass of those in a row
    int passes = 0;
    bool told = false;
  };
  void FoldParts(bool regions);

  OwnEvents& events_;
  std::map<SourcePlace, std::string> failed_;  // with the reason
  std::map<SourcePlace, Trouble> troubles_;
  std::set<SourcePlace> changed_;
};

}  // namespace trailsift
