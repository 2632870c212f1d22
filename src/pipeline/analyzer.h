// What one object says: decodes it, asks the rules about each record, and keeps what the next stage needs, owned, so that the object's
// memory can go. Makes no decision that depends on other objects. One Analyzer a thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "base/sha256.h"
#include "config/discard_regex.h"
#include "detect/correlation_plan.h"
#include "detect/matcher.h"
#include "detect/sigma_matcher.h"
#include "detect/sigma_windows.h"
#include "event/batch.h"
#include "event/event.h"
#include "event/message.h"
#include "formats/log_chunk.h"
#include "formats/log_format.h"

namespace trailsift {

struct AnalyzerOptions {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const CorrelationPlan> plan;
  std::shared_ptr<const SigmaPlan> sigma_plan;
  // Makes the plans anew, of `rules`.
  void MakePlans() {
    plan = std::make_shared<const CorrelationPlan>(*rules);
    sigma_plan = std::make_shared<const SigmaPlan>(rules->sigma().correlations());
  }

  int log_alert_level = 3;
  int email_alert_level = 7;   // Wazuh's default
  bool log_fields = false;     // alerts.log will be written: keep the leaves
  bool archive = false;        // logall_json: every record becomes a line of archives.json
  bool learn_regions = false;  // ObjectReport::changed_regions
  bool hash = false;           // ObjectReport::hash
  bool utc_arrival = false;    // hunt: an alert's arrival is its event time
  bool by_arrival = false;     // correlation_time=arrival: composites, `ignore`, `time` and `weekday` go by the wall clock
  // hunt: records outside [start, end) are discarded.
  std::optional<Millis> start;
  std::optional<Millis> end;
};

// A record that may raise an alert.
struct Finding {
  Hash128 event;
  Millis time = 0;
  std::string event_id;
  std::uint32_t index = 0;  // of the record in its object
  std::vector<Alternative> alternatives;
  std::vector<std::string> descriptions;         // of each alternative's result, with window names still to be filled in
  std::vector<std::string> parent_descriptions;  // of the parents of results with `ignore`, else empty
  std::vector<const Rule*> all_results;          // of Matcher::MatchAll; empty where no alternative is written as an alert
  std::optional<std::size_t> component;
  std::vector<std::optional<std::string>> values;  // of the component's fields
  std::string log;                      // the event as text, for the previous_output of a composite; only with a component
  std::vector<SigmaWindowEvent> sigma;  // for Sigma's correlations; without references
  bool is_plain = false;                // raises an alert whatever else happens
  Alert alert;                          // what does not depend on the rule
};

// What needs other events to be decided.
inline bool IsCorrelated(const Finding& finding) { return finding.component || !finding.sigma.empty(); }

// That a Sigma rule holds for a record, as an alert but for what the rule says.
struct SigmaFinding {
  Hash128 event;
  std::string event_id;
  const SigmaRule* rule = nullptr;
  Alert alert;
};

struct SeenRecord {
  enum class Fate : std::uint8_t { kUnmatched, kMatched, kDiscarded };
  Hash128 event;
  Millis time = 0;
  Fate fate = Fate::kUnmatched;
  std::int32_t finding = -1;      // in ObjectReport::findings
  std::int32_t archive = -1;      // in ObjectReport::archive
  std::uint32_t sigma_begin = 0;  // in ObjectReport::sigma
  std::uint32_t sigma_count = 0;
};

struct KindCounters {
  std::uint64_t insight = 0;
  std::uint64_t aggregated = 0;
  std::uint64_t network_activity = 0;
  std::uint64_t digests = 0;       // objects
  std::uint64_t without_time = 0;  // records with no eventTime that can be read
};

struct ObjectReport {
  std::vector<SeenRecord> records;  // in file order
  std::vector<Finding> findings;
  std::vector<SigmaFinding> sigma;
  std::vector<Alert> archive;  // every record, when asked for
  std::vector<BadRecord> bad_records;
  Status object_fault;
  KindCounters kinds;
  // Regions in which somebody, not an AWS service, changed something, each with the time of the first such event.
  std::vector<std::pair<std::string, Millis>> changed_regions;
  std::uint64_t stored_bytes = 0;
  std::optional<Sha256Value> hash;  // of the inflated bytes of a whole object of CloudTrail's, when asked for
};

// What is said of the event where `rule` is the outcome: with window names still to be filled in.
std::string_view DescriptionOf(const Finding& finding, const Rule& rule);

class Analyzer {
 public:
  explicit Analyzer(const AnalyzerOptions& options);
  ~Analyzer();

  // `envelope`, `discard` and `only` are borrowed for the call. `name_time` stands in for an event time that is missing. `format`: what the
  // object holds, CloudTrail's records where there is none. `only`: positions, ascending; other records are not looked at.
  ObjectReport Analyze(std::string bytes, const Envelope& envelope, const std::vector<DiscardRegex>* discard, Millis name_time,
                       std::optional<LogFormat> format = std::nullopt, const std::vector<std::uint32_t>* only = nullptr);
  // An own event (pipeline/own_events.h): a report of one record, whose place is trailsift. Its identity and its time stand in the message.
  ObjectReport AnalyzeOwn(std::string_view message);

 private:
  // Where a record stands, and what its log says of it where it is not CloudTrail's.
  struct Place {
    const Envelope& envelope;
    const std::vector<DiscardRegex>* discard;
    const std::vector<std::uint32_t>* only;
    Millis name_time;
    Millis now;
    std::uint32_t index = 0;
    const LogFacts* facts = nullptr;

    bool IsWanted() const { return only == nullptr || std::binary_search(only->begin(), only->end(), index); }
  };
  void AnalyzeTrail(std::string bytes, Place place, ObjectReport& report);
  void AnalyzeLog(std::string bytes, LogFormat format, Place place, ObjectReport& report);
  void AnalyzeRecord(JsonValue record, const Place& place, ObjectReport& report);
  // What the rules say of an event, whose identity and time `seen` has.
  void Judge(const Event& event, const RecordHeader& header, std::string_view event_id, std::uint32_t index, Millis now,
             SeenRecord seen, ObjectReport& report);
  // An account's name in the user's list, or nothing.
  std::string NameOf(std::string_view account) const;
  void AnalyzeMessage(std::string_view line, const Place& place, ObjectReport& report);
  void AnalyzeEvent(const Event& event, const RecordHeader& header, const Place& place, ObjectReport& report);
  void JudgeSigma(const Event& event, const RecordHeader& header, std::string_view event_id, Millis now, SeenRecord& seen,
                  ObjectReport& report);
  // What Sigma's correlations count of the event that was matched last.
  std::vector<SigmaWindowEvent> SigmaEvents(const Event& event, const Hash128& identity, Millis time, std::string_view event_id);
  void FillAlert(const Event& event, const RecordHeader& header, Finding& finding, bool want_log) const;

  const AnalyzerOptions& options_;
  const std::unique_ptr<const Deriver> deriver_;
  Matcher matcher_;
  MatchResult result_;
  SigmaMatcher sigma_matcher_;
  std::vector<const SigmaRule*> sigma_matches_;
  Arena arena_;
  MessageParser messages_;
  bool own_ = false;  // AnalyzeOwn is at work
};

// A result of this rule is written: its level reaches the threshold (or log_alert), and no_log does not hide it.
bool IsAlertable(const Rule& rule, int log_alert_level);
inline bool IsAlertable(const SigmaRule& rule, int log_alert_level) { return rule.info.level >= log_alert_level; }

// The description of a rule with `$(trailsift.window.…)` filled in.
std::string FillWindowNames(std::string_view description, std::size_t count,
                            const std::vector<std::pair<std::string, std::vector<std::string>>>& values);

}  // namespace trailsift
