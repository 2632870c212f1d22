// Which rules hold for one event, without memory of other events.
//
// A rule with a frequency (a composite) needs that memory, so the walk through Wazuh's tree answers with alternatives in the order of
// the walk: "if these composites fire, the result is this rule", the last one without a condition. correlate decides among them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/event_values.h"
#include "event/event.h"
#include "rules/compiled_rules.h"
#include "rules/rule_set.h"

namespace trailsift {

//
// A composite with noalert is asked as well, since asking uses events up: its alternative has composites and no result, and whether they
// fire or not the next one is looked at.
struct Alternative {
  std::vector<const Rule*> composites;  // all must fire; empty for the last alternative
  const Rule* result = nullptr;         // nullptr with composites: go on; without: no rule holds
  const Rule* parent = nullptr;         // of the result, on the way that the walk took: what `ignore` gives the alert to
};

// The alternatives of one event, in the order of the walk; at least one, the last unconditional. Rules live as long as the RuleSet.
struct MatchResult {
  std::vector<Alternative> alternatives;
};

// Matches against a compiled set. Cheap to make; holds scratch memory, so one per thread. Borrows the rule set.
class Matcher {
 public:
  explicit Matcher(const RuleSet& rules);

  // Where the following events come from; its views are borrowed. Without a call: the collector's place, no host name.
  void set_origin(const EventOrigin& origin) { origin_ = origin; }

  // `result` is overwritten; its memory is used again. `moment` (Unix milliseconds: the event's time, or its arrival) serves `time` and
  // `weekday`.
  void Match(const Event& event, Millis moment, MatchResult& result);
  // Every result that the event of the last Match would have had if those before it had not held: the deepest rules that hold, of level 1
  // or more, each once, in the order of the walk. Composites and what hangs below them are left out. `event` and `moment` are those of the
  // last Match, whose answers are used again.
  void MatchAll(const Event& event, Millis moment, std::vector<const Rule*>& results);

 private:
  struct Slot {
    std::uint32_t event = 0;  // the event this was found for
    bool present = false;
    std::string_view value;
  };

  bool FitsCloudTrailTree();
  std::optional<std::string_view> Value(std::uint32_t field);
  bool TestHolds(std::uint32_t test);
  bool Decide(std::uint32_t test);
  bool Holds(const CompiledRule& compiled);
  bool LimitsHold(const Rule& rule);
  // Of a rule that holds.
  bool Visit(const CompiledRule& compiled, const Rule* parent);
  bool VisitDeepest(const CompiledRule& compiled);
  // Visits the children that hold, in order, until `visit` answers true; whether it did.
  template <typename Visitor>
  bool VisitChildren(const ChildIndex& children, Visitor visit);
  void AddHits(const ChildIndex& children);
  void AddHits(const ChildIndex::ByValue& index, std::string_view value);
  // Decides all tests of a scan, once an event; the tests that hold.
  const std::vector<std::uint32_t>& RunScan(std::uint32_t scan);

  const CompiledRules& compiled_;
  EventOrigin origin_;

  // Of the event at hand.
  const EventValues* values_ = nullptr;
  const CompiledTree* tree_ = nullptr;
  MatchResult* result_ = nullptr;
  std::vector<const Rule*>* deepest_ = nullptr;
  std::uint32_t event_number_ = 0;
  std::size_t held_ = 0;
  std::vector<Slot> fields_;
  std::vector<std::uint32_t> tests_;  // event number * 2 + answer
  struct ScanState {
    std::uint32_t event = 0;  // the event this was run for
    std::vector<std::uint32_t> holding;
  };
  std::vector<ScanState> scans_;
  std::vector<const Rule*> composites_;  // on the way to where the walk is
  std::vector<std::uint32_t> hits_;      // positions of candidates, a stretch for each level of the walk
  std::string folded_;
};

// No event of honest rules holds so many; a tree of rules with many parents each could make the walk endless.
inline constexpr std::size_t kMaxHeldRules = 20'000;

}  // namespace trailsift
