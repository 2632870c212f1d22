#include "pipeline/integrity_watch.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "source/digest_key.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxHashes = 500'000;
constexpr std::size_t kMaxPassedOver = 100'000;
// As long as the key ring waits after a refusal.
constexpr Millis kAfterRefusal = kHour;

// What the public keys are asked for: the region's folder of digests in a store.
std::string PlaceOf(const ObjectStore& store, const std::string& key) {
  const std::optional<DigestKey> name = ReadDigestKey(key);
  return store.name() + (name ? name->stream.substr(0, name->stream.rfind('/') + 1) : key);
}

Hash128 NameOf(std::int64_t bucket, const std::string& key) { return StrongHash(std::to_string(bucket) + '/' + key); }

// The kind of the event: what the rules tell apart.
std::string KindOf(const FileFinding& finding) {
  if (finding.why == Why::kChainRestarted) return "digest_chain_restarted";
  std::string kind = finding.kind == FileKind::kLog ? "log_" : "digest_";
  switch (finding.verdict) {
    case Verdict::kChanged: return kind += "changed";
    case Verdict::kMissing: return kind += "missing";
    default: return kind += "unsigned";
  }
}

}  // namespace

void IntegrityWatch::Prefetch(ObjectStore& store, const std::string& key) {
  // Shared: set_value still touches the promise when get() has already returned.
  auto promise = std::make_shared<std::promise<Result<ObjectWithMetadata>>>();
  {
    std::lock_guard lock(mutex_);
    fetched_[store.name() + key] = promise->get_future();
  }
  store.GetWithMetadata(key, [promise](Result<ObjectWithMetadata> object) { promise->set_value(std::move(object)); });
}

bool IntegrityWatch::WantsDigest(const ObjectStore& store, const std::string& key) {
  std::lock_guard lock(mutex_);
  if (refused_until_.empty()) return true;
  const auto found = refused_until_.find(PlaceOf(store, key));
  // By the pass, so that the digests of a region are taken up in the order of their times.
  return found == refused_until_.end() || found->second <= pass_began_;
}

void IntegrityWatch::Remember(std::int64_t bucket, const std::string& key, const Sha256Value& hash) {
  const Hash128 name = NameOf(bucket, key);
  if (hashes_.insert_or_assign(name, hash).second) order_.push_back(name);
  for (; order_.size() > kMaxHashes; order_.pop_front()) hashes_.erase(order_.front());
}

IntegrityWatch::Bucket& IntegrityWatch::Of(std::int64_t bucket, const BucketSettings& settings, ObjectStore& store) {
  Bucket& known = buckets_[bucket];
  if (known.watch) return known;
  known.lister = std::make_unique<PublicKeyLister>(settings.is_folder() ? nullptr : &settings, 0, std::chrono::seconds(60), pool_);
  known.keys = std::make_unique<KeyRing>(
      [lister = known.lister.get()](const std::string& region, Millis from, Millis to) { return lister->List(region, from, to); },
      NowMillis);
  DigestWatchOptions options;
  options.store = &store;
  options.bucket = settings.is_folder() ? std::string() : settings.name;
  options.logs_leave = settings.remove_from_bucket;
  options.keys = known.keys.get();
  options.hash_of = [this, bucket](const std::string& key) -> std::optional<Sha256Value> {
    const auto found = hashes_.find(NameOf(bucket, key));
    return found == hashes_.end() ? std::nullopt : std::optional(found->second);
  };
  known.watch = std::make_unique<DigestWatch>(std::move(options));
  return known;
}

Result<bool> IntegrityWatch::Take(std::int64_t bucket, const BucketSettings& settings, ObjectStore& store, const std::string& key,
                                  Millis begin) {
  std::future<Result<ObjectWithMetadata>> fetched;
  {
    std::lock_guard lock(mutex_);
    const auto found = fetched_.find(store.name() + key);
    if (found == fetched_.end()) return Status(Code::kInternal, "a digest that was not fetched");
    fetched = std::move(found->second);
    fetched_.erase(found);
  }
  const Result<ObjectWithMetadata> object = fetched.get();
  const DigestReport report = Of(bucket, settings, store).watch->Judge(key, object, begin);
  if (report.outcome == DigestReport::Outcome::kLater) return report.why;
  const Hash128 name = NameOf(bucket, key);
  if (report.outcome == DigestReport::Outcome::kNoKeys) {
    {
      std::lock_guard lock(mutex_);
      Millis& until = refused_until_[PlaceOf(store, key)];
      if (until <= NowMillis()) until = NowMillis() + kAfterRefusal;
    }
    if (passed_over_.size() >= kMaxPassedOver || passed_over_.insert(name).second) ++counters_.unchecked;
    if (without_keys_.insert(store.name() + report.region).second) {
      LogWarning("integrity", store.name() + key + ": not checked, and likewise the other digests of " + report.region + ": " +
                                  report.why.message() + "; they are once the keys can be had");
    }
    return false;
  }
  ++counters_.digests;
  counters_.logs += report.logs;
  without_keys_.erase(store.name() + report.region);
  passed_over_.erase(name);
  for (const FileFinding& finding : report.unreadable)
    LogWarning("integrity", store.name() + finding.key + ": not checked: " + finding.detail);
  for (const FileFinding& finding : report.findings) {
    LogWarning("integrity", store.name() + finding.key + ": " + KindOf(finding) + ": " + finding.detail);
    Raise(finding, report, key, settings);
    ++counters_.findings;
  }
  return true;
}

void IntegrityWatch::Raise(const FileFinding& finding, const DigestReport& report, const std::string& digest,
                           const BucketSettings& settings) {
  OwnEvent event;
  event.kind = KindOf(finding);
  event.identity = settings.name + '/' + finding.key + '/' + std::to_string(static_cast<int>(finding.why));
  if (finding.from && finding.to) event.identity += '/' + FormatIsoTime(*finding.from) + '/' + FormatIsoTime(*finding.to);
  event.time = report.time;
  event.fields = {{"account", report.account}, {"region", report.region}, {"bucket", settings.name},
                  {"log_file", finding.key},   {"digest", digest},        {"detail", finding.detail}};
  if (finding.from && finding.to) {
    event.fields.emplace_back("from", FormatIsoTime(*finding.from));
    event.fields.emplace_back("to", FormatIsoTime(*finding.to));
  }
  events_.Raise(event);
}

ServiceTraffic IntegrityWatch::traffic() const {
  ServiceTraffic traffic;
  for (const auto& [number, bucket] : buckets_)
    if (bucket.lister != nullptr) traffic += bucket.lister->traffic();
  return traffic;
}

void IntegrityWatch::TellPass() {
  const IntegrityCounters pass = counters_.Since(told_);
  told_ = counters_;
  if (pass.digests == 0 && pass.unchecked == 0) return;
  std::string text;
  if (pass.digests > 0) {
    text = std::to_string(pass.digests) + " digests with " + std::to_string(pass.logs) + " logs checked: ";
    text += pass.findings == 0 ? "all as CloudTrail wrote it" : std::to_string(pass.findings) + " findings";
  }
  if (pass.digests > 0 && pass.unchecked > 0) text += ", ";
  if (pass.unchecked > 0) text += std::to_string(pass.unchecked) + " digests not checked for want of keys";
  LogInfo("integrity", text);
}

}  // namespace trailsift
