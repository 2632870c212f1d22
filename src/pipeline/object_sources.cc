#include "pipeline/object_sources.h"

#include <algorithm>

#include "base/log.h"
#include "source/layout.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

constexpr std::string_view kNotifiedEnd = "/#notified";

// Under which the checkpoint knows a bucket that a queue named.
std::string NotifiedName(const std::string& bucket) { return "s3://" + bucket + std::string(kNotifiedEnd); }

}  // namespace

bool ObjectSource::IsSubscribed(std::string_view key) const {
  return noticed && key.find("/CloudTrail/") == std::string_view::npos && key.find("/CloudTrail-Digest/") == std::string_view::npos;
}

std::optional<LogFormat> ObjectSource::FormatOf(std::string_view key) const {
  return noticed && !IsSubscribed(key) ? std::nullopt : format;
}

std::shared_ptr<const Envelope> ObjectSource::EnvelopeOf(const std::string& key, const std::string& account) const {
  auto envelope = std::make_shared<Envelope>();
  envelope->account_alias = alias;
  envelope->log_file = key;
  envelope->bucket = bucket;
  envelope->account_id = account;
  if (IsSubscribed(key)) envelope->collector = Envelope::Collector::kSubscriber;
  return envelope;
}

Status ObjectSources::Open() {
  const std::int64_t today = NowMillis() / kDay;
  for (const BucketSettings& bucket : settings_.aws_s3.buckets) {
    const Result<std::int64_t> id = checkpoint_.EnsureSource(SourceName(bucket), bucket.only_logs_after.value_or(today));
    if (!id.ok()) return id.status();
    ObjectSource origin;
    origin.id = *id;
    origin.bucket = bucket.name;
    origin.alias = bucket.account_alias;
    origin.discard = &bucket.discard;
    origin.format = FormatOfType(bucket.type);
    origin.remove = bucket.remove_from_bucket;
    sources_.push_back(std::move(origin));
  }
  const Result<std::vector<std::string>> names = checkpoint_.SourceNames();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names)
    if (name.size() > 5 + kNotifiedEnd.size() &&
        name.compare(name.size() - kNotifiedEnd.size(), std::string::npos, kNotifiedEnd) == 0)
      notified_.insert(name.substr(5, name.size() - 5 - kNotifiedEnd.size()));
  return Status::Ok();
}

std::vector<std::pair<std::int64_t, Status>> ObjectSources::OpenStores() {
  std::vector<std::pair<std::int64_t, Status>> failures;
  for (std::size_t i = 0; i < settings_.aws_s3.buckets.size(); ++i) {
    if (sources_[i].store != nullptr) continue;
    const BucketSettings& bucket = settings_.aws_s3.buckets[i];
    Result<std::unique_ptr<ObjectStore>> store = MakeStore(bucket, pool_);
    if (!store.ok()) {
      LogError("source", bucket.name + ": not read in this pass: " + store.status().message());
      failures.emplace_back(sources_[i].id, store.status());
      continue;
    }
    sources_[i].store = store->get();
    stores_.push_back(std::move(store).value());
  }
  return failures;
}

std::vector<BucketSource> ObjectSources::Listed(std::vector<std::size_t>& indexes) const {
  std::vector<BucketSource> listed;
  indexes.clear();
  for (std::size_t i = 0; i < settings_.aws_s3.buckets.size(); ++i) {
    if (sources_[i].store == nullptr) continue;
    listed.push_back({&settings_.aws_s3.buckets[i], sources_[i].store, sources_[i].id});
    indexes.push_back(i);
  }
  return listed;
}

const ObjectSource& ObjectSources::at(std::size_t index) const {
  std::lock_guard lock(mutex_);
  return sources_[index];
}

std::optional<std::size_t> ObjectSources::OfKey(const std::string& bucket, const std::string& key) const {
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < settings_.aws_s3.buckets.size(); ++i) {
    const BucketSettings& settings = settings_.aws_s3.buckets[i];
    if (settings.name == bucket && sources_[i].store != nullptr && IsListedIn(settings, key)) return i;
  }
  return std::nullopt;
}

Result<std::size_t> ObjectSources::Notified(std::size_t subscriber, const std::string& bucket) {
  const Result<std::int64_t> id = checkpoint_.EnsureSource(NotifiedName(bucket), 0);
  if (!id.ok()) return id.status();
  const SubscriberSettings& settings = settings_.aws_s3.subscribers[subscriber];
  {
    std::lock_guard lock(mutex_);
    for (std::size_t i = settings_.aws_s3.buckets.size(); i < sources_.size(); ++i)
      if (sources_[i].id == *id && sources_[i].discard == &settings.discard) return i;
  }
  Result<std::unique_ptr<ObjectStore>> store = MakeStore(settings, bucket, pool_);
  if (!store.ok()) return store.status();
  ObjectSource origin;
  origin.id = *id;
  origin.bucket = bucket;
  origin.store = store->get();
  origin.discard = &settings.discard;
  origin.format = FormatOfSubscriber(settings.type);
  origin.noticed = true;
  std::lock_guard lock(mutex_);
  stores_.push_back(std::move(store).value());
  notified_.insert(bucket);
  sources_.push_back(std::move(origin));
  return sources_.size() - 1;
}

Result<std::size_t> ObjectSources::OfSource(std::int64_t id) {
  {
    std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i].id == id && sources_[i].store != nullptr) return i;
  }
  if (settings_.aws_s3.subscribers.empty()) return Status(Code::kNotFound, "its bucket is not configured any more");
  for (const std::string& bucket : notified_buckets()) {
    const Result<std::size_t> origin = Notified(0, bucket);
    if (origin.ok() && at(*origin).id == id) return origin;
  }
  return Status(Code::kNotFound, "its bucket is not configured any more");
}

std::set<std::string> ObjectSources::notified_buckets() const {
  std::lock_guard lock(mutex_);
  return notified_;
}

Result<std::vector<std::pair<std::int64_t, std::string>>> ObjectSources::OnlyNotified() {
  std::vector<std::pair<std::int64_t, std::string>> found;
  const std::vector<BucketSettings>& configured = settings_.aws_s3.buckets;
  for (const std::string& bucket : notified_buckets()) {
    if (std::any_of(configured.begin(), configured.end(), [&](const BucketSettings& s) { return s.name == bucket; })) continue;
    const Result<std::int64_t> id = checkpoint_.EnsureSource(NotifiedName(bucket), 0);
    if (!id.ok()) return id.status();
    found.emplace_back(*id, bucket);
  }
  return found;
}

std::vector<std::int64_t> ObjectSources::notified_ids() const {
  std::lock_guard lock(mutex_);
  std::vector<std::int64_t> ids;
  for (std::size_t i = settings_.aws_s3.buckets.size(); i < sources_.size(); ++i) ids.push_back(sources_[i].id);
  return ids;
}

StoreTraffic ObjectSources::traffic() const {
  std::lock_guard lock(mutex_);
  StoreTraffic traffic;
  for (const auto& store : stores_) traffic += store->traffic();
  return traffic;
}

void ObjectSources::Cancel() {
  std::lock_guard lock(mutex_);
  for (const auto& store : stores_) store->Cancel();
}

}  // namespace trailsift
