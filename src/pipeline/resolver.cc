#include "pipeline/resolver.h"

#include <algorithm>
#include <span>
#include <unordered_set>

#include "base/log.h"
#include "detect/also.h"
#include "rules/description.h"

namespace trailsift {
namespace {

constexpr std::size_t kRecentFindings = 4000;
// Each holds its whole alert until it is written.
constexpr std::size_t kCorrectionsAtOnce = 500;
constexpr std::size_t kPreviousLogs = 10;

// The sentence of a composite whose record is gone: with what the window's events agree on, and nothing in place of the rest.
std::string SentenceWithoutRecord(const Decision& decision) {
  std::deque<std::string> kept;
  return ExpandDescription(decision.rule->info.description, [&](std::string_view name) -> std::optional<std::string_view> {
    if (name.substr(0, kWindowPrefix.size()) == kWindowPrefix) return kept.emplace_back("$(" + std::string(name) + ')');
    if (name == "trailsift.account") name = "aws.recipientAccountId";
    for (const auto& [field, distinct] : decision.window_values)
      if (field == name && distinct.size() == 1) return std::string_view(distinct.front());
    return std::nullopt;
  });
}

// The events whose texts are a composite's previous_output.
std::span<const std::pair<Hash128, std::uint64_t>> PreviousOf(const AlertDecision& decision) {
  if (decision.counted.size() < 2) return {};
  return std::span(decision.counted).last(std::min(decision.counted.size(), kPreviousLogs));
}

WindowOptions OptionsOf(const AnalyzerOptions& analyzer, const ResolverOptions& options) {
  WindowOptions windows;
  windows.lateness = options.lateness;
  windows.max_events = options.max_window_events;
  windows.track_changes = options.durable;
  windows.alertable = [level = analyzer.log_alert_level](const Rule& rule) { return IsAlertable(rule, level); };
  windows.alert_id = &AlertId;
  return windows;
}

SigmaWindowOptions SigmaOptionsOf(const AnalyzerOptions& analyzer, const ResolverOptions& options) {
  SigmaWindowOptions windows;
  windows.lateness = options.lateness;
  windows.max_events = options.max_window_events;
  windows.track_changes = options.durable;
  windows.alertable = [level = analyzer.log_alert_level](const RuleInfo& info) { return info.level >= level; };
  windows.alert_id = &AlertId;
  return windows;
}

}  // namespace

Resolver::Resolver(const AnalyzerOptions& analyzer, const ResolverOptions& options, std::function<void(Alert&&)> emit,
                   Reread reread)
    : analyzer_(analyzer),
      emit_(std::move(emit)),
      reread_(std::move(reread)),
      durable_(options.durable),
      seen_(options.max_seen_events, options.keep_seen),
      windows_(analyzer.rules, analyzer.plan, OptionsOf(analyzer, options)),
      sigma_windows_(analyzer.sigma_plan, SigmaOptionsOf(analyzer, options)) {
  if (analyzer.by_arrival) arrival_.emplace(*analyzer.rules, *analyzer.plan);
}

void Resolver::Seed(const std::vector<RecoveredAlert>& alerts) {
  for (const RecoveredAlert& alert : alerts) {
    const bool is_sigma = IsSigmaId(alert.rule_id);
    const Hash128 key = is_sigma ? alert.id : alert.event;
    const auto [place, fresh] = earlier_.try_emplace(key);
    Earlier& earlier = place->second;
    if (fresh) earlier.found = NowMillis();
    new_earlier_.push_back(key);
    earlier.withdrawn.insert(earlier.withdrawn.end(), alert.supersedes.begin(), alert.supersedes.end());
    if (is_sigma) {
      earlier.sigma_rule = alert.rule_id;
      earlier.event = alert.event;
    }
    if (alert.retracts) {
      earlier.withdrawn.push_back(*alert.retracts);
      if (earlier.id == *alert.retracts) earlier.id = {};
    } else {
      earlier.id = alert.id;
    }
  }
  for (const auto& [key, earlier] : earlier_) {
    if (earlier.sigma_rule.empty()) windows_.SeedIssued(key, earlier.id, earlier.withdrawn);
    sigma_windows_.SeedIssued(earlier.event, earlier.sigma_rule, earlier.sigma_rule.empty() ? Hash128{} : earlier.id,
                              earlier.withdrawn);
  }
  for (const Hash128& event : windows_.ApplySeeds()) TakeEarlier(event);
  sigma_windows_.ApplySeeds();
}

void Resolver::Take(FlowReport& flow) {
  if (!flow.fetch.ok()) {
    if (flow.fetch.code() == Code::kNotFound) ++counters_.gone_objects;
    else ++counters_.unreadable_objects;
    return;
  }
  ObjectReport& report = flow.report;
  ++counters_.objects;
  counters_.bytes += report.stored_bytes;
  counters_.records += report.records.size() + report.bad_records.size();
  counters_.quarantined_records += report.bad_records.size();
  if (!report.object_fault.ok()) ++counters_.quarantined_objects;
  counters_.kinds.insight += report.kinds.insight;
  counters_.kinds.aggregated += report.kinds.aggregated;
  counters_.kinds.network_activity += report.kinds.network_activity;
  counters_.kinds.digests += report.kinds.digests;
  counters_.kinds.without_time += report.kinds.without_time;

  // A name dated in the future must not make identities forgotten. `hunt` may well read what a machine with another clock has recorded.
  const Millis name_time = durable_ ? std::min(flow.object.name_time, NowMillis() + kHour / 2) : flow.object.name_time;
  std::uint64_t number = 0;
  Millis newest = INT64_MIN;
  for (SeenRecord& record : report.records) {
    if (record.fate == SeenRecord::Fate::kDiscarded) {
      ++counters_.discarded;
      continue;
    }
    if (!seen_.Insert(record.event, record.time, name_time)) {
      ++counters_.duplicates;
      record.archive = -1;
      continue;
    }
    if (durable_) new_seen_[{SeenEvents::HourOf(record.time), name_time}].push_back(SeenEvents::Shorten(record.event));
    ++(record.fate == SeenRecord::Fate::kMatched ? counters_.matched : counters_.unmatched);
    newest = std::max(newest, record.time);
    for (std::uint32_t i = 0; i < record.sigma_count; ++i) EmitSigma(std::move(report.sigma[record.sigma_begin + i]));
    if (record.finding < 0) continue;
    Finding& finding = report.findings[static_cast<std::size_t>(record.finding)];
    const bool remembered = !finding.sigma.empty() || (finding.component && !arrival_);
    if (remembered && number == 0)
      number = NumberOf(
          {static_cast<std::int64_t>(flow.object.tag), flow.object.key, flow.object.name_time, flow.object.envelope->account_id});
    const std::uint64_t reference = number << 32 | finding.index;
    TakeFinding(std::move(finding), reference);
  }
  seen_.Advance(name_time);
  // A record dated in the future must not make the windows forget.
  if (newest != INT64_MIN) {
    const auto cuts = [this] { return std::pair(windows_.cut(), sigma_windows_.cut()); };
    const auto before = cuts();
    const Millis reached = std::min(newest, std::max(name_time, NowMillis()));
    windows_.Advance(reached, decisions_);
    sigma_windows_.Advance(reached, sigma_decisions_);
    EmitDecisions();
    if (cuts() != before) ForgetOrigins();
  }
}

// Objects of which no event is remembered any more.
void Resolver::ForgetOrigins() {
  std::unordered_set<std::uint64_t> used;
  for (const std::uint64_t reference : windows_.References()) used.insert(reference >> 32);
  for (const std::uint64_t reference : sigma_windows_.References()) used.insert(reference >> 32);
  std::erase_if(origins_, [&](const auto& item) { return !used.contains(item.first); });
}

bool Resolver::TakeOwn(ObjectReport& report, std::string_view message) {
  bool fresh = false;
  const Millis now = NowMillis();
  for (SeenRecord& record : report.records) {
    // Known as long as if an object of now had brought it; objects of the past that are being read forget nothing by it.
    if (!seen_.Insert(record.event, record.time, now)) continue;
    if (durable_) new_seen_[{SeenEvents::HourOf(record.time), now}].push_back(SeenEvents::Shorten(record.event));
    fresh = true;
    if (record.finding < 0) continue;
    Finding& finding = report.findings[static_cast<std::size_t>(record.finding)];
    std::uint64_t number = 0;
    if (!finding.sigma.empty() || (finding.component && !arrival_))
      number = NumberOf({ObjectOrigin::kOwn, std::string(message), now, finding.alert.account});
    TakeFinding(std::move(finding), number << 32);
  }
  return fresh;
}

void Resolver::TakeFinding(Finding&& finding, std::uint64_t reference) {
  for (SigmaWindowEvent& event : finding.sigma) {
    event.reference = reference;
    sigma_windows_.Add(event);
  }
  if (!finding.sigma.empty()) {
    finding.sigma.clear();
    for (const Hash128& id : SigmaAlertsOf(finding.event)) TakeEarlier(id);
    Keep(std::make_shared<Finding>(finding));
    if (++undecided_ >= kRecentFindings) Evaluate();
  }
  if (!finding.component) {
    if (finding.is_plain) EmitPlain(std::move(finding));
    return;
  }
  if (arrival_) return DecideByArrival(std::move(finding));
  TakeEarlier(finding.event);
  WindowEvent event;
  event.event = finding.event;
  event.event_id = finding.event_id;
  event.time = finding.time;
  event.reference = reference;
  event.component = *finding.component;
  event.alternatives = finding.alternatives;
  event.values = std::move(finding.values);
  finding.values.clear();
  Keep(std::make_shared<Finding>(std::move(finding)));
  windows_.Add(event);
  // What is not decided yet must be at hand when it is: to read it again costs its object, and what a service answered can't be.
  if (++undecided_ >= kRecentFindings) Evaluate();
}

void Resolver::EmitPlain(Finding&& finding) {
  const Rule& rule = *finding.alternatives.back().result;
  Alert alert = std::move(finding.alert);
  alert.id = AlertId(rule.info.id, {finding.event});
  if (const auto earlier = earlier_.find(finding.event); earlier != earlier_.end()) {
    const Earlier known = earlier->second;
    TakeEarlier(finding.event);
    if (known.id == alert.id) return;
    if (!known.id.is_zero()) alert.supersedes.push_back(known.id);
  }
  alert.events.push_back(std::move(finding.event_id));
  alert.description = FillWindowNames(finding.descriptions.back(), 1, {});
  alert.also = AlsoHolding(finding.all_results, rule);
  Finish(alert, rule);
  emit_(std::move(alert));
}

void Resolver::EmitSigma(SigmaFinding&& finding) {
  const RuleInfo& info = finding.rule->info;
  Alert alert = std::move(finding.alert);
  alert.id = AlertId(info.id, {finding.event});
  if (earlier_.contains(alert.id)) return TakeEarlier(alert.id);
  alert.events.push_back(std::move(finding.event_id));
  FinishSigma(alert, info, finding.rule->uuid);
  emit_(std::move(alert));
}

std::vector<std::pair<std::string, std::vector<std::string>>> Resolver::WindowValues(
    std::size_t component, const std::vector<const Comparison::Values*>& events) const {
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  const std::vector<ContextField>& fields = analyzer_.plan->components()[component].fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].subject != Condition::Subject::kField) continue;
    std::vector<std::string>& distinct = out.emplace_back(fields[i].name, std::vector<std::string>()).second;
    for (const Comparison::Values* values : events)
      if (const auto& value = (*values)[i]; value && std::find(distinct.begin(), distinct.end(), *value) == distinct.end())
        distinct.push_back(*value);
  }
  return out;
}

void Resolver::DecideByArrival(Finding&& finding) {
  ArrivalEvent event{finding.event, finding.event_id, "", std::move(finding.log), finding.values};
  const ArrivalWindows::Outcome outcome = arrival_->Decide(finding.alternatives, finding.component, std::move(event), NowMillis());
  // An alert that stands since before a restart stays the only one, whatever the memory of now makes of its event.
  if (earlier_.contains(finding.event)) return TakeEarlier(finding.event);
  const Rule* rule = outcome.rule;
  if (rule == nullptr || !IsAlertable(*rule, analyzer_.log_alert_level) || (rule != outcome.matched && rule->no_alert)) return;
  std::vector<Hash128> events;
  Alert alert = std::move(finding.alert);
  std::vector<const Comparison::Values*> values;
  for (const auto& counted : outcome.counted) {
    events.push_back(counted->event);
    alert.events.push_back(counted->event_id);
    values.push_back(&counted->values);
  }
  if (!values.empty()) values.push_back(&finding.values);
  events.push_back(finding.event);
  alert.events.push_back(finding.event_id);
  alert.id = AlertId(rule->info.id, events);
  alert.description = FillWindowNames(DescriptionOf(finding, *rule), events.size(), WindowValues(*finding.component, values));
  alert.also = AlsoHolding(finding.all_results, *outcome.matched);
  alert.previous_output = outcome.PreviousOutput();
  Finish(alert, *rule);
  emit_(std::move(alert));
}

void Resolver::TakeEarlier(const Hash128& event) {
  if (earlier_.erase(event) > 0) came_again_.push_back(event);
}

void Resolver::Finish(Alert& alert, const Rule& rule) {
  alert.rules = analyzer_.rules;
  alert.rule = &rule.info;
  if (rule.no_full_log) alert.full_log.clear();
  alert.mail = !rule.no_email_alert && (rule.email_alert || rule.info.level >= analyzer_.email_alert_level);
  if (!rule.no_counter) alert.fired_times = CountFired(rule.info.id, alert.arrival);
}

std::uint32_t Resolver::CountFired(const std::string& rule_id, Millis arrival) {
  HourlyCount& fired = fired_[rule_id];
  const Millis hour = SeenEvents::HourOf(arrival);
  if (fired.hour != hour) fired = {hour, 0};
  return ++fired.count;
}

void Resolver::Evaluate() {
  undecided_ = 0;
  windows_.Evaluate(decisions_);
  sigma_windows_.Evaluate(sigma_decisions_);
  EmitDecisions();
}

void Resolver::Reconcile() {
  for (bool more = true; more;) {
    more = windows_.Reconcile(decisions_, kCorrectionsAtOnce);
    more = sigma_windows_.Reconcile(sigma_decisions_, kCorrectionsAtOnce) || more;
    EmitDecisions();
  }
}

void Resolver::EmitDecisions() {
  EmitAll(decisions_);
  EmitAll(sigma_decisions_);
}

template <typename AnyDecision>
void Resolver::EmitAll(std::vector<AnyDecision>& decisions) {
  for (std::size_t next = 0; next < decisions.size();) {
    Again again;
    for (const std::size_t end = ReadAgain(decisions, next, again); next < end; ++next) {
      if (decisions[next].retracts) EmitRetraction(decisions[next]);
      else Emit(decisions[next], again);
    }
  }
  decisions.clear();
}

template <typename AnyDecision>
std::size_t Resolver::ReadAgain(const std::vector<AnyDecision>& decisions, std::size_t begin, Again& again) const {
  std::map<std::uint64_t, std::vector<std::uint32_t>> records;  // by object number
  std::size_t end = begin;
  for (std::size_t left = kCorrectionsAtOnce; end < decisions.size() && left > 0; ++end) {
    const AlertDecision& decision = decisions[end];
    if (decision.retracts || recent_.contains(decision.event)) continue;
    records[decision.reference >> 32].push_back(static_cast<std::uint32_t>(decision.reference));
    --left;
  }
  // What was counted, for the texts of before, is worth no object of its own.
  for (std::size_t i = begin; i < end; ++i) {
    for (const auto& [event, reference] : PreviousOf(decisions[i])) {
      if (recent_.contains(event)) continue;
      const auto object = records.find(reference >> 32);
      if (object != records.end()) object->second.push_back(static_cast<std::uint32_t>(reference));
    }
  }
  for (auto& [number, wanted] : records) {
    const auto origin = origins_.find(number);
    if (origin == origins_.end()) continue;
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    Result<ObjectReport> report = reread_(origin->second, wanted);
    if (!report.ok()) {
      again.failures.emplace(number, report.status());
      continue;
    }
    for (Finding& finding : report->findings) {
      const Hash128 event = finding.event;
      if (IsCorrelated(finding)) again.findings.emplace(event, std::make_shared<Finding>(std::move(finding)));
    }
  }
  return end;
}

void Resolver::EmitRetraction(const AlertDecision& decision) {
  Retraction retraction;
  retraction.alert = *decision.retracts;
  retraction.event = decision.event;
  retraction.event_time = decision.time;
  retraction.arrival = analyzer_.utc_arrival ? decision.time : NowMillis();
  retraction.events = decision.event_ids;
  emit_(MakeRetraction(retraction));
}

// The alert of a decision but for what its rule says.
Alert Resolver::AlertOf(const AlertDecision& decision, const Finding& finding, const Again& again) const {
  Alert alert = finding.alert;
  alert.id = decision.id;
  alert.events = decision.event_ids;
  alert.supersedes = decision.supersedes;
  alert.previous_output = PreviousOutput(decision, again);
  return alert;
}

void Resolver::Emit(const Decision& decision, const Again& again) {
  std::shared_ptr<Finding> finding = AtHand(decision.event, again);
  if (finding == nullptr) {
    finding = BareFinding(decision, decision.rule->info, again);
    finding->alternatives.push_back({{}, decision.rule});
    finding->descriptions.push_back(SentenceWithoutRecord(decision));
  }
  Alert alert = AlertOf(decision, *finding, again);
  alert.description = FillWindowNames(DescriptionOf(*finding, *decision.rule), decision.event_ids.size(), decision.window_values);
  alert.also = AlsoHolding(finding->all_results, *decision.matched);
  Finish(alert, *decision.rule);
  emit_(std::move(alert));
}

void Resolver::Emit(const SigmaDecision& decision, const Again& again) {
  const SigmaCorrelation& correlation = *decision.correlation;
  std::shared_ptr<Finding> finding = AtHand(decision.event, again);
  if (finding == nullptr) finding = BareFinding(decision, correlation.info, again);
  Alert alert = AlertOf(decision, *finding, again);
  alert.is_correlation = true;
  alert.group = decision.group;
  FinishSigma(alert, correlation.info, correlation.uuid);
  emit_(std::move(alert));
}

void Resolver::FinishSigma(Alert& alert, const RuleInfo& info, const std::string& uuid) {
  alert.rules = analyzer_.rules;
  alert.rule = &info;
  alert.description = info.description;
  alert.sigma_id = uuid;
  alert.mail = info.level >= analyzer_.email_alert_level;
  alert.fired_times = CountFired(info.id, alert.arrival);
}

// Sigma's alerts that were found behind the checkpoint and that this event raised.
std::vector<Hash128> Resolver::SigmaAlertsOf(const Hash128& event) const {
  std::vector<Hash128> ids;
  for (const auto& [id, earlier] : earlier_)
    if (!earlier.sigma_rule.empty() && earlier.event == event) ids.push_back(id);
  return ids;
}

WindowCounters Resolver::window_counters() const {
  WindowCounters counters = windows_.counters();
  return counters += sigma_windows_.counters();
}

std::shared_ptr<Finding> Resolver::BareFinding(const AlertDecision& decision, const RuleInfo& rule, const Again& again) const {
  Status why(Code::kNotFound, "where it stood is not known any more");
  const std::uint64_t number = decision.reference >> 32;
  if (const auto failure = again.failures.find(number); failure != again.failures.end()) why = failure->second;
  else if (const auto origin = origins_.find(number); origin != origins_.end())
    why = Status(Code::kNotFound, origin->second.key + ": the record is not in the object any more");
  LogWarning("alert", "an alert of rule " + rule.id + " is written without its record: " + why.message());
  auto bare = std::make_shared<Finding>();
  bare->event = decision.event;
  bare->time = decision.time;
  bare->alert.event = decision.event;
  bare->alert.event_time = decision.time;
  bare->alert.arrival = analyzer_.utc_arrival ? decision.time : NowMillis();
  bare->alert.full_log = "the record of this event is gone: " + why.message();
  return bare;
}

std::shared_ptr<Finding> Resolver::AtHand(const Hash128& event, const Again& again) const {
  for (const Findings* findings : {&recent_, &again.findings})
    if (const auto found = findings->find(event); found != findings->end()) return found->second;
  return nullptr;
}

std::string Resolver::PreviousOutput(const AlertDecision& decision, const Again& again) const {
  std::string text;
  for (const auto& [event, reference] : PreviousOf(decision)) {
    const std::shared_ptr<Finding> finding = AtHand(event, again);
    if (finding == nullptr) continue;
    if (!text.empty()) text += '\n';
    text += finding->log.empty() ? finding->alert.full_log : finding->log;
  }
  return text;
}

void Resolver::Keep(std::shared_ptr<Finding> finding) {
  const Hash128 event = finding->event;
  if (!recent_.emplace(event, std::move(finding)).second) return;
  recent_order_.push_back(event);
  if (recent_order_.size() > kRecentFindings) {
    recent_.erase(recent_order_.front());
    recent_order_.pop_front();
  }
}

void Resolver::TakeRules() {
  windows_.TakeRules(analyzer_.rules, analyzer_.plan);
  sigma_windows_.TakePlan(analyzer_.sigma_plan);
  if (arrival_) arrival_.emplace(*analyzer_.rules, *analyzer_.plan);  // its memory is lost, as at a restart
  // A finding whose rules or sentences are others now is made anew from its object when it is needed.
  const auto translate = [&](Finding& finding) {
    for (const Rule*& rule : finding.all_results) rule = analyzer_.rules->Find(rule->id);
    std::erase(finding.all_results, nullptr);
    for (Alternative& alternative : finding.alternatives) {
      alternative.composites.clear();  // for the windows only, which have them
      if (alternative.result == nullptr) continue;
      const Rule* now = analyzer_.rules->Find(alternative.result->id);
      if (now == nullptr || now->info.description != alternative.result->info.description) return false;
      alternative.result = now;
      if (alternative.parent != nullptr) alternative.parent = analyzer_.rules->Find(alternative.parent->id);
    }
    return true;
  };
  std::erase_if(recent_, [&](auto& item) { return !translate(*item.second); });
  std::erase_if(recent_order_, [&](const Hash128& event) { return !recent_.contains(event); });
}

std::uint64_t Resolver::NumberOf(const ObjectOrigin& origin) {
  const std::uint64_t number = next_number_++;
  origins_.emplace(number, origin);
  if (durable_) new_numbers_.push_back(number);
  return number;
}

}  // namespace trailsift
