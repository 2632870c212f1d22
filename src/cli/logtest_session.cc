#include "cli/logtest_session.h"

#include <algorithm>

#include "detect/also.h"
#include "rules/decoder_names.h"
#include "rules/description.h"

namespace trailsift {
namespace {

// What Wazuh ships as log_alert_level, and its own default for mail.
constexpr int kAlertLevel = 3;
constexpr int kMailLevel = 7;

// The first `"eventTime": "…"` of a line, whatever object it stands in.
std::optional<Millis> FindEventTime(std::string_view line) {
  constexpr std::string_view kKey = "\"eventTime\"";
  const std::size_t key = line.find(kKey);
  if (key == std::string_view::npos) return std::nullopt;
  std::size_t at = line.find_first_not_of(" \t", key + kKey.size());
  if (at == std::string_view::npos || line[at] != ':') return std::nullopt;
  at = line.find_first_not_of(" \t", at + 1);
  if (at == std::string_view::npos || line[at] != '"') return std::nullopt;
  const std::size_t end = line.find('"', at + 1);
  if (end == std::string_view::npos) return std::nullopt;
  return ParseIsoTime(line.substr(at + 1, end - at - 1));
}

bool IsBareRecord(const std::optional<JsonValue>& json) {
  return json && FindText(*json, "eventSource") && FindText(*json, "eventName") && !FindJson(*json, "integration");
}

}  // namespace

LogtestLocation LogtestLocation::Parse(std::string_view text) {
  LogtestLocation location;
  location.place = std::string(text);
  // `[003] (host) ip->place`
  if (text.empty() || text.front() != '[') return location;
  const std::size_t id_end = text.find("] (");
  const std::size_t name_end = text.find(") ", id_end == std::string_view::npos ? text.size() : id_end);
  const std::size_t arrow = text.find("->", name_end == std::string_view::npos ? text.size() : name_end);
  if (arrow == std::string_view::npos) return location;
  location.agent_id = std::string(text.substr(1, id_end - 1));
  location.agent_name = std::string(text.substr(id_end + 3, name_end - id_end - 3));
  location.place = std::string(text.substr(arrow + 2));
  return location;
}

LogtestSession::LogtestSession(std::shared_ptr<const RuleSet> rules, LogtestClock clock, LogtestLocation location)
    : rules_(std::move(rules)),
      deriver_([this](std::string_view list, std::string_view key) { return rules_->InList(list, key); },
               [this](std::string_view account) { return rules_->AccountName(account); }),
      clock_(clock),
      location_(std::move(location)),
      plan_(*rules_),
      matcher_(*rules_),
      sigma_matcher_(rules_->sigma()),
      windows_(*rules_, plan_) {
  matcher_.set_origin({location_.place, location_.agent_name});
  last_time_ = NowMillis();
}

Event LogtestSession::MakeEvent(std::string_view line, const std::optional<JsonValue>& json) {
  if (!IsBareRecord(json)) return Event::Message(line, json, arena_, &deriver_);
  envelope_ = {};
  envelope_.account_id = std::string(FindText(*json, "recipientAccountId").value_or(""));
  return Event::Record(*json, envelope_, arena_, &deriver_);
}

Millis LogtestSession::Clock(std::string_view line) {
  if (clock_ == LogtestClock::kArrival) return NowMillis();
  if (const std::optional<Millis> time = FindEventTime(line)) last_time_ = *time;
  return last_time_;
}

void LogtestSession::Explain(bool path, std::vector<const Rule*> why_not) {
  tell_path_ = path;
  why_not_ = std::move(why_not);
}

LogtestAnswer LogtestSession::Process(std::string_view line) {
  arena_.Reset();
  const std::optional<JsonValue> json = parser_.Parse(line);
  const Event event = MakeEvent(line, json);
  const Millis now = Clock(line);
  const EventOrigin origin{location_.place, location_.agent_name};
  const EventValues values(event, now, origin);

  matcher_.Match(event, now, result_);
  ArrivalWindows::Outcome outcome = windows_.Decide(result_.alternatives, values, location_.agent_id, now);
  if (outcome.matched != nullptr) ++fired_[&outcome.matched->info];

  LogtestAnswer answer;
  answer.rule = outcome.rule;
  answer.alert.previous_output = outcome.PreviousOutput();
  answer.alert.arrival = now;
  answer.alert.event_time = now;
  Describe(values, answer);
  // A silent parent stays silent.
  if (outcome.rule != outcome.matched && outcome.rule != nullptr && outcome.rule->no_alert) answer.raises_alert = false;
  if (answer.raises_alert) {
    matcher_.MatchAll(event, now, all_results_);
    answer.alert.also = AlsoHolding(all_results_, *outcome.matched);
  }
  answer.ended = outcome.matched;
  AskSigma(event, answer);
  if (tell_path_ || !why_not_.empty()) {
    Explainer explainer(*rules_, values, outcome, answer.rule);
    if (tell_path_) answer.path = explainer.Path();
    for (const Rule* rule : why_not_) answer.why_not.push_back(explainer.Why(*rule));
  }
  return answer;
}

void LogtestSession::AskSigma(const Event& event, LogtestAnswer& answer) {
  const std::optional<JsonValue> record = event.record();
  sigma_matcher_.Match(event, record && record->is_object() ? ReadHeader(*record) : RecordHeader(), sigma_matches_);
  for (const SigmaRule* rule : sigma_matches_) {
    Alert& alert = answer.sigma.emplace_back();
    alert.rules = rules_;
    alert.rule = &rule->info;
    alert.description = rule->info.description;
    alert.fired_times = ++fired_[&rule->info];
    alert.mail = rule->info.level >= kMailLevel;
  }
}

void LogtestSession::Describe(const EventValues& values, LogtestAnswer& answer) const {
  Alert& alert = answer.alert;
  const Event& event = values.event();
  alert.rules = rules_;
  alert.location = location_.place;
  const std::string_view decoder = values.Get(Condition::Subject::kDecoder, "").value_or("");
  const auto& known = ShippedDecoderNames();
  alert.decoder = std::find(known.begin(), known.end(), decoder) == known.end() ? std::string() : std::string(decoder);
  std::vector<Leaf> leaves;
  event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) {
    leaves.push_back({leaf.name, leaf.value, leaf.is_array});
    alert.fields.emplace_back(leaf.name, leaf.value);
  });
  alert.data_json = DataJson(leaves);
  alert.full_log = std::string(event.full_log());
  const Rule* rule = answer.rule;
  if (rule == nullptr) return;

  alert.rule = &rule->info;
  alert.description = ExpandDescription(rule->info.description, [&](std::string_view name) { return values.ForDescription(name); });
  const auto fired = fired_.find(&rule->info);
  alert.fired_times = rule->no_counter || fired == fired_.end() ? 0 : fired->second;
  const bool loud = rule->info.level >= kMailLevel;
  alert.mail = (loud || rule->email_alert) && !rule->no_email_alert;
  if (rule->no_full_log) alert.full_log.clear();
  answer.raises_alert = rule->info.level > 0 && (rule->info.level >= kAlertLevel || rule->log_alert) && !rule->no_log;
}

}  // namespace trailsift
