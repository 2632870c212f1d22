// The collector's objects of a bucket, by its listing.
#include <utility>

#include "base/log.h"
#include "formats/log_format.h"
#include "pipeline/collector_source.h"
#include "source/layout.h"
#include "source/store_factory.h"
#include "source/wazuh_progress.h"

namespace trailsift {
namespace {

class CollectedBucket final : public CollectorSource {
 public:
  CollectedBucket(const QueueCollectorOptions& options, std::unique_ptr<ObjectStore> store)
      : bucket_(options.settings.aws_s3.buckets.front()), options_(options), store_(std::move(store)) {}

  Status Join(Checkpoint& checkpoint) override {
    checkpoint_ = &checkpoint;
    // Apart from what `run` knows of the same bucket.
    const Result<std::int64_t> id =
        checkpoint.EnsureSource("queue:" + SourceName(bucket_), bucket_.only_logs_after.value_or(NowMillis() / kDay));
    if (!id.ok()) return id.status();
    id_ = *id;
    return options_.reparse ? Status::Ok() : TakeOverProgress();
  }

  CollectorFault Begin() override {
    CollectorFault fault = LookAtBucket();
    if (fault.trouble != QueueTrouble::kNone) {
      LogError("collector", fault.why.message());
      return fault;
    }
    listing_.emplace(std::vector<BucketSource>{{&bucket_, store_.get(), id_}}, *checkpoint_, NowMillis() / kDay,
                     options_.look_back);
    return {};
  }

  std::optional<FlowObject> Next(const std::stop_token& stop) override {
    if (stop.stop_requested()) return std::nullopt;
    std::optional<ObjectTask> task = listing_->Next();
    if (!task) return std::nullopt;
    FlowObject object;
    object.store = store_.get();
    object.size = task->size;
    object.name_time = task->name_time;
    object.discard = &bucket_.discard;
    object.format = FormatOfType(bucket_.type);
    object.day = task->day;
    auto envelope = std::make_shared<Envelope>();
    envelope->account_alias = bucket_.account_alias;
    envelope->log_file = task->key;
    envelope->bucket = bucket_.name;
    envelope->account_id = std::move(task->account);
    object.envelope = std::move(envelope);
    object.key = std::move(task->key);
    return object;
  }

  void Cancel() override { store_->Cancel(); }

  std::string PlaceBefore(const FlowObject&) const override { return store_->name(); }

  CollectorFault NotRead(const FlowObject& object, const Status& why) override {
    if (why.code() == Code::kNotFound) return {};
    ObjectTask task;
    task.key = object.key;
    failed_.push_back(std::move(task));
    if (why.code() == Code::kCancelled) return {};  // asked to stop; it comes again
    Status told = why.Annotate("not read, tried again at the next run");
    LogError("collector", told.message());
    return {QueueTrouble::kObject, std::move(told)};
  }

  void Sent(FlowObject object, bool sound, std::vector<FinishedObject>& finished) override {
    finished.push_back({id_, object.day, ObjectKeyHash(object.key)});
    if (sound && bucket_.remove_from_bucket) removals_.push_back(std::move(object.key));
  }

  void Committed() override {
    for (const std::string& key : removals_)
      if (const Status status = store_->Delete(key); !status.ok())
        LogWarning("collector", store_->name() + key + ": sent, but not removed from the bucket: " + status.message());
    removals_.clear();
  }

  Status End(bool&) override {
    for (const ObjectTask& task : failed_) listing_->MarkFailed(task);
    return listing_->Finish();
  }

  CollectorFault fault() const override {
    if (!listing_ || listing_->first_failure().ok()) return {};
    return {QueueTrouble::kListing, listing_->first_failure()};
  }

  ListingCounters listing() const override { return listing_ ? listing_->counters() : ListingCounters{}; }

 private:
  Status TakeOverProgress() {
    if (options_.wazuh_progress.empty() || bucket_.type != "cloudtrail") return Status::Ok();
    const Result<WazuhProgress> progress = ReadWazuhProgress(options_.wazuh_progress);
    if (progress.status().code() == Code::kNotFound) return Status::Ok();
    if (!progress.ok())
      return progress.status().Annotate("what Wazuh has read can't be taken over (remove the file to begin without it)");
    const std::string path = bucket_.name + '/' + bucket_.path + bucket_.path_suffix;
    for (const WazuhStream& stream : progress->streams) {
      if (stream.bucket_path != path) continue;
      const Status taken = TakeOver(*checkpoint_, id_, stream);
      if (taken.code() == Code::kInvalid) continue;  // read by us since
      TRAILSIFT_RETURN_IF_ERROR(taken);
      LogInfo("collector",
              path + ", account " + stream.account + ", region " + stream.region + ": goes on where Wazuh's script has been");
    }
    return Status::Ok();
  }

  Result<StorePage> FoldersBelow(const std::string& prefix) {
    StoreQuery query;
    query.prefix = prefix;
    query.delimiter = "/";
    return store_->List(query);
  }

  CollectorFault LookAtBucket() {
    const Result<StorePage> page = FoldersBelow(bucket_.path);
    if (!page.ok()) return {QueueTrouble::kListing, page.status()};
    if (page->prefixes.empty() && page->objects.empty())
      return {QueueTrouble::kEmptyBucket,
              Status(Code::kNotFound, store_->name() + bucket_.path + ": nothing here; check the bucket and its path")};
    if (ServiceFolder(bucket_.type).empty() || bucket_.type == "guardduty" || !bucket_.account_ids.empty()) return {};
    const std::string prefix = AccountsPrefix(bucket_);
    const Result<StorePage> accounts = FoldersBelow(prefix);
    if (!accounts.ok()) return {QueueTrouble::kListing, accounts.status()};
    if (!accounts->prefixes.empty()) return {};
    return {QueueTrouble::kNoAccounts,
            Status(Code::kNotFound,
                   store_->name() + prefix + ": no account folder here; check the prefix, the suffix and the organization")};
  }

  const BucketSettings& bucket_;
  const QueueCollectorOptions& options_;
  std::unique_ptr<ObjectStore> store_;
  Checkpoint* checkpoint_ = nullptr;
  std::int64_t id_ = 0;
  std::optional<Listing> listing_;
  std::vector<ObjectTask> failed_;
  std::vector<std::string> removals_;  // of the group
};

}  // namespace

Result<std::unique_ptr<CollectorSource>> MakeBucketSource(const QueueCollectorOptions& options) {
  Result<std::unique_ptr<ObjectStore>> store = MakeStore(options.settings.aws_s3.buckets.front());
  if (!store.ok()) return store.status();
  return std::unique_ptr<CollectorSource>(std::make_unique<CollectedBucket>(options, std::move(store).value()));
}

}  // namespace trailsift
