// Wazuh's own memory of composite rules and of `ignore`, by the clock it is given: each rule that a composite counts has a list of the
// events that ended there, in order of arrival. A composite fires when walking its list from the newest event back, within the timeframe,
// meets enough events that pass its comparisons; the event at hand and the newest counted one are then marked with its level, and a later
// walk that meets a mark of its own level or above ends there. So a composite of N fires at N, 2N, 3N…, and one of 2 at every event from
// the second. A rule with ignore="S" that was given less than S seconds ago gives its parent instead.
//
// Used by logtest and with `correlation_time=arrival`; in event time the pipeline has windows of its own. One thread. Memory is bounded:
// at most kMaxEvents, the oldest go first. Borrows the rule set and the plan.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "detect/correlation_plan.h"
#include "detect/event_values.h"
#include "detect/matcher.h"

namespace trailsift {

// An event as it is remembered.
struct ArrivalEvent {
  Hash128 event;         // identity; not looked at here
  std::string event_id;  // likewise
  std::string agent;     // whose it is: a composite counts those of one agent
  std::string log;
  Comparison::Values values;  // of the component's fields
};

class ArrivalWindows {
 public:
  static constexpr std::size_t kMaxEvents = 8192;
  static constexpr std::size_t kMaxPrevious = 10;

  ArrivalWindows(const RuleSet& rules, const CorrelationPlan& plan);

  // What a composite found when it was asked.
  struct Count {
    const Rule* composite = nullptr;
    bool fired = false;
    std::uint32_t counted = 1;    // the event at hand included
    std::uint32_t differing = 0;  // remembered and within the timeframe, but with other compared values or of another agent
    bool used_up = false;         // the search ended at an event that a composite of the same or a higher level has used
  };

  struct Outcome {
    const Rule* matched = nullptr;  // what the walk ended at; nullptr: no rule holds
    const Rule* rule = nullptr;     // the same, or the parent where `matched` is ignored; nullptr then: it has none
    // The events that the last composite on the way counted, in order of arrival; empty where the rule is no composite's.
    std::vector<std::shared_ptr<const ArrivalEvent>> counted;

    std::vector<Count> counts;  // of the composites that were asked, in that order

    // The logs of the newest kMaxPrevious of them; empty where there is only one.
    std::string PreviousOutput() const;
  };

  // Decides an event and remembers where it ended. Composites that fire leave their marks.
  Outcome Decide(const std::vector<Alternative>& alternatives, const std::optional<std::size_t>& component, ArrivalEvent event,
                 Millis now);
  // The same, for an event whose values are not taken out yet.
  Outcome Decide(const std::vector<Alternative>& alternatives, const EventValues& values, std::string_view agent, Millis now);

 private:
  struct Seen : ArrivalEvent {
    std::int64_t second = 0;
    std::uint64_t number = 0;
    int mark = 0;
  };
  using List = std::deque<std::shared_ptr<Seen>>;

  Count Ask(const Rule& rule, Seen& current, std::vector<std::shared_ptr<const ArrivalEvent>>& counted);
  // What the alert is given to instead, when `rule` was given not long ago.
  const Rule* ApplyIgnore(const Alternative& alternative, std::int64_t second);
  void Remember(const Rule& rule, const std::shared_ptr<Seen>& seen);
  void Forget();

  const CorrelationPlan& plan_;
  std::unordered_map<const Rule*, std::vector<const Rule*>> group_composites_;  // of a rule: the composites that count it by group
  std::unordered_map<const Rule*, bool> by_sid_;
  bool by_log_ = false;
  std::unordered_map<const Rule*, List> of_target_;      // if_matched_sid
  std::unordered_map<const Rule*, List> of_composite_;   // if_matched_group
  List all_;                                             // if_matched_regex
  std::unordered_map<const Rule*, std::int64_t> given_;  // with `ignore`: second of the last alert given
  std::uint64_t remembered_ = 0;
};

}  // namespace trailsift
