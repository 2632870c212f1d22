// What Service does with queues: which object a message names, whether it is known already, and the time between two passes.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "pipeline/noticed.h"
#include "pipeline/service.h"
#include "source/layout.h"

namespace trailsift {

bool Service::has_queues() const { return !options_.settings->aws_s3.subscribers.empty(); }

std::optional<FlowObject> Service::NextNoticed() {
  while (const std::optional<QueueSet::Item> item = queues_->TryNext())
    if (std::optional<FlowObject> object = PlaceNoticed(*item)) return object;
  return std::nullopt;
}

std::optional<FlowObject> Service::PlaceNoticed(const QueueSet::Item& item) {
  const NotifiedObject& noticed = item.object.object;
  const auto give_up = [&](const Status& status) -> std::optional<FlowObject> {
    LogError("source",
             "s3://" + noticed.bucket + '/' + noticed.key + ": not read, its message stays in the queue: " + status.message());
    queues_->Finish(item.ticket, true);
    return std::nullopt;
  };
  const std::size_t subscriber = subscribers_[item.queue];
  const Result<std::size_t> notified = sources_->Notified(subscriber, noticed.bucket);
  if (!notified.ok()) return give_up(notified.status());
  const std::optional<std::size_t> listed = sources_->OfKey(noticed.bucket, noticed.key);
  const std::size_t index = listed.value_or(*notified);
  FlowObject object = NoticedObject(item, sources_->at(*notified).id, sources_->at(index));
  object.tag = index;
  const Result<bool> known = IsKnown(object);
  if (!known.ok()) return give_up(known.status());
  if (!*known) return object;
  ++known_notices_;
  queues_->Finish(item.ticket, false);
  return std::nullopt;
}

Result<bool> Service::IsKnown(const FlowObject& object) {
  Result<bool> known = WasNoticed(*checkpoint_, object);
  if (!known.ok() || *known) return known;
  const ObjectSource& origin = sources_->at(object.tag);
  if (origin.id == object.notice->source) return false;
  known = checkpoint_->IsFinished({origin.id, object.day, ObjectKeyHash(object.key)});
  if (!known.ok() || *known || object.day == kNoDay) return known;
  // Listings that reached beyond its day have read it, unless it came later than they look back.
  const Millis look_back = options_.settings->own.look_back / kDay;
  const KeyFacts facts = ReadKey(object.key);
  const Result<Stream> stream = checkpoint_->EnsureStream(origin.id, std::string(facts.account), std::string(facts.region));
  if (!stream.ok()) return stream.status();
  return stream->done_day && object.day < *stream->done_day - look_back && object.notice->day - object.day < look_back;
}

std::optional<FlowObject> Service::OncePlaceIsKnown(std::optional<FlowObject> object) {
  const bool known_account = !known_places_.insert(object->envelope->account_id).second;
  const bool known_bucket = !known_places_.insert(object->envelope->bucket).second;
  if (known_account && known_bucket) return object;
  unfed_ = std::move(object);
  return std::nullopt;
}

Status Service::EndWatchedQueues() {
  // A bucket that only queues name is as silent as they are; while something old waits in one of them, or it can't be read, nobody knows.
  constexpr Millis kNearly = 5 * kMinute;
  const Millis now = NowMillis();
  Millis caught_up = now;
  for (const QueueState& queue : queues_->states()) caught_up = std::min(caught_up, queue.caught_up);
  if (subscribers_.size() < options_.settings->aws_s3.subscribers.size() || caught_up < now - kNearly) return {};
  const Result<std::vector<std::pair<std::int64_t, std::string>>> notified = sources_->OnlyNotified();
  if (!notified.ok()) return notified.status();
  std::vector<WatchedSource> watched;
  for (const auto& [id, bucket] : *notified) watched.push_back({id, "s3://" + bucket + '/', bucket, {}, {}});
  watch_->EndQueues(watched, caught_up);
  return {};
}

bool Service::MayReconcile() const {
  // A message that a killed process held comes again when it is visible.
  return resolver_->awaited() == 0 || (has_queues() && NowMillis() - opened_ > 2 * options_.settings->own.queue_visibility);
}

Result<PassReport> Service::FollowQueues(Millis until, const std::stop_token& stop) {
  PassReport pass;
  if (!OpenSources()) pass.remote_failure = true;
  discovered_ = true;
  queues_->SetWanted(true);
  const std::uint64_t failures = queues_->failures();
  for (bool more = true; more && !stop.stop_requested();) {
    TRAILSIFT_RETURN_IF_ERROR(TakeRules(stop));
    const Result<bool> flowed = RunFlow({nullptr, until}, stop, pass);
    if (!flowed.ok()) return flowed.status();
    more = *flowed;
  }
  queues_->SetWanted(false);
  pass.stopped = stop.stop_requested();
  if (queues_->failures() > failures) pass.remote_failure = true;
  pass.listing.known = known_notices_.exchange(0);
  if (!pass.stopped && MayReconcile()) resolver_->Reconcile();
  if (!pass.stopped) TRAILSIFT_RETURN_IF_ERROR(EndWatchedQueues());
  TRAILSIFT_RETURN_IF_ERROR(CommitPatiently(stop));
  meter_.status().known += pass.listing.known;
  Gather(0);
  meter_.Tell(NowMillis());
  return pass;
}

}  // namespace trailsift
