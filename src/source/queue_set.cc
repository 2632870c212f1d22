#include "source/queue_set.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace trailsift {
namespace {

// A ticket is the message's number and the queue.
constexpr std::uint64_t kMaxQueues = 1024;

}  // namespace

void QueueSet::Add(std::unique_ptr<MessageQueue> queue, const QueueReaderOptions& options) {
  readers_.push_back(std::make_unique<QueueReader>(std::move(queue), options, [this] { Changed(); }));
}

void QueueSet::Changed() {
  std::lock_guard lock(mutex_);
  ++changes_;
  changed_.notify_all();
}

void QueueSet::SetWanted(bool wanted) {
  for (const auto& reader : readers_) reader->SetWanted(wanted);
}

std::uint64_t QueueSet::failures() const {
  std::uint64_t failures = 0;
  for (const auto& reader : readers_) failures += reader->counters().failures;
  return failures;
}

Status QueueSet::first_failure() const {
  for (const auto& reader : readers_)
    if (Status failure = reader->first_failure(); !failure.ok()) return failure;
  return Status::Ok();
}

std::vector<QueueState> QueueSet::states() const {
  std::vector<QueueState> states;
  for (const auto& reader : readers_) states.push_back(reader->state());
  return states;
}

std::optional<QueueSet::Item> QueueSet::TryNext() {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const std::size_t queue = turn_++ % readers_.size();
    if (std::optional<QueuedObject> object = readers_[queue]->Next()) {
      Item item;
      item.queue = queue;
      item.ticket = object->message * kMaxQueues + queue;
      item.object = *std::move(object);
      return item;
    }
  }
  return std::nullopt;
}

bool QueueSet::drained() const {
  return std::all_of(readers_.begin(), readers_.end(), [](const auto& reader) { return reader->drained(); });
}

std::optional<QueueSet::Item> QueueSet::Next(Millis until, const std::stop_token& stop) {
  for (;;) {
    std::uint64_t seen = 0;
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(interrupted_, false)) return std::nullopt;
      seen = changes_;
    }
    if (stop.stop_requested()) return std::nullopt;
    if (std::optional<Item> item = TryNext()) return item;
    const Millis left = until - NowMillis();
    if (left <= 0 || drained()) return std::nullopt;
    std::unique_lock lock(mutex_);
    // At most an hour at once: the clock may be set.
    changed_.wait_for(lock, stop, std::chrono::milliseconds(std::min(left, kHour)),
                      [&] { return changes_ != seen || interrupted_; });
  }
}

void QueueSet::Interrupt() {
  std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_all();
}

void QueueSet::Finish(std::uint64_t ticket, bool failed) { readers_[ticket % kMaxQueues]->Finish(ticket / kMaxQueues, failed); }

}  // namespace trailsift
