// Sigma's correlations over event time: decides them by the order in which things happened, not by the order in which objects arrived.
//
// Within a group (a correlation and the values of its `group-by`), events are kept in (event time, identity) order. A window ends at each of
// them and reaches `timespan` back, its edge inside. Where the condition holds for the window the correlation fires with all its events, and
// then is quiet until these have left the window. A firing is an event of the correlations that refer to this one, at the time of its last
// event. An event that lacks a value of `group-by` is in no group.
//
// A firing is reported as soon as it is known. A late event re-evaluates what comes after it in its own group; a reported firing that does not
// hold any more waits for Reconcile, which reports what takes its place (within the timespan) with what it supersedes, or a retraction. So any
// order, split and repetition of the same events between two calls of Reconcile ends in the same set of alerts (docs/adr/0002).
//
// Work: an event costs a step of the window's two ends; a late one the steps behind it in its group. A sum, mean or ordered sequence looks at
// the whole window for each event that could make it fire.
//
// Memory: a group keeps its events for `lateness` plus its horizon (SigmaPlan::Node) behind the newest event time seen. Above `max_events` the
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
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "base/text_pool.h"
#include "base/time.h"
#include "detect/alert_decision.h"
#include "detect/packed_id.h"
#include "detect/sigma_plan.h"
#include "detect/window_counters.h"

namespace trailsift {

// An event that a correlation counts, as a worker hands it over: once for each correlation and row of values.
struct SigmaWindowEvent {
  Hash128 event;                                   // identity
  std::string event_id;                            // as the record writes it
  Millis time = 0;                                 // event time
  std::uint64_t reference = 0;                     // where the record can be read again; opaque here
  std::size_t correlation = 0;                     // of the plan
  std::uint64_t inputs = 0;                        // a bit for each input that found it
  std::vector<std::optional<std::string>> values;  // SigmaPlan::fields
};

// What is to be written about one firing.
struct SigmaDecision : AlertDecision {
  static constexpr std::size_t kMostEvents = 1000;  // in event_ids; a window of more has its newest there

  const SigmaCorrelation* correlation = nullptr;           // nullptr only for a retraction
  std::vector<std::pair<std::string, std::string>> group;  // `group-by` and its values
};

struct SigmaWindowOptions {
  Millis lateness = 2 * kDay;
  std::size_t max_events = 1'000'000;
  bool track_changes = true;  // AppendChanges will be called
  // Whether an alert of this level is written.
  std::function<bool(const RuleInfo&)> alertable;
  // The identity of an alert.
  std::function<Hash128(std::string_view rule_id, const std::vector<Hash128>& events)> alert_id;
};

class SigmaWindows {
 public:
  SigmaWindows(std::shared_ptr<const SigmaPlan> plan, SigmaWindowOptions options);

  // What was reported and never committed (found behind the checkpoint in alerts.json): an alert of the correlation with this rule id, raised
  // by the event, stands, and others stand no more. A retraction has no rule and an id of zero. Call for each after FinishRestore and before
  // the first Add, then ApplySeeds.
  void SeedIssued(const Hash128& event, std::string_view rule_id, const Hash128& alert_id, const std::vector<Hash128>& withdrawn);
  void ApplySeeds();

  // Goes on with other rules. Call after Evaluate. What is remembered stays where its correlation means the same; the rest is forgotten,
  // counted.
  void TakePlan(std::shared_ptr<const SigmaPlan> plan);

  // Takes an event in; one whose identity the group already holds is ignored.
  void Add(const SigmaWindowEvent& event);
  // Decides what was added since; new alerts go to `out`.
  void Evaluate(std::vector<SigmaDecision>& out);
  // Evaluates, and reports what changed of what was reported before, in groups until `most` or more lines are told; whether there are more.
  // Call at the end of a pass, and now and then in a long one.
  bool Reconcile(std::vector<SigmaDecision>& out, std::size_t most = SIZE_MAX);
  // Event time has reached `time`: what is older than the lateness allows is forgotten, after a last word on it goes to `out`.
  void Advance(Millis time, std::vector<SigmaDecision>& out);

  // State for the state log. AppendChanges writes what is new or changed since the last call; AppendAll writes all. Restore reads what either
  // wrote, later entries replacing earlier ones.
  void AppendChanges(std::string& out);
  void AppendAll(std::string& out) const;
  Status Restore(std::string_view bytes);
  // Call once after the last Restore.
  void FinishRestore();
  // Events older than this may be forgotten; INT64_MIN at the beginning.
  Millis cut() const { return cut_; }

  bool idle() const { return dirty_.empty() && pending_.empty(); }
  const WindowCounters& counters() const { return counters_; }
  std::size_t size() const { return size_; }
  // Every reference that is still remembered.
  std::unordered_set<std::uint64_t> References() const;

 private:
  // An event's place in the order of its group.
  using Order = std::pair<Millis, Hash128>;
  static constexpr Order kNever{INT64_MAX, {}};
  // All events of the group from `first` to `last`.
  struct Firing {
    Order first;
    Order last;
    Hash128 content;  // the alert's identity where it was never withdrawn

    bool operator==(const Firing&) const = default;
  };
  // A firing of another correlation that is an event here.
  struct Inner {
    Hash128 group;
    Order first;
    Order last;
  };
  struct Entry {
    Millis time = 0;
    Hash128 event;
    std::uint64_t reference = 0;
    std::uint64_t inputs = 0;
    PackedId event_id;
    TextPool::Row values;
    std::unique_ptr<const Inner> inner;  // instead of event_id and reference
    bool fresh = true;                   // not evaluated yet
    bool changed = true;                 // since AppendChanges

    Order order() const { return {time, event}; }
  };
  struct Issued {
    Hash128 id;
    Millis time = 0;       // of the last event
    Hash128 event;         // the last event
    std::string event_id;  // of that
  };
  struct Group {
    std::size_t correlation = 0;
    std::vector<std::unique_ptr<Entry>> entries;  // in order
    std::vector<Firing> firings;                  // as evaluated, in order
    std::vector<Issued> issued;                   // the alerts that stand in the files
    std::vector<Issued> withdrawn;                // that stood there
    Millis quiet_from = INT64_MIN;                // the last firing that is forgotten
    Order dirty = kNever;                         // from here on it is to be evaluated
    bool changed = false;                         // what is written of it beside its entries, since AppendChanges
  };
  // Of a correlation and a group; those of inner correlations come first.
  using Work = std::pair<std::size_t, Hash128>;

  const SigmaPlan::Node& NodeOf(const Group& group) const { return plan_->node(group.correlation); }
  const SigmaCorrelation& CorrelationOf(const Group& group) const { return plan_->correlations()[group.correlation]; }
  // Nothing where a value that it is grouped by is absent.
  std::optional<Hash128> KeyOf(std::size_t correlation, const std::vector<std::optional<std::string>>& values) const;
  void Insert(const Hash128& key, std::size_t correlation, Entry entry);
  void Touch(const Hash128& key, Group& group, const Order& order);
  void EvaluateGroup(const Hash128& key, Group& group, std::vector<SigmaDecision>& out);
  static std::uint64_t MeasuredOf(const Entry& entry, const SigmaPlan::Node& node);
  std::vector<Firing> Scan(Group& group, const std::vector<Firing>& old, std::size_t kept);
  Firing MakeFiring(const Group& group, std::size_t first, std::size_t last) const;
  void TellOuter(const Hash128& key, const Group& group, const Firing& firing, bool holds);
  void Settle(const Hash128& key, Group& group, std::vector<SigmaDecision>& out);
  void ReconcileGroup(const Hash128& key, Group& group, std::vector<SigmaDecision>& out);
  bool IsReported(const Group& group) const;
  Hash128 IdOf(const Group& group, const Firing& firing) const;
  // What does not hold of what was issued, and what was not issued of what holds.
  struct Difference {
    std::vector<Issued> invalid;
    std::vector<const Firing*> missing;
  };
  Difference Compare(const Group& group) const;
  void Issue(const Hash128& key, Group& group, const Firing& firing, std::vector<Hash128> supersedes,
             std::vector<SigmaDecision>& out);
  // The events behind a stretch of a group, those of inner firings included.
  void Collect(const Group& group, const Order& first, const Order& last, std::map<Order, const Entry*>& out) const;
  // The event that raises what an entry is the last of.
  const Entry* RaisingOf(const Group& group, const Entry& entry) const;
  void NoteGroup(const Hash128& key, Group& group);
  void TakeSeeds(const Hash128& key, Group& group, const Entry& raising);
  static void Withdraw(Group& group, const Hash128& id);
  void Evict(Millis before, std::vector<SigmaDecision>& out);
  static std::size_t LowerBound(const Group& group, const Order& order);
  static const Entry* Find(const Group& group, const Order& order);
  void AppendEntry(const Hash128& key, const Group& group, const Entry& entry, std::string& out) const;
  void AppendGroup(const Hash128& key, const Group& group, std::string& out) const;

  std::shared_ptr<const SigmaPlan> plan_;
  SigmaWindowOptions options_;
  TextPool texts_;  // outlives the entries
  std::unordered_map<Hash128, Group, HashOfHash128> groups_;
  std::set<Work> dirty_;
  std::set<Work> pending_;                          // groups whose issued alerts are not those that hold
  std::vector<std::pair<Hash128, Order>> changed_;  // entries that AppendChanges has not seen
  std::vector<Hash128> changed_groups_;
  struct Seed {
    std::string rule_id;
    Hash128 id;
  };
  std::unordered_multimap<Hash128, Seed, HashOfHash128> seeds_;  // by raising event
  std::unordered_set<Hash128, HashOfHash128> seeded_withdrawn_;
  std::size_t size_ = 0;
  Millis newest_ = INT64_MIN;
  Millis cut_ = INT64_MIN;
  Millis written_cut_ = INT64_MIN;
  WindowCounters counters_;
};

}  // namespace trailsift
