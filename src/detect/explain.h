// Why an event ended at a rule, and why it did not end at another: the naive reading once more, told rule by rule.
//
// Slow, for a person who asks about one event. What is given back owns its values but borrows the rules; the Explainer itself borrows
// everything and lives as long as the event. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/arrival_windows.h"
#include "detect/event_values.h"
#include "rules/as_written.h"
#include "rules/rule_set.h"

namespace trailsift {

struct ExplainedTest {
  WrittenTest written;
  std::optional<std::string> value;  // what it saw; nothing: the event has no such value
  bool holds = false;
};

// A field that a composite compares between events.
struct ComparedField {
  std::string name;
  bool same = true;                  // same_…, else different_…
  std::optional<std::string> value;  // of this event
};

struct ExplainedRule {
  const Rule* rule = nullptr;
  std::vector<ExplainedTest> tests;            // in the order in which they are tried, up to the first that fails
  std::optional<ArrivalWindows::Count> count;  // of a composite that was asked
  std::vector<ComparedField> compared;         // of such a composite
};

struct WhyNot {
  enum class Reason {
    kIsResult,    // it is the result
    kIgnored,     // it would be, but its `ignore` lets the parent be reported
    kTest,        // the last test of `at` fails
    kNeverHolds,  // `at` has a test that is not supported
    kOtherLog,    // the root `at` is for another kind of log than events here are
    kCount,       // the composite `at` has not counted enough
    kSilent,      // it holds, and is never a result (noalert)
    kTaken,       // it holds, but `taker`, a sibling that is tried before `at`, took the event
    kDeeper,      // it holds, and so does its child `taker`
  };
  const Rule* rule = nullptr;  // the one that was asked about
  Reason reason = Reason::kTest;
  ExplainedRule at;              // where the way to the rule ends: the rule itself or an ancestor
  const Rule* taker = nullptr;   // kTaken: nullptr where the walk ended early because too many rules hold
  const Rule* result = nullptr;  // what the event ended at
};

class Explainer {
 public:
  // `outcome` is what the windows decided for this event; `reported` differs from its rule where `ignore` is at work.
  Explainer(const RuleSet& rules, const EventValues& values, const ArrivalWindows::Outcome& outcome, const Rule* reported);

  // From the root to the outcome's rule; empty where no rule holds.
  std::vector<ExplainedRule> Path();

  WhyNot Why(const Rule& rule);

 private:
  // The way to a rule that gets furthest.
  struct Way {
    const Rule* stop = nullptr;    // the first rule on it that does not hold; nullptr: all hold
    const Rule* parent = nullptr;  // where it comes from
    std::size_t held = 0;
  };

  bool Holds(const Rule& rule);
  const ArrivalWindows::Count* CountOf(const Rule& rule) const;
  bool Walk(const Rule& rule);
  const Way& WayTo(const Rule& rule);
  WhyNot::Reason WhyStopped(const Rule& stop);
  void FindTaker(WhyNot& why);
  ExplainedRule Explain(const Rule& rule) const;

  const RuleSet& rules_;
  const EventValues& values_;
  const ArrivalWindows::Outcome& outcome_;
  const Rule* reported_;
  std::vector<const Rule*> path_;
  std::size_t held_ = 0;
  std::unordered_map<const Rule*, bool> holds_;
  std::unordered_map<const Rule*, Way> ways_;
};

}  // namespace trailsift
