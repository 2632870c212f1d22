#include "pipeline/service.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "formats/log_format.h"
#include "pipeline/noticed.h"
#include "source/layout.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

constexpr std::size_t kGroupObjects = 1000;
constexpr std::chrono::milliseconds kGroupTime(200);
// Alerts of one group that wait in memory; more of them are written ahead of their commit.
constexpr std::size_t kAlertsHeld = 1000;
// In a pass this long, changed outcomes are not kept back until its end.
constexpr Millis kReconcileEvery = kMinute;
constexpr std::chrono::seconds kStopPatience(10);
// Of an empty receive, where that is the end.
constexpr std::chrono::seconds kDrainWait(2);
constexpr Millis kDiskRetry = 5 * kSecond;
constexpr std::uint64_t kRotateGrowth = 64u << 20;

// The time between two passes that follow each other as planned.
Millis GapOf(const Schedule& schedule, Millis now) {
  const Millis first = NextRun(schedule, now, now);
  return NextRun(schedule, first, first + 1) - first;
}

// Sleeps unless stop is asked for.
void WaitFor(Millis time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_for(lock, stop, std::chrono::milliseconds(time), [] { return false; });
}

}  // namespace

Service::Service(ServiceOptions options)
    : options_(std::move(options)),
      quarantine_(options_.home),
      pages_(options_.settings->aws_s3.services, pool_),
      meter_(options_.board, NowMillis()),
      learned_(options_.home, options_.settings->own.learning_period) {}
Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::Open(ServiceOptions options) {
  std::unique_ptr<Service> service(new Service(std::move(options)));
  if (const Status status = service->Recover(); !status.ok()) return status;
  return service;
}

Status Service::Recover() {
  const Settings& settings = *options_.settings;
  std::error_code error;
  std::filesystem::create_directories(options_.home, error);
  if (error) return Status(Code::kIo, options_.home + ": cannot be made: " + error.message());
  Result<std::unique_ptr<Checkpoint>> checkpoint = Checkpoint::Open(options_.home);
  if (!checkpoint.ok()) return checkpoint.status();
  checkpoint_ = std::move(checkpoint).value();
  sources_ = std::make_unique<ObjectSources>(settings, *checkpoint_, pool_);
  TRAILSIFT_RETURN_IF_ERROR(sources_->Open());
  queues_ = std::make_unique<QueueSet>();

  FileSinkOptions sink_options;
  sink_options.home = options_.home;
  sink_options.origin.agent_name = sink_options.origin.manager_name = options_.host;
  sink_options.alerts_log = settings.alerts_log;
  sink_options.jsonout = settings.jsonout_output;
  sink_options.archives = settings.logall_json;
  sink_options.keep_days = settings.own.alerts_keep_days;
  sink_options.max_total_bytes = settings.own.alerts_max_size;
  std::optional<AlertPosition> committed;
  if (!checkpoint_->alerts().file.empty()) committed = {checkpoint_->alerts().file, checkpoint_->alerts().offset};
  Result<FileSink::Opened> sink = FileSink::Open(sink_options, committed, NowMillis());
  if (!sink.ok()) return sink.status();
  sink_ = std::move(sink->sink);

  learned_.Read();
  std::vector<std::string> log_buckets;
  for (const BucketSettings& bucket : settings.aws_s3.buckets) {
    if (!bucket.is_folder()) log_buckets.push_back(bucket.name);
    for (const std::string& account : bucket.account_ids) learned_.AddAccount(account);
  }
  for (const std::string& bucket : sources_->notified_buckets()) log_buckets.push_back(bucket);
  learned_.SetLogBuckets(log_buckets);
  analyzer_options_.rules = std::move(options_.rules);
  if (learned_.IsNewTo(*analyzer_options_.rules)) analyzer_options_.rules = learned_.ApplyTo(*analyzer_options_.rules);
  analyzer_options_.learn_regions = true;
  analyzer_options_.hash = settings.own.log_integrity;
  analyzer_options_.by_arrival = settings.own.correlation_time == CorrelationTime::kArrival;
  analyzer_options_.MakePlans();
  analyzer_options_.log_alert_level = settings.log_alert_level;
  analyzer_options_.email_alert_level = settings.email_alert_level;
  analyzer_options_.log_fields = settings.alerts_log;
  analyzer_options_.archive = settings.logall_json;
  again_ = std::make_unique<Analyzer>(analyzer_options_);
  ResolverOptions resolver_options;
  resolver_options.lateness = settings.own.allowed_lateness;
  resolver_options.keep_seen = std::max(kHour, settings.own.look_back);
  resolver_ = std::make_unique<Resolver>(
      analyzer_options_, resolver_options,
      [this](Alert&& alert) {
        outbox_.push_back(std::move(alert));
        // What fails here waits for the commit, which says so.
        if (outbox_.size() >= kAlertsHeld && WriteOutbox().ok()) static_cast<void>(sink_->Flush());
      },
      [this](const ObjectOrigin& origin, const std::vector<std::uint32_t>& records) { return Reread(origin, records, *again_); });
  TRAILSIFT_RETURN_IF_ERROR(RestoreState());
  resolver_->Seed(sink->recovery.alerts);

  WatchOptions watch_options;
  watch_options.silence_after = settings.own.silence_after;
  watch_options.quarantine_alert = settings.own.quarantine_alert;
  watch_options.lag_alert = settings.own.lag_alert > 0 ? settings.own.lag_alert + GapOf(settings.aws_s3.schedule, NowMillis()) : 0;
  watch_options.downtime_is_lag = !options_.once;
  watch_ = std::make_unique<Watch>(watch_options, own_events_);
  const Result<std::map<std::string, std::string>> notes = checkpoint_->ReadNotes(Watch::kNotes);
  if (!notes.ok()) return notes.status();
  watch_->Restore(*notes, NowMillis());
  TRAILSIFT_RETURN_IF_ERROR(pages_.Open(*checkpoint_, NowMillis() / kDay));
  // From here on there is a position, and what was recovered is in the state log.
  return Commit();
}

std::size_t Service::ListedPosition(std::size_t source) const {
  return static_cast<std::size_t>(std::find(listed_.begin(), listed_.end(), source) - listed_.begin());
}

bool Service::OpenSources() {
  bool all = true;
  for (const auto& [source, status] : sources_->OpenStores()) {
    watch_->NotListed({source, {}, {}}, status.message());
    all = false;
  }
  for (std::size_t i = 0; i < options_.settings->aws_s3.subscribers.size(); ++i) {
    if (std::find(subscribers_.begin(), subscribers_.end(), i) != subscribers_.end()) continue;
    const SubscriberSettings& subscriber = options_.settings->aws_s3.subscribers[i];
    Result<std::unique_ptr<MessageQueue>> queue = MakeQueue(subscriber, pool_);
    if (!queue.ok()) {
      LogError("source", "queue " + subscriber.sqs_name + ": not read: " + queue.status().message());
      all = false;
      continue;
    }
    QueueReaderOptions options;
    options.hidden = std::chrono::seconds(options_.settings->own.queue_visibility / kSecond);
    options.drain = options_.once;
    if (options_.once) options.wait = kDrainWait;
    queues_->Add(std::move(queue).value(), options);
    subscribers_.push_back(i);
  }
  return all;
}

Status Service::RestoreState() {
  state_log_ = std::make_unique<StateLog>(options_.home);
  const Status opened = state_log_->Open(
      checkpoint_->state_log(), [this](StateFrame type, std::string_view payload) { return resolver_->Restore(type, payload); });
  resolver_->FinishRestore();
  if (opened.ok()) return opened;
  if (opened.code() == Code::kIo) return opened;
  // Damage costs the memory behind it; the alerts and the ledger stand.
  LogError("state", opened.message() + "; windows and identities behind that are forgotten");
  TRAILSIFT_RETURN_IF_ERROR(state_log_->Rotate([this] { resolver_->SaveAll(*state_log_); }));
  rotated_ = true;
  return Status::Ok();
}

std::optional<FlowObject> Service::NextListed(Listing& listing) {
  std::optional<ObjectTask> task = listing.Next();
  while (task && task->digests_from && !integrity_.WantsDigest(*sources_->at(listed_[task->bucket]).store, task->key))
    task = listing.Next();
  if (!task) return pages_.Next();
  const std::size_t index = listed_[task->bucket];
  const ObjectSource& origin = sources_->at(index);
  FlowObject object;
  object.store = origin.store;
  object.size = task->size;
  object.name_time = task->name_time;
  object.envelope = origin.EnvelopeOf(task->key, task->account);
  object.discard = origin.discard;
  object.format = origin.format;
  object.day = task->day;
  object.tag = index;
  object.key = std::move(task->key);
  if (task->digests_from) {
    // It passes by in its order and is judged by what was read before it.
    object.digests_from = task->digests_from;
    object.bytes = R"({"Records":[]})";
    integrity_.Prefetch(*origin.store, object.key);
  }
  return object;
}

std::optional<FlowObject> Service::NextObject(const Feed& feed, const std::stop_token& stop) {
  if (stop.stop_requested()) return std::nullopt;
  if (unfed_) return std::exchange(unfed_, std::nullopt);
  if (feed.listing == nullptr) {
    while (const std::optional<QueueSet::Item> item = queues_->Next(feed.until, stop))
      if (std::optional<FlowObject> object = PlaceNoticed(*item)) return OncePlaceIsKnown(std::move(object));
    return std::nullopt;
  }
  if (follows_)
    if (std::optional<FlowObject> object = NextNoticed()) return OncePlaceIsKnown(std::move(object));
  std::optional<FlowObject> object = NextListed(*feed.listing);
  // Events of today among those of long ago would make the latter too late for their windows.
  const bool late = object && object->name_time < NowMillis() - options_.settings->own.allowed_lateness / 2;
  if (object && follows_ == late) queues_->SetWanted(follows_ = !late);
  // Accounts that are new to the lists must be known before the first object is looked at: it waits for the next flow.
  if (discovered_) return object;
  for (const std::string& account : feed.listing->accounts()) learned_.AddAccount(account);
  const bool wait = learned_.IsNewTo(*analyzer_options_.rules);
  if (wait) unfed_ = std::exchange(object, std::nullopt);
  discovered_ = true;  // from here on what is learned is the other thread's
  return object;
}

Result<ObjectReport> Service::Reread(const ObjectOrigin& origin, const std::vector<std::uint32_t>& records, Analyzer& analyzer) {
  if (origin.source == ObjectOrigin::kOwn) return analyzer.AnalyzeOwn(origin.key);
  if (pages_.Has(origin.source))
    return Status(Code::kNotFound, origin.key + ": what a service answered is not kept, and it does not answer the same again");
  const Result<std::size_t> index = sources_->OfSource(origin.source);
  if (!index.ok()) return index.status().Annotate(origin.key);
  const ObjectSource& found = sources_->at(*index);
  Result<std::string> bytes = found.store->Get(origin.key);
  if (!bytes.ok()) return bytes.status();
  return analyzer.Analyze(std::move(bytes).value(), *found.EnvelopeOf(origin.key, origin.account), nullptr, origin.name_time,
                          found.FormatOf(origin.key), &records);
}

Status Service::Take(FlowReport& report, PassReport& pass) {
  if (report.object.digests_from) {
    TakeDigest(report.object, pass);
    return Status::Ok();
  }
  if (ServicePages::IsPage(report.object)) {
    TRAILSIFT_RETURN_IF_ERROR(KeepDamage(report, {}, ServicePages::QuarantineName(report.object, NowMillis())));
    pages_.Take(report.object, report.IsSound(), *checkpoint_);
    Resolve(report);
    return Status::Ok();
  }
  const std::string place = report.object.store->name() + report.object.key;
  const ObjectSource& origin = sources_->at(report.object.tag);
  const std::optional<Notice>& notice = report.object.notice;
  const bool gone = report.fetch.code() == Code::kNotFound;
  if (report.report.hash && report.object.tag < options_.settings->aws_s3.buckets.size())
    integrity_.Remember(origin.id, report.object.key, *report.report.hash);
  if (!report.fetch.ok()) {
    if (report.fetch.code() == Code::kCancelled) {
      // Asked to stop; it comes again.
    } else if (gone) {
      LogWarning("source", place + ": deleted before it was read; nothing of it was seen");
    } else {
      LogError("source",
               place + (notice ? ": not read, its message stays in the queue: " : ": not read, tried again at the next pass: ") +
                   report.fetch.message());
      (origin.store->local() ? pass.local_failure : pass.remote_failure) = true;
      if (notice) queues_->Finish(notice->ticket, true);
      else
        watch_->NotRead(origin.id, report.object.envelope->account_id, report.object.key, report.object.name_time,
                        report.object.day, place + ": " + report.fetch.message());
    }
  }
  const Millis now = NowMillis();
  TRAILSIFT_RETURN_IF_ERROR(KeepDamage(report, report.object.store->name(), place));
  if (const std::size_t damaged = report.report.bad_records.size() + (report.report.object_fault.ok() ? 0 : 1); damaged > 0)
    watch_->Quarantined(damaged, place, now);
  const bool finished = report.fetch.ok();
  const bool sound = finished && report.IsSound();
  if (finished) {
    watch_->Read(origin.id, report.object.envelope->account_id, report.object.key, report.object.name_time, report.object.day);
    const Hash128 key = ObjectKeyHash(report.object.key);
    finished_.push_back({origin.id, report.object.day, key});
    if (notice && notice->source != origin.id) finished_.push_back({notice->source, notice->day, key});
    if (sound && origin.remove) removals_.push_back({report.object.tag, report.object.key});
  }
  if (notice && (finished || gone)) acknowledged_.push_back(notice->ticket);
  unreconciled_ = true;
  report.object.tag = static_cast<std::uint64_t>(origin.id);
  if (finished) meter_.SawObject(report.object.name_time);
  Resolve(report);
  return Status::Ok();
}

Status Service::KeepDamage(const FlowReport& report, const std::string& store, const std::string& kept_as) {
  const Millis now = NowMillis();
  if (const Status& fault = report.report.object_fault; !fault.ok()) {
    // The fault names the object itself.
    LogWarning("decode", "quarantined: " + store + fault.message());
    TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(kept_as, -1, fault.message(), report.bytes, now));
  }
  for (const BadRecord& bad : report.report.bad_records) {
    LogWarning("decode", store + report.object.key + ": quarantined: " + bad.reason);
    TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(kept_as, static_cast<int>(bad.index), bad.reason, bad.bytes, now));
  }
  return Status::Ok();
}

void Service::Resolve(FlowReport& report) {
  resolver_->Take(report);
  for (const SeenRecord& record : report.report.records)
    if (record.archive >= 0) archive_outbox_.push_back(std::move(report.report.archive[static_cast<std::size_t>(record.archive)]));
}

void Service::TakeDigest(const FlowObject& object, PassReport& pass) {
  const ObjectSource& origin = sources_->at(object.tag);
  const Result<bool> judged =
      integrity_.Take(origin.id, options_.settings->aws_s3.buckets[object.tag], *origin.store, object.key, *object.digests_from);
  if (judged.ok()) {
    if (*judged) finished_.push_back({origin.id, object.day, ObjectKeyHash(object.key)});
    return;
  }
  ObjectTask task;
  task.bucket = ListedPosition(object.tag);
  task.key = object.key;
  failed_.push_back(std::move(task));
  if (judged.status().code() == Code::kCancelled) return;
  LogError("integrity",
           origin.store->name() + object.key + ": not checked, tried again at the next pass: " + judged.status().message());
  (judged.status().code() == Code::kIo ? pass.local_failure : pass.remote_failure) = true;
}

Result<PassReport> Service::RunPass(const std::stop_token& stop) {
  PassReport pass;
  watch_->BeginPass(NowMillis());
  integrity_.BeginPass(NowMillis());
  if (!OpenSources()) pass.remote_failure = true;
  Listing listing(sources_->Listed(listed_), *checkpoint_, NowMillis() / kDay, options_.settings->own.look_back,
                  options_.settings->own.log_integrity);
  failed_.clear();
  unfed_.reset();
  discovered_ = false;
  group_began_.reset();
  reconciled_ = NowMillis();
  TRAILSIFT_RETURN_IF_ERROR(pages_.Begin(*checkpoint_, NowMillis()));
  follows_ = false;
  meter_.BeginPass(reconciled_);
  for (bool more = true; more && !stop.stop_requested();) {
    TRAILSIFT_RETURN_IF_ERROR(TakeRules(stop));
    const Result<bool> flowed = RunFlow({&listing, 0}, stop, pass);
    if (!flowed.ok()) return flowed.status();
    more = *flowed;
  }
  pass.stopped = stop.stop_requested();
  pass.listing = listing.counters();
  pass.listing.known += known_notices_.exchange(0);
  for (const ObjectTask& task : failed_) listing.MarkFailed(task);
  if (pass.stopped) {
    watch_->DropPass();
  } else {
    if (!has_queues() || MayReconcile()) resolver_->Reconcile();
    EndWatchedPass(listing);
  }
  integrity_.TellPass();
  TRAILSIFT_RETURN_IF_ERROR(CommitPatiently(stop));
  if (!pass.stopped) TRAILSIFT_RETURN_IF_ERROR(listing.Finish());
  if (!pass.stopped && pages_.Finish(*checkpoint_)) TRAILSIFT_RETURN_IF_ERROR(CommitPatiently(stop));
  if (!pages_.failure().ok()) pass.remote_failure = true;
  for (const std::int64_t source : sources_->notified_ids())
    TRAILSIFT_RETURN_IF_ERROR(checkpoint_->ForgetBefore(source, NowMillis() / kDay - kNoticesKept));
  if (pass.listing.local_failures > 0) pass.local_failure = true;
  if (pass.listing.failures > pass.listing.local_failures) pass.remote_failure = true;
  meter_.status().errors.list += pass.listing.failures;
  meter_.status().known += pass.listing.known;
  Gather(0);
  if (!pass.stopped) meter_.EndPass(!pass.local_failure && !pass.remote_failure, NowMillis());
  return pass;
}

void Service::EndWatchedPass(const Listing& listing) {
  const std::vector<BucketSettings>& buckets = options_.settings->aws_s3.buckets;
  for (const ListingFailure& failure : listing.failures()) {
    const ObjectSource& origin = sources_->at(listed_[failure.bucket]);
    watch_->NotListed({origin.id, failure.account, failure.region}, origin.store->name() + failure.reason);
  }
  std::vector<WatchedSource> watched;
  for (std::size_t i = 0; i < buckets.size(); ++i) AddSource(watched, sources_->at(i).id, SourceName(buckets[i]), buckets[i]);
  watch_->EndPass(watched, NowMillis());
}

void Service::Gather(std::uint64_t under_way) {
  ServiceStatus& status = meter_.status();
  status.counters = resolver_->counters();
  status.superseded = window_counters().superseded;
  status.retracted = window_counters().retracted;
  status.too_late = window_counters().too_late;
  status.forgotten = forgotten_identities();
  status.under_way = under_way;
  status.traffic = sources_->traffic();
  status.services.clear();
  pages_.AddTraffic(status.services);
  // Where there is a role, or a digest that needs a key.
  if (ServiceTraffic sts = pool_->traffic(); !sts.requests.empty()) status.services["sts"] = std::move(sts);
  if (ServiceTraffic keys = integrity_.traffic(); !keys.requests.empty()) status.services["cloudtrail"] = std::move(keys);
  status.queues = queues_->states();
  status.own_events = own_events_.counts();
  status.integrity = integrity_.counters();
}

Result<bool> Service::RunFlow(const Feed& feed, const std::stop_token& stop, PassReport& pass) {
  if (unfed_ && unfed_->notice) {
    learned_.AddAccount(unfed_->envelope->account_id);
    learned_.AddLogBucket(unfed_->envelope->bucket);
    TRAILSIFT_RETURN_IF_ERROR(TakeRules(stop));
  }
  FlowOptions flow_options;
  flow_options.threads = options_.threads;
  ObjectFlow flow(flow_options, analyzer_options_, [&] { return NextObject(feed, stop); });
  FlowReport report;
  std::optional<std::chrono::steady_clock::time_point> stop_seen;
  bool more = false;
  for (;;) {
    if (!more && discovered_ && WantsRules()) {
      flow.StopFeeding();
      queues_->Interrupt();
      more = true;
    }
    const ObjectFlow::State state = flow.Next(report, kGroupTime);
    if (state == ObjectFlow::State::kEnd) break;
    if (state == ObjectFlow::State::kReport) {
      if (!group_began_) group_began_ = std::chrono::steady_clock::now();
      if (!report.fetch.ok() && report.fetch.code() != Code::kNotFound && !report.object.notice) {
        ObjectTask task;
        task.bucket = ListedPosition(report.object.tag);
        task.key = report.object.key;
        failed_.push_back(std::move(task));
      }
      Learn(report);
      TRAILSIFT_RETURN_IF_ERROR(Take(report, pass));
    }
    if (stop.stop_requested()) {
      flow.StopFeeding();
      if (!stop_seen) stop_seen = std::chrono::steady_clock::now();
      // Requests that don't come to an end are given up: their objects come again.
      if (std::chrono::steady_clock::now() - *stop_seen > kStopPatience) sources_->Cancel();
      pages_.Cancel();
    }
    if (const Millis now = NowMillis(); meter_.IsDue(now)) {
      Gather(flow.under_way());
      if (const std::optional<std::string> said = meter_.Tell(now)) LogInfo("run", *said);
    }
    TRAILSIFT_RETURN_IF_ERROR(Settle(stop));
  }
  if (std::optional<FlowObject> unfed = flow.TakeUnfed()) unfed_ = std::move(unfed);
  return more || unfed_.has_value();
}

Status Service::Settle(const std::stop_token& stop) {
  // Where nothing more comes, what changed is written all the same.
  if (!group_began_ && unreconciled_ && MayReconcile() && NowMillis() - reconciled_ >= kReconcileEvery) group_began_.emplace();
  if (!group_began_) return Status::Ok();
  if (finished_.size() < kGroupObjects && std::chrono::steady_clock::now() - *group_began_ < kGroupTime) return Status::Ok();
  // After a kill the events of alerts that stand already must have come again before any of them is corrected.
  if (MayReconcile() && NowMillis() - reconciled_ >= kReconcileEvery) {
    resolver_->Reconcile();
    reconciled_ = NowMillis();
    unreconciled_ = false;
  }
  group_began_.reset();
  watch_->Check(NowMillis());
  return CommitPatiently(stop);
}

Status Service::Reload(const std::stop_token& stop) {
  WantsRules();
  return TakeRules(stop);
}

bool Service::WantsRules() {
  if (!new_rules_ && options_.reload) new_rules_ = options_.reload();
  return new_rules_ || learned_.IsNewTo(*analyzer_options_.rules);
}

void Service::Learn(const FlowReport& report) {
  for (const auto& [region, time] : report.report.changed_regions) learned_.AddRegion(region, time);
  learned_.Advance(report.object.name_time);
  if (report.object.store == nullptr) return;
  for (const std::string& key : report.object.store->TakeKeys()) learned_.AddLogKey(key);
}

Status Service::TakeRules(const std::stop_token& stop) {
  if (!new_rules_ && !learned_.IsNewTo(*analyzer_options_.rules)) return Status::Ok();
  // What the rules of before have decided is written before they go.
  group_began_.reset();
  TRAILSIFT_RETURN_IF_ERROR(CommitPatiently(stop));
  const std::shared_ptr<const RuleSet> before = analyzer_options_.rules;  // lives until nothing refers to it
  analyzer_options_.rules = learned_.ApplyTo(new_rules_ ? *new_rules_->rules : *before);
  analyzer_options_.MakePlans();
  again_ = std::make_unique<Analyzer>(analyzer_options_);
  resolver_->TakeRules();
  if (new_rules_) LogInfo("run", new_rules_->said);
  new_rules_.reset();
  return Status::Ok();
}

Status Service::CommitPatiently(const std::stop_token& stop) {
  for (;;) {
    const Status status = Commit();
    if (status.ok()) meter_.DiskWorks();
    else meter_.DiskFailed();
    if (status.ok() || options_.once || stop.stop_requested()) return status;
    LogError("sink", status.message() + "; nothing is read until this can be written, next try in 5 s");
    WaitFor(kDiskRetry, stop);
  }
}

void Service::TakeOwnEvents() {
  for (const std::string& message : own_events_.Take()) {
    ObjectReport report = again_->AnalyzeOwn(message);
    if (!resolver_->TakeOwn(report, message)) continue;
    for (Alert& whole : report.archive) archive_outbox_.push_back(std::move(whole));
  }
}

Status Service::WriteOutbox() {
  for (; !outbox_.empty(); outbox_.pop_front()) {
    TRAILSIFT_RETURN_IF_ERROR(sink_->Append(outbox_.front()));
    ++resolver_->counters().alerts;
    meter_.Wrote(outbox_.front(), NowMillis());
  }
  return Status::Ok();
}

Status Service::Commit() {
  TakeOwnEvents();
  resolver_->Evaluate();
  TRAILSIFT_RETURN_IF_ERROR(WriteOutbox());
  for (; !archive_outbox_.empty(); archive_outbox_.pop_front())
    TRAILSIFT_RETURN_IF_ERROR(sink_->AppendArchive(archive_outbox_.front()));
  const Result<AlertPosition> alerts = sink_->Sync();
  if (!alerts.ok()) return alerts.status();
  if (!rotated_ && state_log_->growth() > std::max(kRotateGrowth, 2 * state_log_->whole())) {
    TRAILSIFT_RETURN_IF_ERROR(state_log_->Rotate([this] { resolver_->SaveAll(*state_log_); }));
    rotated_ = true;
  }
  resolver_->SaveChanges(*state_log_);
  TRAILSIFT_RETURN_IF_ERROR(state_log_->Sync());
  checkpoint_->SetNotes(watch_->TakeNotes());
  TRAILSIFT_RETURN_IF_ERROR(checkpoint_->Commit(finished_, {alerts->file, alerts->offset}, state_log_->position()));
  finished_.clear();
  if (rotated_) state_log_->RemoveOthers();
  rotated_ = false;
  for (const Removal& removal : removals_) {
    const ObjectSource& origin = sources_->at(removal.origin);
    if (const Status status = origin.store->Delete(removal.key); !status.ok()) {
      ++meter_.status().errors.remove;
      LogWarning("source", origin.store->name() + removal.key + ": done, but not removed from the bucket: " + status.message());
    }
  }
  removals_.clear();
  for (const std::uint64_t ticket : acknowledged_) queues_->Finish(ticket, false);
  acknowledged_.clear();
  // After the transaction: a region must not be known before the alert about it stands.
  return learned_.Save();
}

void Service::Maintain() { sink_->Maintain(NowMillis(), AlertPosition{checkpoint_->alerts().file, checkpoint_->alerts().offset}); }

}  // namespace trailsift
