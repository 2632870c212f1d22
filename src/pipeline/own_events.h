// What `run` has to tell about itself (a source fell silent, a log was changed, …) as events that rules judge like any record. The message
// that stands for one is described in docs/format/own-events.md; rules/50-own-events.xml are the default rules.
//
// How to use it: describe the event, Raise it, and hand what you must remember of it ("this was told") to Checkpoint::SetNotes, in this
// order and on the thread that commits. The next commit of Service passes the event through the rules, writes its alert and makes your notes
// true in one step, so a kill loses neither or both:
//
//   own_events.Raise({"log_changed", key, digest_end, {{"account", account}, {"region", region}, {"log_file", key}}});
//   checkpoint.SetNotes({{"digest/" + chain, hash}});
//
// The alert may stand already when a kill comes before the transaction. The event is then raised again by whoever noticed it, as its notes
// do not say that it was told, and is recognised by kind and identity: so the identity must follow from what was noticed (a key, the time of
// the last object), never from the clock or from what comes later. Raising the same again within the look-back is without effect too.
//
// Any thread may raise; what is waiting belongs to the thread that commits. Nothing here fails.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace trailsift {

struct OwnEvent {
  std::string kind;      // collector.event: what happened, lower case, as `silence`
  std::string identity;  // tells it from others of its kind
  Millis time = 0;       // when it happened
  // Further members of `collector`. `account`, `region` and `bucket` have these names where there is one; an empty value is left out.
  std::vector<std::pair<std::string, std::string>> fields;

  Hash128 Id() const;
  // {"integration":"trailsift","collector":{"event":KIND,"id":ID,"time":TIME,…}}
  std::string Message() const;
};

class OwnEvents {
 public:
  void Raise(const OwnEvent& event);
  // The messages of what was raised since the last call, in order.
  std::vector<std::string> Take();
  // How often something of each kind was raised; also what had been told before.
  std::map<std::string, std::uint64_t> counts() const;

 private:
  mutable std::mutex mutex_;  // all below
  std::map<std::string, std::uint64_t> counts_;
  std::vector<std::string> waiting_;
};

}  // namespace trailsift
