// The stage that sees all objects, one after another: drops duplicates, counts, feeds the windows, and turns decisions into alerts. One
// thread; the same code serves `run` and `hunt`.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert/alert.h"
#include "detect/arrival_windows.h"
#include "detect/sigma_windows.h"
#include "detect/windows.h"
#include "pipeline/counters.h"
#include "pipeline/object_flow.h"
#include "pipeline/seen.h"
#include "pipeline/state_log.h"
#include "sink/alert_recovery.h"

namespace trailsift {

struct ResolverOptions {
  Millis lateness = kDay;
  std::size_t max_window_events = 1'000'000;
  std::size_t max_seen_events = 4'000'000;
  Millis keep_seen = kHour;  // how far behind the newest object's name a copy of its records may still come
  bool durable = true;       // what changes is kept for SaveChanges
};

// Where an object that windows refer to can be read again. An own event's key is its message.
struct ObjectOrigin {
  static constexpr std::int64_t kOwn = -1;
  std::int64_t source = 0;  // the flow object's tag, or kOwn
  std::string key;
  Millis name_time = 0;
  std::string account;
};

class Resolver {
 public:
  // Fetches an object again, for alerts of events whose object has passed, and answers its report of these records, which are positions,
  // ascending; it may hold others.
  using Reread = std::function<Result<ObjectReport>(const ObjectOrigin& origin, const std::vector<std::uint32_t>& records)>;

  // `emit` takes each alert, in the order in which they become known.
  Resolver(const AnalyzerOptions& analyzer, const ResolverOptions& options, std::function<void(Alert&&)> emit, Reread reread);

  // Alerts that stand in the files but whose objects were never committed: their events will come again, and must not raise them again.
  // Call after FinishRestore and before the first Take.
  void Seed(const std::vector<RecoveredAlert>& alerts);
  // Events of such alerts that have not come again yet.
  std::size_t awaited() const { return earlier_.size(); }

  // The next object. Alerts that need no other event are emitted at once; Evaluate decides the others.
  void Take(FlowReport& flow);
  // An own event: its report and the message that it came from. It counts as no record and moves no window's time. False: told before.
  bool TakeOwn(ObjectReport& report, std::string_view message);
  void Evaluate();
  // End of a pass: what changed of alerts written before.
  void Reconcile();
  bool idle() const { return windows_.idle() && sigma_windows_.idle(); }

  // The analyzer options that were given at the beginning hold other rules now. Call after Evaluate, while no report of the ones of before is
  // under way.
  void TakeRules();

  // State: what changed since the last call, as frames; all of it; and back.
  void SaveChanges(StateLog& log);
  void SaveAll(StateLog& log);
  Status Restore(StateFrame type, std::string_view payload);
  void FinishRestore();

  RunCounters& counters() { return counters_; }
  // Of composites and of Sigma's correlations together.
  WindowCounters window_counters() const;
  std::uint64_t forgotten_identities() const { return seen_.evicted_for_memory(); }
  // Objects that remembered events are of.
  std::size_t remembered_objects() const { return origins_.size(); }

 private:
  struct HourlyCount {
    Millis hour = 0;
    std::uint32_t count = 0;
  };

  void TakeFinding(Finding&& finding, std::uint64_t reference);
  void EmitPlain(Finding&& finding);
  void EmitSigma(SigmaFinding&& finding);
  // correlation_time=arrival: decided at once, never corrected.
  void DecideByArrival(Finding&& finding);
  // Each of the component's fields that a sentence may name, and its distinct values over `events`.
  std::vector<std::pair<std::string, std::vector<std::string>>> WindowValues(
      std::size_t component, const std::vector<const Comparison::Values*>& events) const;
  using Findings = std::unordered_map<Hash128, std::shared_ptr<Finding>, HashOfHash128>;  // by event
  // What was read again.
  struct Again {
    Findings findings;
    std::map<std::uint64_t, Status> failures;  // by object number
  };
  void EmitDecisions();
  template <typename AnyDecision>
  void EmitAll(std::vector<AnyDecision>& decisions);
  // Reads again what the decisions from `begin` on need and is not at hand, each object once; up to which decision.
  template <typename AnyDecision>
  std::size_t ReadAgain(const std::vector<AnyDecision>& decisions, std::size_t begin, Again& again) const;
  void EmitRetraction(const AlertDecision& decision);
  void Emit(const Decision& decision, const Again& again);
  void Emit(const SigmaDecision& decision, const Again& again);
  Alert AlertOf(const AlertDecision& decision, const Finding& finding, const Again& again) const;
  void Finish(Alert& alert, const Rule& rule);
  void FinishSigma(Alert& alert, const RuleInfo& info, const std::string& uuid);
  std::uint32_t CountFired(const std::string& rule_id, Millis arrival);
  std::vector<Hash128> SigmaAlertsOf(const Hash128& event) const;
  // Nothing where it is neither of late nor was read again.
  std::shared_ptr<Finding> AtHand(const Hash128& event, const Again& again) const;
  // In its place: what the decision knows.
  std::shared_ptr<Finding> BareFinding(const AlertDecision& decision, const RuleInfo& rule, const Again& again) const;
  void Keep(std::shared_ptr<Finding> finding);
  // The texts of a composite's newest counted events, as far as they are at hand.
  std::string PreviousOutput(const AlertDecision& decision, const Again& again) const;
  std::uint64_t NumberOf(const ObjectOrigin& origin);
  void ForgetOrigins();
  void AppendObject(std::uint64_t number, const ObjectOrigin& origin, StateLog& log) const;

  const AnalyzerOptions& analyzer_;
  std::function<void(Alert&&)> emit_;
  Reread reread_;
  const bool durable_;
  RunCounters counters_;
  SeenEvents seen_;
  Windows windows_;
  std::optional<ArrivalWindows> arrival_;  // correlation_time=arrival; windows_ stays empty then
  std::vector<Decision> decisions_;
  SigmaWindows sigma_windows_;
  std::vector<SigmaDecision> sigma_decisions_;
  std::unordered_map<std::string, HourlyCount> fired_;  // by the rule's id

  std::unordered_map<std::uint64_t, ObjectOrigin> origins_;  // by object number
  std::uint64_t next_number_ = 1;
  Millis restored_cut_ = INT64_MIN;
  std::vector<std::uint64_t> new_numbers_;                              // not yet in the state log
  std::map<std::pair<Millis, Millis>, std::vector<ShortId>> new_seen_;  // by (hour, name time)

  // Findings of correlated events of late: most corrections concern these.
  Findings recent_;
  std::deque<Hash128> recent_order_;
  std::size_t undecided_ = 0;  // findings since the last Evaluate: all are recent

  struct Earlier {
    Millis found = 0;
    Hash128 id;  // of the alert that stands; zero: it was withdrawn
    std::vector<Hash128> withdrawn;
    // Of a Sigma rule: which one, and the event that raised it.
    std::string sigma_rule;
    Hash128 event;
  };
  void TakeEarlier(const Hash128& event);
  void AppendEarlier(const Hash128& event, const Earlier& earlier, StateLog& log) const;
  // By event. An alert of a Sigma rule, of which an event may have several and stands under its own id.
  std::unordered_map<Hash128, Earlier, HashOfHash128> earlier_;
  std::vector<Hash128> new_earlier_;  // not yet in the state log
  std::vector<Hash128> came_again_;   // likewise
};

}  // namespace trailsift
