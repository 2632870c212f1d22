// Which rules hold for one event, without memory of other events.
//
// A rule with a frequency (a composite) needs that memory, so the walk through Wazuh's tree answers with alternatives in the order of
// the walk: "if these composites fire, the result is this rule", the last one without a condition. correlate decides among them.
#pragma once

#include <vector>

#include "event/event.h"
#include "rules/rule_set.h"

namespace trailsift {

struct Alternative {
  std::vector<const Rule*> composites;  // all must fire; empty for the last alternative
  const Rule* result = nullptr;         // nullptr: no rule holds
};

// The alternatives of one event, in the order of the walk; at least one, the last unconditional. Rules live as long as the RuleSet.
struct MatchResult {
  std::vector<Alternative> alternatives;
};

// Matches against a compiled set. Cheap to make; holds scratch memory, so one per thread. Borrows the rule set.
class Matcher {
 public:
  explicit Matcher(const RuleSet& rules);
  // `result` is overwritten; its memory is used again. `arrival` (Unix milliseconds) serves `time` and `weekday`.
  void Match(const Event& event, Millis moment, MatchResult& result);

 private:
  const RuleSet& rules_;
  // … the helper in charge adds what it needs
};

}  // namespace trailsift
