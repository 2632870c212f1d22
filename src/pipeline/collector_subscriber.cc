// The collector's objects that messages of a queue name. A message is deleted when all of its objects are durable; the collection ends when
// the queue gives nothing any more.
#include <chrono>
#include <cstdint>
#include <utility>

#include "aws/credential_pool.h"
#include "base/log.h"
#include "pipeline/collector_source.h"
#include "pipeline/noticed.h"
#include "pipeline/object_sources.h"
#include "source/queue_set.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

class CollectedSubscriber final : public CollectorSource {
 public:
  CollectedSubscriber(const QueueCollectorOptions& options, std::shared_ptr<CredentialPool> pool,
                      std::unique_ptr<MessageQueue> queue)
      : options_(options), pool_(std::move(pool)), queue_(std::move(queue)) {}

  Status Join(Checkpoint& checkpoint) override {
    checkpoint_ = &checkpoint;
    sources_ = std::make_unique<ObjectSources>(options_.settings, checkpoint, pool_);
    return Status::Ok();
  }

  CollectorFault Begin() override {
    QueueReaderOptions options;
    options.hidden = std::chrono::seconds(options_.queue_visibility / kSecond);
    options.wait = std::chrono::seconds(options_.queue_wait / kSecond);
    options.drain = true;
    queues_.Add(std::move(queue_), options);
    queues_.SetWanted(true);
    return {};
  }

  std::optional<FlowObject> Next(const std::stop_token& stop) override {
    while (const std::optional<QueueSet::Item> item = queues_.Next(INT64_MAX, stop))
      if (std::optional<FlowObject> object = Place(*item)) return object;
    return std::nullopt;
  }

  void Cancel() override {
    queues_.SetWanted(false);
    queues_.Interrupt();
    sources_->Cancel();
  }

  std::string PlaceBefore(const FlowObject& object) const override { return object.store->name(); }

  CollectorFault NotRead(const FlowObject& object, const Status& why) override {
    if (why.code() == Code::kNotFound) {
      acknowledged_.push_back(object.notice->ticket);
      return {};
    }
    if (why.code() == Code::kCancelled) return {};  // given back at the end
    queues_.Finish(object.notice->ticket, true);
    return Left(object.store->name() + object.key, why);
  }

  void Sent(FlowObject object, bool, std::vector<FinishedObject>& finished) override {
    finished.push_back({object.notice->source, object.notice->day, ObjectKeyHash(object.key)});
    acknowledged_.push_back(object.notice->ticket);
  }

  void Committed() override {
    for (const std::uint64_t ticket : acknowledged_) queues_.Finish(ticket, false);
    acknowledged_.clear();
  }

  Status End(bool&) override {
    for (const std::int64_t source : sources_->notified_ids())
      TRAILSIFT_RETURN_IF_ERROR(checkpoint_->ForgetBefore(source, NowMillis() / kDay - kNoticesKept));
    return Status::Ok();
  }

  CollectorFault fault() const override {
    if (misplaced_.trouble != QueueTrouble::kNone) return misplaced_;
    Status why = queues_.first_failure();
    return {why.ok() ? QueueTrouble::kNone : QueueTrouble::kMessages, std::move(why)};
  }

  ListingCounters listing() const override {
    ListingCounters counters;
    counters.known = known_;
    return counters;
  }

 private:
  static CollectorFault Left(const std::string& place, const Status& why) {
    Status told(why.code(), place + ": not read, its message stays in the queue: " + why.message());
    LogError("collector", told.message());
    return {QueueTrouble::kObject, std::move(told)};
  }

  // Nothing where the object is known or can't be placed.
  std::optional<FlowObject> Place(const QueueSet::Item& item) {
    const NotifiedObject& noticed = item.object.object;
    const auto give_up = [&](const Status& why) -> std::optional<FlowObject> {
      misplaced_ = Left("s3://" + noticed.bucket + '/' + noticed.key, why);
      queues_.Finish(item.ticket, true);
      return std::nullopt;
    };
    const Result<std::size_t> index = sources_->Notified(0, noticed.bucket);
    if (!index.ok()) return give_up(index.status());
    const ObjectSource& origin = sources_->at(*index);
    FlowObject object = NoticedObject(item, origin.id, origin);
    const Result<bool> known = WasNoticed(*checkpoint_, object);
    if (!known.ok()) return give_up(known.status());
    if (!*known) return object;
    ++known_;
    queues_.Finish(item.ticket, false);
    return std::nullopt;
  }

  const QueueCollectorOptions& options_;
  const std::shared_ptr<CredentialPool> pool_;  // keys of the queue and of what it names
  std::unique_ptr<MessageQueue> queue_;         // until it begins
  Checkpoint* checkpoint_ = nullptr;
  std::unique_ptr<ObjectSources> sources_;
  std::vector<std::uint64_t> acknowledged_;  // tickets of the group
  // The feeder's until the end.
  CollectorFault misplaced_;
  std::uint64_t known_ = 0;
  QueueSet queues_;  // ends first: what it holds is given back
};

}  // namespace

Result<std::unique_ptr<CollectorSource>> MakeSubscriberSource(const QueueCollectorOptions& options) {
  auto pool = std::make_shared<CredentialPool>();
  Result<std::unique_ptr<MessageQueue>> queue = MakeQueue(options.settings.aws_s3.subscribers.front(), pool);
  if (!queue.ok()) return queue.status();
  return std::unique_ptr<CollectorSource>(
      std::make_unique<CollectedSubscriber>(options, std::move(pool), std::move(queue).value()));
}

}  // namespace trailsift
