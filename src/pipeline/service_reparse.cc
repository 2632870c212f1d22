// Service::Reparse, which reparse.h describes.
#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "base/log.h"
#include "formats/log_format.h"
#include "pipeline/reparse.h"
#include "pipeline/service.h"
#include "sink/alert_recovery.h"

namespace trailsift {
namespace {

// CloudTrail names an object up to so long after the events in it; an event a little before DATE in an object of DATE belongs to it.
constexpr Millis kDeliverySlack = 15 * kMinute;
// Alerts wait in memory until no late event can change them any more; those that are ready are written when so many wait.
constexpr std::size_t kMaxWaiting = 20'000;
constexpr std::size_t kCommitAlerts = 1000;

using Ids = std::unordered_set<Hash128, HashOfHash128>;

// An event has one alert of a rule that stands, whichever events of its window were counted: this names it.
Hash128 MeaningOf(std::string_view rule_id, const Hash128& event) { return AlertId(rule_id, {event}); }

// What the alert files hold.
class WrittenAlerts {
 public:
  Status Read(const std::string& home, std::int64_t from_day) {
    std::vector<std::pair<Hash128, Hash128>> meanings;  // by id
    TRAILSIFT_RETURN_IF_ERROR(VisitWrittenAlerts(home, from_day, [&](const AlertMarks& marks) {
      ids_.insert(marks.id);
      withdrawn_.insert(marks.supersedes.begin(), marks.supersedes.end());
      if (marks.retracts) withdrawn_.insert(*marks.retracts);
      else meanings.emplace_back(marks.id, MeaningOf(marks.rule_id, marks.event));
    }));
    for (const auto& [id, meaning] : meanings)
      if (!withdrawn_.contains(id)) standing_.insert(meaning);
    return Status::Ok();
  }
  bool has(const Hash128& id) const { return ids_.contains(id); }
  // The alert itself stands there.
  bool stands(const Hash128& id) const { return ids_.contains(id) && !withdrawn_.contains(id); }
  // It, or one that says the same of the same event.
  bool says(const Alert& alert) const { return standing_.contains(MeaningOf(alert.rule->id, alert.event)); }
  void Add(const Hash128& id) { ids_.insert(id); }

 private:
  Ids ids_;
  Ids withdrawn_;
  Ids standing_;
};

// Holds alerts back until they are final, and drops those that the files have.
class FinalAlerts {
 public:
  FinalAlerts(WrittenAlerts files, Millis from, bool without_composites)
      : files_(std::move(files)), from_(from), without_composites_(without_composites) {}

  void Take(Alert&& alert) {
    withdrawn_.insert(alert.supersedes.begin(), alert.supersedes.end());
    // What nobody has read needs not be taken back.
    std::erase_if(alert.supersedes, [&](const Hash128& id) { return !files_.stands(id); });
    const Hash128 id = alert.id;
    if (alert.retracts) {
      withdrawn_.insert(*alert.retracts);
      if (!files_.stands(*alert.retracts) || files_.has(id)) return;
    } else if (alert.event_time < from_ || (without_composites_ && alert.rule->frequency > 0)) {
      return;
    } else if (files_.says(alert)) {
      known_.insert(id);
      return;
    }
    // It was written once and withdrawn, and holds after all: a line of its own, as in the windows.
    if (files_.has(id)) alert.id = AlertId(alert.rule->id + "#reparsed", {id});
    alert.reparsed = true;
    waiting_.push_back({id, std::move(alert)});
  }

  std::size_t waiting() const { return waiting_.size(); }

  // The alerts about events before `horizon` that hold, in the order of their events. They are to be written.
  std::vector<Alert> Ready(Millis horizon) {
    std::vector<Alert> ready;
    std::vector<Waiting> later;
    for (Waiting& item : waiting_) {
      if (withdrawn_.contains(item.id)) continue;
      if (item.alert.event_time < horizon) ready.push_back(std::move(item.alert));
      else later.push_back(std::move(item));
    }
    waiting_ = std::move(later);
    std::sort(ready.begin(), ready.end(),
              [](const Alert& a, const Alert& b) { return std::pair(a.event_time, a.id) < std::pair(b.event_time, b.id); });
    for (const Alert& alert : ready) files_.Add(alert.id);
    return ready;
  }

  // That hold and are in the files.
  std::uint64_t known() const {
    return static_cast<std::uint64_t>(
        std::count_if(known_.begin(), known_.end(), [&](const Hash128& id) { return !withdrawn_.contains(id); }));
  }

 private:
  struct Waiting {
    Hash128 id;  // as others may name it
    Alert alert;
  };

  WrittenAlerts files_;
  const Millis from_;
  const bool without_composites_;
  Ids withdrawn_;
  Ids known_;
  std::vector<Waiting> waiting_;
};

}  // namespace

Status Service::WriteReparsed(std::vector<Alert> alerts, bool dry_run, std::uint64_t& written) {
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    ++written;
    if (dry_run) continue;
    TRAILSIFT_RETURN_IF_ERROR(sink_->Append(alerts[i]));
    if ((i + 1) % kCommitAlerts != 0 && i + 1 != alerts.size()) continue;
    const Result<AlertPosition> position = sink_->Sync();
    if (!position.ok()) return position.status();
    TRAILSIFT_RETURN_IF_ERROR(checkpoint_->Commit({}, {position->file, position->offset}, state_log_->position()));
  }
  return Status::Ok();
}

Result<ReparseReport> Service::Reparse(const ReparseOptions& options, const std::stop_token& stop) {
  ReparseReport report;
  const Settings& settings = *options_.settings;
  // Queues have nothing to say here.
  if (!sources_->OpenStores().empty()) report.remote_failure = true;
  std::vector<BucketSource> buckets = sources_->Listed(listed_);
  for (std::size_t i = buckets.size(); i-- > 0;) {
    const std::vector<std::string>& wanted = options.buckets;
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), buckets[i].settings->name) != wanted.end()) continue;
    buckets.erase(buckets.begin() + static_cast<std::ptrdiff_t>(i));
    listed_.erase(listed_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  // By the day of arrival in the local zone, which is never two days before the event.
  WrittenAlerts in_files;
  TRAILSIFT_RETURN_IF_ERROR(in_files.Read(options_.home, options.from_day - 2));

  const Millis lateness = std::max(kDay, settings.own.allowed_lateness);
  Listing listing(std::move(buckets), *checkpoint_, NowMillis() / kDay, settings.own.look_back);
  listing.ReadAgainFrom(options.from_day - (lateness + kDay - 1) / kDay);
  // Accounts must be known to the lists before the first object is looked at.
  std::optional<FlowObject> first = NextListed(listing);
  for (const std::string& account : listing.accounts()) learned_.AddAccount(account);
  AnalyzerOptions analyzer = analyzer_options_;
  if (learned_.IsNewTo(*analyzer.rules)) {
    analyzer.rules = learned_.ApplyTo(*analyzer.rules);
    analyzer.MakePlans();
  }
  analyzer.archive = false;
  analyzer.learn_regions = false;
  analyzer.by_arrival = false;

  FinalAlerts alerts(std::move(in_files), options.from_day * kDay - kDeliverySlack,
                     settings.own.correlation_time == CorrelationTime::kArrival);
  Analyzer again(analyzer);
  ResolverOptions resolver_options;
  resolver_options.lateness = settings.own.allowed_lateness;
  resolver_options.durable = false;
  Resolver resolver(
      analyzer, resolver_options, [&](Alert&& alert) { alerts.Take(std::move(alert)); },
      [&](const ObjectOrigin& origin, const std::vector<std::uint32_t>& records) { return Reread(origin, records, again); });

  ServiceMeter meter(nullptr, NowMillis());
  meter.BeginPass(NowMillis());
  std::uint64_t written = 0;
  Millis newest = 0;
  {
    FlowOptions flow_options;
    flow_options.threads = options_.threads;
    ObjectFlow flow(flow_options, analyzer, [&]() -> std::optional<FlowObject> {
      if (stop.stop_requested()) return std::nullopt;
      if (first) return std::exchange(first, std::nullopt);
      return NextListed(listing);
    });
    FlowReport object;
    for (;;) {
      const ObjectFlow::State state = flow.Next(object, std::chrono::milliseconds(100));
      if (state == ObjectFlow::State::kEnd) break;
      if (state == ObjectFlow::State::kReport) {
        TellReparsed(object, report);
        newest = std::max(newest, object.object.name_time);
        object.object.tag = static_cast<std::uint64_t>(sources_->at(object.object.tag).id);
        resolver.Take(object);
      }
      if (alerts.waiting() > kMaxWaiting)
        TRAILSIFT_RETURN_IF_ERROR(WriteReparsed(alerts.Ready(newest - 2 * lateness), options.dry_run, written));
      if (const Millis now = NowMillis(); meter.IsDue(now)) {
        meter.status().counters = resolver.counters();
        meter.status().counters.alerts = written + alerts.waiting();
        meter.status().newest_object = newest;
        if (const std::optional<std::string> said = meter.Tell(now)) LogInfo("reparse", *said);
      }
      if (stop.stop_requested()) {
        flow.StopFeeding();
        sources_->Cancel();
      }
    }
  }
  report.stopped = stop.stop_requested();
  report.listing = listing.counters();
  if (report.listing.local_failures > 0) report.local_failure = true;
  if (report.listing.failures > report.listing.local_failures) report.remote_failure = true;
  // What is not final must not be written: it would not be taken back.
  if (!report.stopped) {
    resolver.Reconcile();
    TRAILSIFT_RETURN_IF_ERROR(WriteReparsed(alerts.Ready(INT64_MAX), options.dry_run, written));
  }
  report.counters = resolver.counters();
  report.counters.alerts = written;
  report.known = alerts.known();
  return report;
}

void Service::TellReparsed(const FlowReport& object, ReparseReport& report) {
  const std::string place = object.object.store->name() + object.object.key;
  if (!object.fetch.ok() && object.fetch.code() != Code::kCancelled) {
    LogWarning("reparse", place + ": not read: " + object.fetch.message());
    if (object.fetch.code() != Code::kNotFound)
      (object.object.store->local() ? report.local_failure : report.remote_failure) = true;
  }
  if (!object.report.object_fault.ok())
    LogWarning("reparse", "damaged: " + object.object.store->name() + object.report.object_fault.message());
  for (const BadRecord& bad : object.report.bad_records) LogWarning("reparse", place + ": " + bad.reason);
}

}  // namespace trailsift
