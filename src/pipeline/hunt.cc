#include "pipeline/hunt.h"

#include <algorithm>
#include <unordered_set>

#include "base/log.h"
#include "pipeline/alert_sorter.h"
#include "pipeline/learned_lists.h"
#include "source/layout.h"

namespace trailsift {
namespace {

// The bucket's name, or the folder.
std::string BucketOf(const ObjectStore& store) {
  std::string name = store.name();
  if (name.rfind("s3://", 0) == 0) name = name.substr(5);
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name;
}

class Hunter {
 public:
  Hunter(const HuntOptions& options, const HuntObjects& listed, HuntResult& result) : options_(options), result_(result) {
    for (const HuntListing::Failure& failure : listed.failures) Note(failure.status, failure.local);
  }

  FlowObject ToFlow(const HuntObject& object) const {
    const HuntInput& input = options_.inputs[object.input];
    FlowObject flow;
    flow.store = input.store.get();
    flow.key = object.key;
    flow.size = object.size;
    flow.name_time = object.name_time;
    flow.tag = object.input;
    flow.envelope = EnvelopeOf(object.key, input);
    return flow;
  }

  static std::shared_ptr<const Envelope> EnvelopeOf(const std::string& key, const HuntInput& input) {
    auto envelope = std::make_shared<Envelope>();
    envelope->log_file = key;
    envelope->bucket = BucketOf(*input.store);
    envelope->account_id = ReadKey(key).account;
    return envelope;
  }

  void NoteTimes(const ObjectReport& report) {
    for (const SeenRecord& record : report.records) {
      if (record.fate == SeenRecord::Fate::kDiscarded) continue;
      result_.first = std::min(result_.first.value_or(record.time), record.time);
      result_.last = std::max(result_.last.value_or(record.time), record.time);
    }
  }

  void Fail(const Status& status, bool local) {
    if (status.code() == Code::kCancelled) return;
    Note(status, local);
    LogError("hunt", status.message());
  }

 private:
  void Note(const Status& status, bool local) {
    if (result_.failure.ok()) result_.failure = status;
    result_.local_failure = result_.local_failure || local;
  }

  const HuntOptions& options_;
  HuntResult& result_;
};

void Tell(const FlowReport& report) {
  const std::string place = report.object.store->name() + report.object.key;
  if (!report.report.object_fault.ok())
    LogWarning("hunt", "damaged: " + report.object.store->name() + report.report.object_fault.message());
  for (const BadRecord& bad : report.report.bad_records) LogWarning("hunt", place + ": " + bad.reason);
}

}  // namespace

HuntObjects ListHuntObjects(const HuntOptions& options, const std::stop_token& stop) {
  HuntObjects listed;
  HuntProgress progress;
  HuntListing listing = ListHunt(options.inputs, {options.analyzer.start, options.analyzer.end}, stop, [&](HuntObject&& object) {
    progress.in_all = listed.objects.size() + 1;
    progress.bytes_in_all = listed.bytes += object.size;
    listed.objects.push_back(std::move(object));
    if (options.progress) options.progress(progress);
  });
  listed.failures = std::move(listing.failures);
  std::sort(listed.objects.begin(), listed.objects.end(), [](const HuntObject& a, const HuntObject& b) {
    return std::tie(a.name_time, a.key, a.input) < std::tie(b.name_time, b.key, b.input);
  });
  return listed;
}

Result<HuntResult> Hunt(const HuntOptions& options, const HuntObjects& listed,
                        const std::function<std::string(const Alert&)>& render,
                        const std::function<Status(std::string_view)>& write, const std::stop_token& stop) {
  HuntResult result;
  Hunter hunter(options, listed, result);
  const std::vector<HuntObject>& objects = listed.objects;
  HuntProgress progress;
  progress.listing = false;
  progress.in_all = objects.size();
  progress.bytes_in_all = listed.bytes;
  // Whose these accounts and buckets are, the names tell.
  AnalyzerOptions analyzer = options.analyzer;
  LearnedLists learned;
  for (const HuntObject& object : objects) learned.AddAccount(ReadKey(object.key).account);
  std::vector<std::string> buckets;
  for (const HuntInput& input : options.inputs)
    if (!input.store->local()) buckets.push_back(BucketOf(*input.store));
  learned.SetLogBuckets(buckets);
  if (learned.IsNewTo(*analyzer.rules)) {
    analyzer.rules = learned.ApplyTo(*analyzer.rules);
    analyzer.MakePlans();
  }

  AlertSorter sorter;
  Status sorted;
  std::unordered_set<Hash128, HashOfHash128> withdrawn;
  const auto emit = [&](Alert&& alert) {
    withdrawn.insert(alert.supersedes.begin(), alert.supersedes.end());
    if (alert.retracts) withdrawn.insert(*alert.retracts);
    if (alert.retracts || !sorted.ok()) return;
    // Only what holds in the end is shown, so there is nothing to refer to.
    alert.supersedes.clear();
    ++progress.counters.alerts;
    // The level goes with the line until it is known which alerts hold.
    sorted = sorter.Add(alert.event_time, alert.id, render(alert) + static_cast<char>(alert.rule->level));
  };
  Analyzer again(analyzer);
  const auto reread = [&](const ObjectOrigin& origin, const std::vector<std::uint32_t>& records) -> Result<ObjectReport> {
    const HuntInput& input = options.inputs[static_cast<std::size_t>(origin.source)];
    Result<std::string> bytes = input.store->Get(origin.key);
    if (!bytes.ok()) return bytes.status();
    return again.Analyze(std::move(bytes).value(), *Hunter::EnvelopeOf(origin.key, input), nullptr, origin.name_time, std::nullopt,
                         &records);
  };
  ResolverOptions resolver_options;
  resolver_options.lateness = options.lateness;
  resolver_options.max_window_events = 500'000;
  resolver_options.durable = false;
  Resolver resolver(analyzer, resolver_options, emit, reread);

  const auto tell = [&] {
    if (!options.progress) return;
    const std::uint64_t alerts = progress.counters.alerts;
    progress.counters = resolver.counters();
    progress.counters.alerts = alerts;
    options.progress(progress);
  };
  std::size_t next = 0;
  {
    FlowOptions flow_options;
    flow_options.threads = options.threads;
    ObjectFlow flow(flow_options, analyzer, [&]() -> std::optional<FlowObject> {
      if (next == objects.size() || stop.stop_requested()) return std::nullopt;
      return hunter.ToFlow(objects[next++]);
    });
    FlowReport report;
    for (;;) {
      const ObjectFlow::State state = flow.Next(report, std::chrono::milliseconds(100));
      if (state == ObjectFlow::State::kEnd) break;
      if (state == ObjectFlow::State::kReport) {
        Tell(report);
        if (!report.fetch.ok()) hunter.Fail(report.fetch, report.object.store->local());
        hunter.NoteTimes(report.report);
        resolver.Take(report);
        if (!sorted.ok()) return sorted;
      }
      tell();
      if (stop.stop_requested()) {
        flow.StopFeeding();
        for (const HuntInput& input : options.inputs) input.store->Cancel();
      }
    }
  }
  resolver.Reconcile();
  if (!sorted.ok()) return sorted;
  progress.done = !stop.stop_requested();
  tell();
  result.interrupted = stop.stop_requested();
  std::uint64_t alerts = 0;
  TRAILSIFT_RETURN_IF_ERROR(sorter.Drain([&](const Hash128& id, const std::string& line) -> Status {
    if (withdrawn.contains(id)) return Status::Ok();
    ++alerts;
    result.highest_level = std::max<int>(result.highest_level, line.back());
    return write(std::string_view(line).substr(0, line.size() - 1));
  }));
  result.counters = resolver.counters();
  result.counters.alerts = alerts;
  result.windows = resolver.window_counters();
  return result;
}

}  // namespace trailsift
