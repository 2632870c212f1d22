// Wazuh's own memory of composite rules, by the clock it is given: each rule that a composite counts has a list of the events that ended
// there, in order of arrival. A composite fires when walking its list from the newest event back, within the timeframe, meets enough
// events that pass its comparisons; the event at hand and the newest counted one are then marked with its level, and a later walk that
// meets a mark of its own level or above ends there. So a composite of N fires at N, 2N, 3N…, and one of 2 at every event from the second.
//
// Used by logtest and by `correlation_time=arrival`; in event time the pipeline has windows of its own. One thread. Memory is bounded:
// at most kMaxEvents a list. Borrows the rule set.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "detect/event_values.h"
#include "detect/matcher.h"

namespace trailsift {

class ArrivalWindows {
 public:
  static constexpr std::size_t kMaxEvents = 8192;
  static constexpr std::size_t kMaxPrevious = 10;

  explicit ArrivalWindows(const RuleSet& rules);

  // What a composite found when it was asked.
  struct Count {
    const Rule* composite = nullptr;
    bool fired = false;
    std::uint32_t counted = 1;    // the event at hand included
    std::uint32_t differing = 0;  // remembered and within the timeframe, but with other compared values or of another agent
    bool used_up = false;         // the search ended at an event that a composite of the same or a higher level has used
  };

  struct Outcome {
    const Rule* rule = nullptr;         // nullptr: no rule holds
    std::vector<std::string> previous;  // logs of the counted events, newest first; only when the last composite on the way fired
    std::vector<Count> counts;          // of the composites that were asked, in that order
  };

  // The alternative that holds for this event; composites that fire leave their marks. `agent` tells whose events these are: a composite
  // counts those of one agent.
  Outcome Decide(const MatchResult& result, const EventValues& values, Millis now, std::string_view agent);

  // The event of the last Decide ended at `rule` (after `ignore`, so it may differ from the outcome). Level 0 is not remembered.
  void Remember(const Rule& rule);

 private:
  struct Seen {
    std::int64_t second = 0;
    int mark = 0;
    std::string agent;
    std::string log;
    std::vector<std::optional<std::string>> fields;  // by the numbers of field_numbers_
  };
  using List = std::deque<std::shared_ptr<Seen>>;

  Count Ask(const Rule& rule, std::vector<std::string>& previous);
  bool Comparable(const Composite& composite, const Seen& earlier) const;
  std::shared_ptr<Seen> See(const EventValues& values, Millis now, std::string_view agent) const;
  static void Append(List& list, const std::shared_ptr<Seen>& seen);

  std::unordered_map<std::string, std::size_t> field_numbers_;
  std::vector<std::string> field_names_;
  std::unordered_map<const Rule*, std::vector<const Rule*>> group_composites_;  // of a rule: the composites that count it by group
  std::unordered_map<const Rule*, List> lists_;  // of a target (if_matched_sid), or of a composite (if_matched_group)
  std::unordered_map<const Rule*, bool> by_sid_;
  std::shared_ptr<Seen> current_;
};

}  // namespace trailsift
