// One run of logtest: rules, the memory of composites and of `ignore`, counters; each line of input gives one answer.
//
// Owns its memory, borrows nothing but the rule set it shares. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "alert/alert.h"
#include "base/time.h"
#include "detect/arrival_windows.h"
#include "detect/explain.h"
#include "detect/matcher.h"
#include "detect/sigma_matcher.h"
#include "enrich/derive.h"
#include "event/message.h"
#include "rules/rule_set.h"

namespace trailsift {

// Which clock composites and `ignore` go by.
enum class LogtestClock {
  kEvent,    // the time the line names; a line without one keeps that of the line before
  kArrival,  // now
};

// Where the lines are said to come from: `place`, or as an agent's `[003] (host) ip->place`.
struct LogtestLocation {
  std::string agent_id = "000";
  std::string agent_name;
  std::string place;

  static LogtestLocation Parse(std::string_view text);
};

struct LogtestAnswer {
  Alert alert;  // alert.rule is nullptr where no rule holds
  const Rule* rule = nullptr;
  bool raises_alert = false;
  std::vector<Alert> sigma;         // of the Sigma rules that hold; no more than what tells of the rule
  const Rule* ended = nullptr;      // the rule that the event ended at; while that is to be ignored, `rule` is its parent
  std::vector<ExplainedRule> path;  // from a root to `ended`; only when asked for
  std::vector<WhyNot> why_not;      // one for each rule asked for
};

class LogtestSession {
 public:
  LogtestSession(std::shared_ptr<const RuleSet> rules, LogtestClock clock, LogtestLocation location);

  // From now on answers tell the path, and why these rules are not the result.
  void Explain(bool path, std::vector<const Rule*> why_not);

  // `line` is borrowed for the call. A bare CloudTrail record is read as the collector would have sent it.
  LogtestAnswer Process(std::string_view line);

  const LogtestLocation& location() const { return location_; }
  bool has_sigma() const { return !rules_->sigma().rules().empty() || rules_->sigma().left_out() > 0; }

 private:
  Event MakeEvent(std::string_view line, const std::optional<JsonValue>& json);
  Millis Clock(std::string_view line);
  void Describe(const EventValues& values, LogtestAnswer& answer) const;
  void AskSigma(const Event& event, LogtestAnswer& answer);

  std::shared_ptr<const RuleSet> rules_;
  FieldDeriver deriver_;
  LogtestClock clock_;
  LogtestLocation location_;
  CorrelationPlan plan_;
  Matcher matcher_;
  SigmaMatcher sigma_matcher_;
  ArrivalWindows windows_;
  MatchResult result_;
  std::vector<const Rule*> all_results_;
  std::vector<const SigmaRule*> sigma_matches_;
  MessageParser parser_;
  Arena arena_;
  Envelope envelope_;
  Millis last_time_ = 0;
  bool tell_path_ = false;
  std::vector<const Rule*> why_not_;
  std::unordered_map<const RuleInfo*, std::uint32_t> fired_;
};

}  // namespace trailsift
