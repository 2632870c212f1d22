// Correlation over event time: decides composite rules (frequency, timeframe, same_field) and `ignore` by the order in which things
// happened, not by the order in which objects arrived.
//
// Within a group, events are kept in (event time, identity) order, and the outcome of each is what Wazuh's walk would have given had they
// arrived in that order: newest to oldest over remembered events, stopping at the timeframe's end or at an event that a composite of the
// same or a higher level has used up; on firing the current event and, with a frequency above 2, the newest counted one are used up. A
// result of a rule with ignore="S" less than S seconds behind the last one that was given goes to the rule's parent. An outcome is reported
// as soon as it is known. A late event re-evaluates what comes after it in its own group; an event whose alert was reported already and whose
// outcome changed waits for Reconcile, which reports the right alert with what it supersedes, or a retraction. So any order, split and
// repetition of the same events between two calls of Reconcile ends in the same set of alerts (docs/adr/0002).
//
// Work: a composite has a chain of the events that count for it, for each combination of the values that it wants the same, so the walk meets
// no others. Of the chain it looks at the newest kMaxWalk (Wazuh: at the 8,192 newest alerts of all), so that a flood of events which
// `different_field` keeps out does not cost the square of their number; each walk that ends so is counted. A late event re-evaluates no
// more than its longest timeframe, unless outcomes change there.
//
// Memory: a group keeps its events for `lateness` plus its longest timeframe (or `ignore`) behind the newest event time seen. Above `max_events` the
// oldest go first, counted. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "base/text_pool.h"
#include "base/time.h"
#include "detect/alert_decision.h"
#include "detect/correlation_plan.h"
#include "detect/packed_id.h"
#include "detect/window_counters.h"

namespace trailsift {

// An event that some composite cares about, as a worker hands it over.
struct WindowEvent {
  Hash128 event;                // identity
  std::string event_id;         // as the record writes it
  Millis time = 0;              // event time
  std::uint64_t reference = 0;  // where the record can be read again; opaque here
  std::size_t component = 0;    // of the plan
  std::vector<Alternative> alternatives;
  std::vector<std::optional<std::string>> values;  // of components()[component].fields
};

// What is to be written about one event.
struct Decision : AlertDecision {
  const Rule* rule = nullptr;     // nullptr only for a retraction
  const Rule* matched = nullptr;  // what the walk ended at: another one where `ignore` gives the alert to the parent
  // For a composite: each of the component's fields that a sentence may name, and its distinct values over the contributing events, in event order.
  std::vector<std::pair<std::string, std::vector<std::string>>> window_values;
};

struct WindowOptions {
  Millis lateness = 2 * kDay;
  std::size_t max_events = 1'000'000;
  bool track_changes = true;  // AppendChanges will be called
  // Whether a result of this rule is written as an alert.
  std::function<bool(const Rule&)> alertable;
  // The identity of an alert.
  std::function<Hash128(std::string_view rule_id, const std::vector<Hash128>& events)> alert_id;
};

class Windows {
 public:
  static constexpr std::size_t kMaxWalk = 2048;  // or four times what the composite counts, if that is more

  Windows(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const CorrelationPlan> plan, WindowOptions options);

  // What was reported and never committed (found behind the checkpoint in alerts.json): these alerts stand. An event whose object was not
  // committed either will come again; one that is remembered already was corrected when the process ended. Call for each event after
  // FinishRestore and before the first Add, then ApplySeeds, which returns the events that are remembered already.
  void SeedIssued(const Hash128& event, const Hash128& alert_id, const std::vector<Hash128>& withdrawn);
  std::vector<Hash128> ApplySeeds();

  // Goes on with other rules. Call after Evaluate. What is remembered stays where its component is still there (Component::signature) and
  // its rules are; the rest is forgotten, counted. Outcomes stand until a late event touches them.
  void TakeRules(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const CorrelationPlan> plan);

  // Takes an event in; one whose identity the group already holds is ignored.
  void Add(const WindowEvent& event);
  // Decides what was added since; new alerts go to `out`.
  void Evaluate(std::vector<Decision>& out);
  // Evaluates, and reports changed outcomes of events that were reported before, `most` of them at most; whether there are more. Call at the
  // end of a pass, and now and then in a long one.
  bool Reconcile(std::vector<Decision>& out, std::size_t most = SIZE_MAX);
  // Event time has reached `time`: what is older than the lateness allows is forgotten, after a last word on it goes to `out`.
  void Advance(Millis time, std::vector<Decision>& out);

  // State for the state log. AppendChanges writes every remembered event that is new or changed since the last call; AppendAll writes
  // all. Restore reads what either wrote, later entries replacing earlier ones. `describe` turns references into bytes and back.
  void AppendChanges(std::string& out);
  void AppendAll(std::string& out) const;
  Status Restore(std::string_view bytes);
  // Call once after the last Restore. `cut`: what cut() was when the state was written.
  void FinishRestore(Millis cut);
  // Events older than this are forgotten; INT64_MIN at the beginning.
  Millis cut() const { return cut_; }

  bool idle() const { return dirty_.empty() && pending_.empty(); }
  const WindowCounters& counters() const { return counters_; }
  std::size_t size() const { return size_; }
  // Every reference that is still remembered.
  std::unordered_set<std::uint64_t> References() const;

 private:
  // An event's place in the order of its group.
  using Order = std::pair<Millis, Hash128>;
  // A composite that fired: the mark it set on this event and on
  struct Fire {
    int level = 0;
    Order marked;  // the newest counted event; zero: none

    bool operator==(const Fire&) const = default;
  };
  // That an event is used up, from the firing at `by` on.
  struct Mark {
    Order by;
    int level = 0;
  };
  struct History {
    std::vector<Fire> fires;
    std::vector<Mark> marks;          // in the order of the firings
    std::vector<Order> contributors;  // of the chosen composite, the event itself last
    std::vector<Hash128> withdrawn;   // ids of this event's alerts that were superseded or retracted
  };
  struct Entry {
    Millis time = 0;
    Hash128 event;
    std::uint64_t reference = 0;
    Hash128 issued;             // zero: none
    std::uint32_t pattern = 0;  // in patterns_
    std::int16_t chosen = -1;   // alternative; -1: not evaluated yet
    bool ignored = false;       // the chosen result is given for its parent
    bool changed = true;        // since AppendChanges
    PackedId event_id;
    TextPool::Row values;
    std::unique_ptr<History> history;  // rare

    Order order() const { return {time, event}; }
  };
  struct Group {
    std::size_t component = 0;
    std::vector<std::unique_ptr<Entry>> entries;  // in order
    // Events whose results a rule with `ignore` was given for.
    std::map<const Rule*, std::set<Order>> given;
    std::size_t dirty_from = SIZE_MAX;  // first entry to evaluate
    std::size_t fresh = 0;              // entries that were never evaluated
  };
  // An entry that may be gone when it is looked for.
  struct Place {
    Hash128 group;
    Order order;
  };
  // The events of a group that count for a composite and agree in what it wants the same, in order.
  struct Chain {
    std::size_t component = 0;
    std::vector<Entry*> entries;
  };
  struct Pattern {
    std::vector<Alternative> alternatives;
    // The composites that an event counts for, by its outcome (OutcomeIndex).
    std::vector<std::vector<const Rule*>> counted_by;
  };

  const Rule* ResultOf(const Entry& entry) const;
  std::uint32_t InternPattern(const std::vector<Alternative>& alternatives);
  Pattern MakePattern(const std::vector<Alternative>& alternatives) const;
  void EvaluateGroup(const Hash128& key, Group& group, std::vector<Decision>& out);
  struct Evaluated {
    bool others = false;  // what it is for other events changed
    bool own = false;     // its own outcome changed, that included
  };
  Evaluated EvaluateEntry(Group& group, Entry& entry);
  struct Asked {
    const Rule* composite = nullptr;
    bool fired = false;
    std::vector<Order> contributors;
  };
  // Walks back from the entry; on firing the marks are set and added to `fires`.
  Asked Ask(Entry& current, const Rule& composite, std::vector<Fire>& fires);
  // Of what is used up for the entry: the level of the last firing up to `order`.
  static int MarkAsOf(const Entry& entry, const Order& order);
  static void SetMark(Entry& entry, const Order& by, int level);
  static void WithdrawMarks(Group& group, Entry& entry);
  static void RebuildMarks(Group& group);
  static void FindTimes(Group& group);
  // Enters the entry into the chains of its outcome, and takes it out.
  void Join(Entry& entry, std::size_t component);
  void Leave(Entry& entry);
  // Nothing where a value that the composite wants the same is absent: that is equal to nothing.
  std::optional<Hash128> ChainKey(const Entry& entry, const Rule& composite);
  const std::vector<const Rule*>& CountedBy(const Entry& entry) const;
  void RebuildChains();
  // Notes that the entry's result was given, where its rule ignores what follows; and that it was not.
  void NoteGiven(Group& group, const Entry& entry);
  void ForgetGiven(Group& group, const Entry& entry);
  static bool IsIgnored(const Group& group, const Entry& entry, const Rule& rule);
  Hash128 OutcomeId(const Entry& entry) const;
  Decision Describe(const Group& group, const Entry& entry, const Hash128& id) const;
  void Settle(const Hash128& key, Group& group, Entry& entry, std::vector<Decision>& out);
  void ReconcileEntry(const Hash128& key, const Group& group, Entry& entry, std::vector<Decision>& out);
  void NoteChange(const Hash128& key, Entry& entry);
  void Evict(Millis before, std::vector<Decision>& out);
  void AppendEntry(const Hash128& key, const Group& group, const Entry& entry, std::string& out) const;
  bool TakeSeed(Entry& entry);
  static std::size_t LowerBound(const Group& group, const Order& order);
  static Entry* FindEntry(const Group& group, const Order& order);
  Entry* FindPlace(const Place& place, Group** group);

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const CorrelationPlan> plan_;
  WindowOptions options_;
  TextPool texts_;  // outlives the entries
  std::vector<Pattern> patterns_;
  std::unordered_map<std::string, std::uint32_t> pattern_of_;
  std::unordered_map<Hash128, Group, HashOfHash128> groups_;
  std::unordered_map<Hash128, Chain, HashOfHash128> chains_;
  std::string chain_key_;       // scratch
  std::vector<Hash128> dirty_;  // keys of groups to evaluate
  std::vector<Place> changed_;  // what AppendChanges has not seen
  std::vector<Place> pending_;  // what is to be reconciled
  struct Issued {
    Hash128 id;
    std::vector<Hash128> withdrawn;
  };
  std::unordered_map<Hash128, Issued, HashOfHash128> seeded_;
  std::size_t size_ = 0;
  Millis newest_ = INT64_MIN;
  Millis cut_ = INT64_MIN;  // entries older than this are gone
  WindowCounters counters_;
};

}  // namespace trailsift
