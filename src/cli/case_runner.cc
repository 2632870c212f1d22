#include "cli/case_runner.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "alert/alert_marks.h"
#include "base/json.h"
#include "cli/logtest_session.h"
#include "enrich/derive.h"
#include "pipeline/analyzer.h"
#include "pipeline/resolver.h"

namespace trailsift {
namespace {

constexpr int kAlertLevel = 3;

void FillRule(const RuleInfo& info, const std::string& description, EventOutcome& out) {
  out.rule = info.id;
  out.level = info.level;
  out.description = description;
}

// The values of the fields that an expectation names, from the record as an event of its own.
void FillFields(const CaseExpectation& expected, const std::string& text, bool is_line, const Envelope& envelope,
                const RuleSet& rules, EventOutcome& out) {
  if (expected.fields.empty()) return;
  MessageParser parser;
  Arena arena;
  const std::optional<JsonValue> json = parser.Parse(text);
  if (!json && !is_line) return;
  const FieldDeriver deriver([&](std::string_view list, std::string_view key) { return rules.InList(list, key); },
                             [&](std::string_view account) { return rules.AccountName(account); });
  const Event event = is_line ? Event::Message(text, json, arena, &deriver) : Event::Record(*json, envelope, arena, &deriver);
  for (const auto& [name, wanted] : expected.fields) {
    const std::optional<std::string_view> value = event.Wazuh(name);
    out.fields.emplace_back(name, value ? std::optional<std::string>(*value) : std::nullopt);
  }
}

Envelope EnvelopeOf(const RuleCase& test) {
  Envelope envelope;
  envelope.bucket = "example-trail";
  envelope.log_file = "AWSLogs/" + test.name + ".json.gz";
  MessageParser parser;
  const std::optional<JsonValue> json = test.events.front().is_line ? std::nullopt : parser.Parse(test.events.front().text);
  if (json) envelope.account_id = std::string(FindText(*json, "recipientAccountId").value_or(""));
  return envelope;
}

// All records as one object, decided at its end.
std::vector<EventOutcome> RunRecords(const RuleCase& test, const AnalyzerOptions& options, std::vector<std::string>& faults) {
  ResolverOptions resolver_options;
  resolver_options.durable = false;
  // A case may well span more than the default of run; everything in it is there at once.
  resolver_options.lateness = 3650 * kDay;
  std::unordered_map<Hash128, Alert, HashOfHash128> alerts;
  std::unordered_map<Hash128, std::vector<std::string>, HashOfHash128> sigma;
  const auto emit = [&](Alert&& alert) {
    const Hash128 event = alert.event;
    if (IsSigmaId(alert.rule->id)) sigma[event].push_back(alert.rule->id);
    else if (alert.retracts) alerts.erase(event);
    else alerts.insert_or_assign(event, std::move(alert));
  };
  std::string object = "{\"Records\":[";
  for (const CaseEvent& event : test.events) object += (object.back() == '[' ? "" : ",") + event.text;
  object += "]}";
  const auto envelope = std::make_shared<const Envelope>(EnvelopeOf(test));
  FlowReport flow;
  flow.object.key = envelope->log_file;
  flow.object.envelope = envelope;
  flow.report = Analyzer(options).Analyze(object, *envelope, nullptr, 0);
  for (const BadRecord& bad : flow.report.bad_records)
    faults.push_back("event " + std::to_string(bad.index + 1) + " can't be read: " + bad.reason);
  if (!faults.empty()) return {};
  for (const SeenRecord& record : flow.report.records) flow.object.name_time = std::max(flow.object.name_time, record.time);
  const ObjectReport report = flow.report;
  Resolver resolver(options, resolver_options, emit,
                    [&](const ObjectOrigin&, const std::vector<std::uint32_t>&) -> Result<ObjectReport> { return report; });
  resolver.Take(flow);
  resolver.Evaluate();
  resolver.Reconcile();

  std::vector<EventOutcome> outcomes(test.events.size());
  for (std::size_t i = 0; i < report.records.size() && i < outcomes.size(); ++i) {
    const SeenRecord& record = report.records[i];
    EventOutcome& outcome = outcomes[i];
    outcome.sigma = std::exchange(sigma[record.event], {});
    const auto alert = alerts.find(record.event);
    if (alert != alerts.end()) {
      FillRule(*alert->second.rule, alert->second.description, outcome);
      outcome.also = alert->second.also;
      const Rule* rule = options.rules->Find(std::atoi(outcome.rule.c_str()));
      outcome.raises_alert = rule == nullptr ? outcome.level >= kAlertLevel : IsAlertable(*rule, kAlertLevel);
      alerts.erase(alert);
    } else if (record.archive >= 0) {
      // Nothing to write: the rule of level 0, or one that no_log hides.
      const Alert& whole = report.archive[static_cast<std::size_t>(record.archive)];
      if (whole.rule != nullptr) FillRule(*whole.rule, whole.description, outcome);
    }
  }
  return outcomes;
}

std::vector<EventOutcome> RunLines(const RuleCase& test, const std::shared_ptr<const RuleSet>& rules) {
  LogtestSession session(rules, LogtestClock::kEvent, LogtestLocation::Parse("Wazuh-AWS"));
  std::vector<EventOutcome> outcomes;
  for (const CaseEvent& event : test.events) {
    const LogtestAnswer answer = session.Process(event.text);
    EventOutcome outcome;
    for (const Alert& alert : answer.sigma) outcome.sigma.push_back(alert.rule->id);
    if (answer.rule != nullptr) {
      FillRule(answer.rule->info, answer.alert.description, outcome);
      outcome.raises_alert = answer.raises_alert;
      outcome.also = answer.alert.also;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::string Quoted(const std::optional<std::string>& text) { return text ? '"' + *text + '"' : "nothing"; }

std::string OutcomeText(const EventOutcome& got) {
  if (got.rule.empty()) return "no rule";
  return "rule " + got.rule + " of level " + std::to_string(got.level) + " " + Quoted(got.description);
}

std::string Joined(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ", ") + id;
  return text.empty() ? "none" : text;
}

// What differs, a sentence each.
std::vector<std::string> Compare(const CaseExpectation& expected, const EventOutcome& got) {
  std::vector<std::string> faults;
  if (expected.none) {
    if (got.raises_alert) faults.push_back("no alert expected, got " + OutcomeText(got));
    if (!got.sigma.empty()) faults.push_back("no alert expected, got Sigma rule " + Joined(got.sigma));
    return faults;
  }
  if (expected.rule && *expected.rule != got.rule) {
    std::string wanted = "rule " + *expected.rule;
    if (expected.level) wanted += " of level " + std::to_string(*expected.level);
    faults.push_back(wanted + " expected, got " + OutcomeText(got));
  } else if (expected.level && (*expected.level != got.level || got.rule.empty())) {
    faults.push_back("level " + std::to_string(*expected.level) + " expected, got " + OutcomeText(got));
  }
  if (expected.description && *expected.description != got.description)
    faults.push_back("description " + Quoted(expected.description) + " expected, got " + Quoted(got.description));
  for (std::size_t i = 0; i < expected.fields.size() && i < got.fields.size(); ++i)
    if (expected.fields[i].second != got.fields[i].second)
      faults.push_back(expected.fields[i].first + ' ' + Quoted(expected.fields[i].second) + " expected, got " +
                       Quoted(got.fields[i].second));
  for (const std::string& rule : expected.also)
    if (std::find(got.also.begin(), got.also.end(), rule) == got.also.end())
      faults.push_back("also rule " + rule + " expected, got " + Joined(got.also));
  if (expected.sigma && std::set<std::string>(expected.sigma->begin(), expected.sigma->end()) !=
                            std::set<std::string>(got.sigma.begin(), got.sigma.end()))
    faults.push_back("Sigma rules " + Joined(*expected.sigma) + " expected, got " + Joined(got.sigma));
  return faults;
}

}  // namespace

const CaseRunner::Loaded& CaseRunner::LoadWith(const CaseLists& lists) {
  const auto known = loaded_.find(lists);
  if (known != loaded_.end()) return known->second;
  RuleSources sources = sources_;
  sources.replaced_lists = lists;
  Diagnostics diagnostics;
  Loaded loaded;
  AnalyzerOptions& options = loaded.options;
  options.log_alert_level = 1;
  options.archive = true;
  options.utc_arrival = true;
  options.rules = RuleSet::Load(sources, diagnostics);
  if (options.rules != nullptr) options.MakePlans();
  else
    for (const Diagnostic& item : diagnostics.items())
      if (item.severity == Severity::kError && loaded.why.empty()) loaded.why = item.ToString();
  return loaded_.emplace(lists, std::move(loaded)).first->second;
}

std::shared_ptr<const RuleSet> CaseRunner::Load(Diagnostics& diagnostics) { return RuleSet::Load(sources_, diagnostics); }

CaseResult CaseRunner::Run(const RuleCase& test) {
  CaseResult result;
  result.name = test.name;
  result.place = test.place;
  const Loaded& loaded = LoadWith(test.lists);
  if (loaded.options.rules == nullptr) {
    result.faults.push_back("the rules don't load with the lists of this case: " + loaded.why);
    return result;
  }
  const bool has_lines = std::any_of(test.events.begin(), test.events.end(), [](const CaseEvent& event) { return event.is_line; });
  std::vector<EventOutcome> outcomes =
      has_lines ? RunLines(test, loaded.options.rules) : RunRecords(test, loaded.options, result.faults);
  const Envelope envelope = EnvelopeOf(test);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::optional<CaseExpectation>& expected = test.expected[i];
    if (!expected) continue;
    FillFields(*expected, test.events[i].text, test.events[i].is_line, envelope, *loaded.options.rules, outcomes[i]);
    const std::vector<std::string> faults = Compare(*expected, outcomes[i]);
    if (result.faults.empty()) {
      result.told = i;
      result.expected = expected;
      result.got = outcomes[i];
    }
    for (const std::string& fault : faults)
      result.faults.push_back(test.events.size() > 1 ? "event " + std::to_string(i + 1) + ": " + fault : fault);
  }
  result.passed = result.faults.empty();
  return result;
}

CaseResult CaseRunner::Run(const IniCase& test) {
  CaseResult result;
  result.name = test.name;
  result.place = test.place;
  result.told = test.lines.size() - 1;
  result.expected.emplace();
  result.expected->rule = test.rule;
  const Loaded& loaded = LoadWith({});
  LogtestSession session(loaded.options.rules, LogtestClock::kArrival, LogtestLocation::Parse("Wazuh-AWS"));
  LogtestAnswer last;
  for (const std::string& line : test.lines) last = session.Process(line);
  if (last.rule != nullptr) FillRule(last.rule->info, last.alert.description, result.got);
  result.got.raises_alert = last.raises_alert;
  const std::string level = last.rule == nullptr ? "" : std::to_string(last.rule->info.level);
  const bool equal = test.rule == result.got.rule && test.level == level && test.decoder == last.alert.decoder;
  const bool whole = !test.rule.empty() && !test.level.empty() && !test.decoder.empty();
  result.passed = test.must_differ ? !equal || !whole : equal;
  if (result.passed) return result;
  const auto part = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  const std::string wanted = "rule " + part(test.rule) + ", level " + part(test.level) + ", decoder " + part(test.decoder);
  if (test.must_differ) result.faults.push_back("anything but " + wanted + " expected, got just that");
  else result.faults.push_back(wanted + " expected, got " + OutcomeText(result.got) + ", decoder " + part(last.alert.decoder));
  return result;
}

}  // namespace trailsift
