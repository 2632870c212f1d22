#include "pipeline/analyzer.h"

#include <algorithm>

#include "enrich/derive.h"
#include "formats/log_reader.h"
#include "formats/subscriber_logs.h"
#include "pipeline/discard.h"
#include "rules/description.h"

namespace trailsift {
namespace {

// Where own events come from, as rules and alerts name it.
constexpr std::string_view kOwnLocation = "trailsift";

// Window names can't be known from one event: they answer with themselves, and FillWindowNames does the rest.
class WindowNameKeeper final : public FieldDeriver {
 public:
  using FieldDeriver::FieldDeriver;

  std::optional<std::string_view> Derive(const Event& event, std::string_view name, Arena& arena) const override {
    if (name.substr(0, kWindowPrefix.size()) != kWindowPrefix) return FieldDeriver::Derive(event, name, arena);
    char* place = arena.Allocate(name.size() + 3);
    place[0] = '$';
    place[1] = '(';
    std::copy(name.begin(), name.end(), place + 2);
    place[name.size() + 2] = ')';
    return std::string_view(place, name.size() + 3);
  }
};

bool IsNewRegion(std::string_view region, const ObjectReport& report) {
  return std::none_of(report.changed_regions.begin(), report.changed_regions.end(),
                      [&](const auto& known) { return known.first == region; });
}

// A call of somebody, not of an AWS service, that succeeded and is not one that only reads.
bool ChangesSomething(const Event& event, const RecordHeader& header) {
  if (!header.error_code.empty()) return false;
  const std::optional<JsonValue> read_only = FindJson(*event.record(), "readOnly");
  bool reads = true;
  return read_only && read_only->get(reads) == simdjson::SUCCESS && !reads && event.Wazuh("trailsift.service") == "false";
}

std::string Sentence(const Rule& rule, const Event& event) {
  return ExpandDescription(rule.info.description, [&](std::string_view name) { return event.Wazuh(name); });
}

std::string TextOf(const Event& event, std::string_view name) {
  return std::string(event.Wazuh(name).value_or(std::string_view()));
}

}  // namespace

bool IsAlertable(const Rule& rule, int log_alert_level) {
  if (rule.info.level == 0 || rule.no_log) return false;
  return rule.info.level >= log_alert_level || rule.log_alert;
}

std::string FillWindowNames(std::string_view description, std::size_t count,
                            const std::vector<std::pair<std::string, std::vector<std::string>>>& values) {
  const std::string opening = "$(" + std::string(kWindowPrefix);
  std::string out;
  for (;;) {
    const std::size_t at = description.find(opening);
    const std::size_t end = at == std::string_view::npos ? at : description.find(')', at);
    out += description.substr(0, end == std::string_view::npos ? description.size() : at);
    if (end == std::string_view::npos) return out;
    const std::string_view name = description.substr(at + opening.size(), end - at - opening.size());
    if (name == "count") out += std::to_string(count);
    for (const auto& [field, distinct] : values) {
      if (field != name) continue;
      for (std::size_t i = 0; i < distinct.size(); ++i) out += (i == 0 ? "" : ", ") + distinct[i];
    }
    description.remove_prefix(end + 1);
  }
}

std::string_view DescriptionOf(const Finding& finding, const Rule& rule) {
  for (std::size_t i = 0; i < finding.alternatives.size(); ++i) {
    if (finding.alternatives[i].result == &rule) return finding.descriptions[i];
    if (finding.alternatives[i].parent == &rule && i < finding.parent_descriptions.size() &&
        !finding.parent_descriptions[i].empty())
      return finding.parent_descriptions[i];
  }
  return rule.info.description;
}

Analyzer::Analyzer(const AnalyzerOptions& options)
    : options_(options),
      deriver_(std::make_unique<WindowNameKeeper>(
          [rules = options.rules](std::string_view list, std::string_view key) { return rules->InList(list, key); },
          [rules = options.rules](std::string_view account) { return rules->AccountName(account); })),
      matcher_(*options.rules),
      sigma_matcher_(options.rules->sigma()) {}
Analyzer::~Analyzer() = default;

ObjectReport Analyzer::Analyze(std::string bytes, const Envelope& envelope, const std::vector<DiscardRegex>* discard,
                               Millis name_time, std::optional<LogFormat> format, const std::vector<std::uint32_t>* only) {
  ObjectReport report;
  report.stored_bytes = bytes.size();
  const Place place{envelope, discard, only, name_time, NowMillis()};
  if (format && !(format == LogFormat::kSubscribed && HoldsTrail(bytes))) AnalyzeLog(std::move(bytes), *format, place, report);
  else AnalyzeTrail(std::move(bytes), place, report);
  return report;
}

void Analyzer::AnalyzeTrail(std::string bytes, Place place, ObjectReport& report) {
  const std::unique_ptr<Batch> batch =
      Batch::Decode(std::move(bytes), place.envelope.log_file, options_.hash && place.only == nullptr ? &report.hash : nullptr);
  report.object_fault = batch->object_fault();
  report.bad_records = batch->bad_records();
  if (batch->kind() == ObjectKind::kDigest) ++report.kinds.digests;
  report.records.reserve(batch->records().size());
  for (std::size_t i = 0; i < batch->records().size(); ++i) {
    place.index = batch->indexes()[i];
    AnalyzeRecord(batch->records()[i], place, report);
    arena_.Reset();
  }
}

void Analyzer::AnalyzeLog(std::string bytes, LogFormat format, Place place, ObjectReport& report) {
  LogReader reader(format, std::move(bytes), place.envelope.log_file);
  while (const std::optional<LogPart> part = reader.Next()) {
    for (std::uint32_t i = 0; i < part->messages.size(); ++i) {
      AnalyzeMessage(part->messages[i],
                     {place.envelope, place.discard, place.only, place.name_time, place.now, part->first + i, &part->facts[i]},
                     report);
      arena_.Reset();
    }
    if (part->batch == nullptr) continue;
    for (std::size_t i = 0; i < part->batch->records().size(); ++i) {
      const std::uint32_t index = part->batch->indexes()[i];
      Envelope envelope = place.envelope;
      envelope.source = part->facts[index].source;
      envelope.as_is = part->facts[index].as_is;
      AnalyzeRecord(part->batch->records()[i],
                    {envelope, place.discard, place.only, place.name_time, place.now, part->first + index, &part->facts[index]},
                    report);
      arena_.Reset();
    }
  }
  report.object_fault = reader.object_fault();
  report.bad_records = reader.TakeBadRecords();
}

void Analyzer::AnalyzeRecord(JsonValue record, const Place& place, ObjectReport& report) {
  if (!place.IsWanted()) return;
  AnalyzeEvent(Event::Record(record, place.envelope, arena_, deriver_.get()), ReadHeader(record), place, report);
}

void Analyzer::AnalyzeMessage(std::string_view line, const Place& place, ObjectReport& report) {
  if (!place.IsWanted()) return;
  const std::optional<JsonValue> json = messages_.Parse(line);
  AnalyzeEvent(Event::Message(line, json, arena_, deriver_.get()), json && json->is_object() ? ReadHeader(*json) : RecordHeader{},
               place, report);
}

void Analyzer::AnalyzeEvent(const Event& event, const RecordHeader& header, const Place& place, ObjectReport& report) {
  const auto& [envelope, discard, only, name_time, now, index, facts] = place;
  switch (KindOf(header)) {
    case RecordKind::kInsight: ++report.kinds.insight; break;
    case RecordKind::kAggregated: ++report.kinds.aggregated; break;
    case RecordKind::kNetworkActivity: ++report.kinds.network_activity; break;
    default: break;
  }
  SeenRecord seen;
  // An id that another service's log happens to have says nothing of CloudTrail's events.
  seen.event = facts != nullptr && facts->identity
                   ? *facts->identity
                   : EventIdentity(facts == nullptr ? header : RecordHeader{}, envelope.bucket, envelope.log_file, index);
  if (const std::optional<Millis> time = facts == nullptr ? ParseIsoTime(header.event_time) : facts->time) {
    seen.time = *time;
  } else {
    seen.time = name_time > 0 ? name_time : now;
    ++report.kinds.without_time;
  }
  const bool outside = (options_.start && seen.time < *options_.start) || (options_.end && seen.time >= *options_.end);
  if (outside || (discard != nullptr && !discard->empty() && IsDiscarded(event, *discard))) {
    seen.fate = SeenRecord::Fate::kDiscarded;
    report.records.push_back(seen);
    return;
  }
  if (facts == nullptr && options_.learn_regions && !header.aws_region.empty() && IsNewRegion(header.aws_region, report) &&
      ChangesSomething(event, header))
    report.changed_regions.emplace_back(header.aws_region, seen.time);
  Judge(event, header, facts != nullptr ? std::string_view() : header.event_id, index, now, seen, report);
}

ObjectReport Analyzer::AnalyzeOwn(std::string_view message) {
  ObjectReport report;
  const std::optional<JsonValue> json = messages_.Parse(message);
  const Event event = Event::Message(message, json, arena_, deriver_.get());
  SeenRecord seen;
  const Millis now = NowMillis();
  seen.time = ParseIsoTime(event.Wazuh("collector.time").value_or(std::string_view())).value_or(now);
  seen.event = Hash128::FromHex(event.Wazuh("collector.id").value_or(std::string_view())).value_or(StrongHash(message));
  own_ = true;
  matcher_.set_origin({kOwnLocation, {}});
  Judge(event, {}, {}, 0, now, seen, report);
  matcher_.set_origin({});
  own_ = false;
  arena_.Reset();
  return report;
}

void Analyzer::Judge(const Event& event, const RecordHeader& header, std::string_view event_id, std::uint32_t index, Millis now,
                     SeenRecord seen, ObjectReport& report) {
  const Millis moment = options_.by_arrival ? now : seen.time;
  matcher_.Match(event, moment, result_);
  const Rule* plain = result_.alternatives.back().result;
  const bool matched = plain != nullptr && plain->info.level > 0;
  if (matched) seen.fate = SeenRecord::Fate::kMatched;

  JudgeSigma(event, header, event_id, now, seen, report);

  const std::optional<std::size_t> component = options_.plan->ComponentOf(result_.alternatives);
  std::vector<SigmaWindowEvent> sigma = SigmaEvents(event, seen.event, seen.time, event_id);
  const bool is_plain = !component && matched && IsAlertable(*plain, options_.log_alert_level);
  if (component || is_plain || !sigma.empty()) {
    Finding finding;
    finding.is_plain = is_plain;
    finding.sigma = std::move(sigma);
    finding.event = seen.event;
    finding.time = seen.time;
    finding.event_id = event_id.empty() ? seen.event.ToHex() : std::string(event_id);
    finding.index = index;
    finding.component = component;
    bool want_log = !finding.sigma.empty();
    bool may_alert = false;
    for (const Alternative& alternative : result_.alternatives) {
      may_alert = may_alert || (alternative.result != nullptr && IsAlertable(*alternative.result, options_.log_alert_level));
      const Rule* parent = alternative.result != nullptr && Ignores(*alternative.result) ? alternative.parent : nullptr;
      may_alert = may_alert || (parent != nullptr && IsAlertable(*parent, options_.log_alert_level));
      finding.descriptions.push_back(alternative.result == nullptr ? std::string() : Sentence(*alternative.result, event));
      finding.parent_descriptions.push_back(parent == nullptr ? std::string() : Sentence(*parent, event));
      want_log = want_log || (alternative.result != nullptr && !alternative.result->no_full_log) ||
                 (parent != nullptr && !parent->no_full_log);
    }
    if (component) {
      const EventOrigin origin = own_ ? EventOrigin{kOwnLocation, {}} : EventOrigin{};
      const EventValues values(event, moment, origin);
      for (const ContextField& field : options_.plan->components()[*component].fields) {
        const std::optional<std::string_view> value = values.Context(field);
        finding.values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      }
    }
    if (may_alert) matcher_.MatchAll(event, moment, finding.all_results);
    finding.alternatives = result_.alternatives;
    FillAlert(event, header, finding, want_log);
    if (component) finding.log = event.full_log();
    finding.alert.arrival = options_.utc_arrival ? seen.time : now;
    seen.finding = static_cast<std::int32_t>(report.findings.size());
    report.findings.push_back(std::move(finding));
  }
  if (options_.archive) {
    Finding whole;
    whole.event = seen.event;
    whole.time = seen.time;
    FillAlert(event, header, whole, true);
    whole.alert.arrival = now;
    whole.alert.rules = options_.rules;
    if (plain != nullptr) {
      whole.alert.rule = &plain->info;
      whole.alert.description = Sentence(*plain, event);
    }
    seen.archive = static_cast<std::int32_t>(report.archive.size());
    report.archive.push_back(std::move(whole.alert));
  }
  report.records.push_back(seen);
}

void Analyzer::JudgeSigma(const Event& event, const RecordHeader& header, std::string_view event_id, Millis now, SeenRecord& seen,
                          ObjectReport& report) {
  sigma_matcher_.Match(event, header, sigma_matches_);
  if (sigma_matches_.empty()) return;
  seen.fate = SeenRecord::Fate::kMatched;
  const auto reports = [this](const SigmaRule* rule) { return rule->is_reported && IsAlertable(*rule, options_.log_alert_level); };
  const auto reported = static_cast<std::uint32_t>(std::count_if(sigma_matches_.begin(), sigma_matches_.end(), reports));
  if (reported == 0) return;
  Finding whole;
  whole.event = seen.event;
  whole.time = seen.time;
  FillAlert(event, header, whole, true);
  whole.alert.arrival = options_.utc_arrival ? seen.time : now;
  seen.sigma_begin = static_cast<std::uint32_t>(report.sigma.size());
  seen.sigma_count = reported;
  for (const SigmaRule* rule : sigma_matches_)
    if (reports(rule))
      report.sigma.push_back({seen.event, event_id.empty() ? seen.event.ToHex() : std::string(event_id), rule, whole.alert});
}

std::vector<SigmaWindowEvent> Analyzer::SigmaEvents(const Event& event, const Hash128& identity, Millis time,
                                                    std::string_view event_id) {
  std::vector<SigmaWindowEvent> events;
  const SigmaPlan& plan = *options_.sigma_plan;
  SigmaValues found;
  for (const SigmaRule* rule : sigma_matches_) {
    for (const SigmaPlan::Use& use : plan.uses(rule->index)) {
      const std::optional<JsonValue> record = SigmaRecord(event);
      std::vector<std::optional<std::string>> values;
      for (const std::string& field : plan.fields(use.correlation, use.input)) {
        std::optional<std::string>& value = values.emplace_back();
        GetSigmaValues(event, *record, field, found);
        if (!found.each.empty()) value = std::string(found.each.front().Text(arena_));
      }
      const std::uint64_t input = std::uint64_t{1} << use.input;
      const auto same = std::find_if(events.begin(), events.end(), [&](const SigmaWindowEvent& each) {
        return each.correlation == use.correlation && each.values == values;
      });
      if (same != events.end()) {
        same->inputs |= input;
        continue;
      }
      SigmaWindowEvent& one = events.emplace_back();
      one.event = identity;
      one.event_id = event_id.empty() ? identity.ToHex() : std::string(event_id);
      one.time = time;
      one.correlation = use.correlation;
      one.inputs = input;
      one.values = std::move(values);
    }
  }
  return events;
}

std::string Analyzer::NameOf(std::string_view account) const {
  return std::string(options_.rules->AccountName(account).value_or(std::string_view()));
}

void Analyzer::FillAlert(const Event& event, const RecordHeader& header, Finding& finding, bool want_log) const {
  Alert& alert = finding.alert;
  alert.event = finding.event;
  alert.event_time = finding.time;
  std::vector<Leaf> leaves;
  event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) { leaves.push_back({leaf.name, leaf.value, leaf.is_array}); });
  alert.data_json = DataJson(leaves);
  if (options_.log_fields)
    for (const Leaf& leaf : leaves) alert.fields.emplace_back(leaf.name, leaf.value);
  if (want_log) alert.full_log = event.full_log();
  if (own_) {
    alert.location = kOwnLocation;
    alert.account = TextOf(event, "collector.account");
    alert.account_name = NameOf(alert.account);
    alert.region = TextOf(event, "collector.region");
    alert.event_source = kOwnLocation;
    alert.event_name = TextOf(event, "collector.event");
    return;
  }
  ActorInfo actor;
  actor.name = TextOf(event, "trailsift.actor.name");
  actor.kind = TextOf(event, "trailsift.actor.kind");
  actor.account = TextOf(event, "trailsift.actor.account");
  actor.account_name = NameOf(actor.account);
  alert.actor = std::move(actor);
  alert.target_name = TextOf(event, "trailsift.target.name");
  alert.target_account = TextOf(event, "trailsift.target.account");
  alert.target_account_name = NameOf(alert.target_account);
  alert.instances = TextOf(event, "trailsift.instances");
  alert.account = header.recipient_account_id;
  if (alert.account.empty() && event.envelope() != nullptr) alert.account = event.envelope()->account_id;
  alert.account_name = NameOf(alert.account);
  if (!event.is_wazuh_json()) alert.decoder.clear();
  alert.region = header.aws_region;
  alert.event_source = header.event_source;
  alert.event_name = header.event_name;
  alert.error_code = header.error_code;
  alert.source_address = TextOf(event, "aws.sourceIPAddress");
}

}  // namespace trailsift
