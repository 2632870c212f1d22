#include "source/queue_reader.h"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "base/log.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 10;
constexpr std::size_t kMaxComplaints = 1000;
// A message that the queue took so lately is no backlog.
constexpr Millis kJustSent = 5 * kMinute;
// At the end, for the answers.
constexpr std::chrono::seconds kFarewell(2);
constexpr std::chrono::seconds kGiveBack(3);
constexpr milliseconds kLastReceive(500);

}  // namespace

QueueReader::QueueReader(std::unique_ptr<MessageQueue> queue, QueueReaderOptions options, std::function<void()> on_change)
    : options_(options), on_change_(std::move(on_change)), queue_(std::move(queue)) {
  ScheduleRenewal();
}

QueueReader::~QueueReader() {
  std::vector<std::string> receipts;
  {
    std::unique_lock lock(mutex_);
    wanted_ = false;
    settled_.wait_for(lock, kFarewell, [&] { return to_delete_.empty() && deleting_ == 0; });
    // A receive that is broken off takes with it what its answer holds; an empty one only waits.
    settled_.wait_for(lock, kLastReceive, [&] { return receiving_ == 0; });
    ended_ = true;
    for (const auto& [number, held] : held_) receipts.push_back(held.receipt);
  }
  // Others need not wait for what we don't finish. Not at once: a receive of ours that is broken off below must not get it.
  struct Answers {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t missing = 0;
  };
  const auto answers = std::make_shared<Answers>();
  for (std::size_t i = 0; i < receipts.size(); i += kBatch) {
    const auto from = receipts.begin() + static_cast<std::ptrdiff_t>(i);
    {
      std::lock_guard lock(answers->mutex);
      ++answers->missing;
    }
    queue_->Hide({from, from + static_cast<std::ptrdiff_t>(std::min(kBatch, receipts.size() - i))}, kGiveBack,
                 [answers](const Status&) {
                   std::lock_guard lock(answers->mutex);
                   --answers->missing;
                   answers->changed.notify_all();
                 });
  }
  {
    std::unique_lock lock(answers->mutex);
    answers->changed.wait_for(lock, kFarewell, [&] { return answers->missing == 0; });
  }
  queue_->Cancel();
  queue_.reset();
}

void QueueReader::SetWanted(bool wanted) {
  int more = 0;
  {
    std::lock_guard lock(mutex_);
    if (wanted == wanted_ || ended_) return;
    wanted_ = wanted;
    if (!wanted) return;
    came_empty_ = false;
    more = options_.receives - receiving_;
  }
  for (int i = 0; i < more; ++i) Receive();
}

void QueueReader::Receive() {
  {
    std::lock_guard lock(mutex_);
    if (!wanted_ || ended_ || receiving_ >= options_.receives || (options_.drain && came_empty_)) return;
    if (held_.size() + (static_cast<std::size_t>(receiving_) + 1) * kBatch > options_.max_held) return;
    ++receiving_;
  }
  queue_->Receive(options_.wait, options_.hidden,
                  [this](Result<std::vector<QueueMessage>> messages) { OnMessages(std::move(messages)); });
}

void QueueReader::OnMessages(Result<std::vector<QueueMessage>> messages) {
  bool again = true;
  {
    std::lock_guard lock(mutex_);
    --receiving_;
    settled_.notify_all();
    if (ended_) return;
    if (!messages.ok()) {
      again = false;
      came_empty_ = true;
      if (messages.status().code() != Code::kCancelled) Complain(messages.status());
    } else {
      last_failure_.clear();
      came_empty_ = messages->empty();
      const Millis now = NowMillis();
      if (std::all_of(messages->begin(), messages->end(), [now](const QueueMessage& m) { return m.sent > now - kJustSent; }))
        caught_up_ = now;
      for (QueueMessage& message : *messages) Take(std::move(message));
    }
  }
  on_change_();
  DeleteSome();
  if (again) Receive();
  else queue_->After(options_.pause, [this] { Receive(); });
}

// Says a failure once, until another comes or it has passed.
void QueueReader::Complain(const Status& failure) {
  ++counters_.failures;
  if (first_failure_.ok()) first_failure_ = failure;
  if (last_failure_ == failure.message()) return;
  last_failure_ = failure.message();
  LogError("queue", failure.message() + (options_.drain ? "" : "; trying again"));
}

void QueueReader::Take(QueueMessage message) {
  ++counters_.received;
  if (message.sent > 0) age_at_receipt_ = std::max<Millis>(0, NowMillis() - message.sent);
  const Clock::time_point hidden_until = Clock::now() + options_.hidden;
  if (const auto known = numbers_.find(message.id); known != numbers_.end()) {
    // It became visible while we hold it: from now on the new receipt counts.
    Held& held = held_.at(known->second);
    held.receipt = std::move(message.receipt);
    held.hidden_until = hidden_until;
    return;
  }
  Notification notification = ReadNotification(message.body);
  switch (notification.kind) {
    case Notification::Kind::kUnknown:
      ++counters_.unknown;
      if (complained_.size() < kMaxComplaints && complained_.insert(message.id).second)
        LogWarning("queue", "queue " + queue_->name() + ": message " + message.id +
                                " names no object in a form that we know; it is left there (its dead-letter policy decides)");
      return;
    case Notification::Kind::kNothing:
      ++counters_.nothing;
      to_delete_.push_back(std::move(message.receipt));
      return;
    case Notification::Kind::kObjects: break;
  }
  const std::uint64_t number = next_number_++;
  for (NotifiedObject& object : notification.objects) ready_.push_back({number, std::move(object), message.sent});
  numbers_.emplace(message.id, number);
  held_.emplace(number, Held{std::move(message.id), std::move(message.receipt), notification.objects.size(), false, message.sent,
                             hidden_until});
}

std::optional<QueuedObject> QueueReader::Next() {
  std::lock_guard lock(mutex_);
  if (ready_.empty()) return std::nullopt;
  QueuedObject object = std::move(ready_.front());
  ready_.pop_front();
  return object;
}

void QueueReader::Finish(std::uint64_t message, bool failed) {
  {
    std::lock_guard lock(mutex_);
    const auto found = held_.find(message);
    if (found == held_.end()) return;
    Held& held = found->second;
    held.failed = held.failed || failed;
    if (--held.open > 0) return;
    if (held.failed) ++counters_.failed;
    else to_delete_.push_back(std::move(held.receipt));
    numbers_.erase(held.id);
    held_.erase(found);
  }
  DeleteSome();
  on_change_();
  Receive();
}

std::vector<std::string> QueueReader::TakeDeletions() {
  std::lock_guard lock(mutex_);
  // While a request is under way a fuller batch gathers.
  const bool worthwhile = to_delete_.size() >= kBatch || (deleting_ == 0 && !to_delete_.empty());
  if (ended_ || !worthwhile || deleting_ >= options_.deletions) return {};
  ++deleting_;
  const auto end = to_delete_.begin() + static_cast<std::ptrdiff_t>(std::min(kBatch, to_delete_.size()));
  std::vector<std::string> batch(std::make_move_iterator(to_delete_.begin()), std::make_move_iterator(end));
  to_delete_.erase(to_delete_.begin(), end);
  return batch;
}

void QueueReader::DeleteSome() {
  for (std::vector<std::string> batch = TakeDeletions(); !batch.empty(); batch = TakeDeletions()) {
    queue_->Delete(batch, [this, count = batch.size()](const Status& status) {
      {
        std::lock_guard lock(mutex_);
        --deleting_;
        settled_.notify_all();
        if (status.ok()) counters_.deleted += count;
        // They come again and are known then.
        else if (status.code() != Code::kCancelled) Complain(status);
      }
      DeleteSome();
      on_change_();
    });
  }
}

void QueueReader::ScheduleRenewal() {
  queue_->After(std::chrono::duration_cast<milliseconds>(options_.hidden) / 3, [this] { Renew(); });
}

void QueueReader::Renew() {
  std::vector<std::vector<std::string>> batches;
  {
    std::lock_guard lock(mutex_);
    if (ended_) return;
    const Clock::time_point now = Clock::now();
    for (auto& [number, held] : held_) {
      if (held.hidden_until - now > options_.hidden * 2 / 3) continue;
      held.hidden_until = now + options_.hidden;
      if (batches.empty() || batches.back().size() == kBatch) batches.emplace_back();
      batches.back().push_back(held.receipt);
    }
  }
  for (const std::vector<std::string>& batch : batches) {
    queue_->Hide(batch, options_.hidden, [this](const Status& status) {
      std::lock_guard lock(mutex_);
      if (!status.ok() && status.code() != Code::kCancelled && !ended_) Complain(status);
    });
  }
  ScheduleRenewal();
}

bool QueueReader::drained() const {
  std::lock_guard lock(mutex_);
  return came_empty_ && receiving_ == 0 && held_.empty() && to_delete_.empty() && deleting_ == 0;
}

QueueCounters QueueReader::counters() const {
  std::lock_guard lock(mutex_);
  return counters_;
}

Status QueueReader::first_failure() const {
  std::lock_guard lock(mutex_);
  return first_failure_;
}

QueueState QueueReader::state() const {
  std::lock_guard lock(mutex_);
  QueueState state;
  state.name = queue_->name();
  state.counters = counters_;
  state.held = held_.size();
  for (const auto& [number, held] : held_)
    if (held.sent > 0) state.oldest_sent = std::min(state.oldest_sent.value_or(held.sent), held.sent);
  state.age_at_receipt = age_at_receipt_;
  state.caught_up = caught_up_;
  state.traffic = queue_->traffic();
  return state;
}

}  // namespace trailsift
