// Reads objects on several threads, lets a worker make a report of each, and hands the reports back in the order in which the objects were
// named.
//
//   next() ──▶ feeder ──▶ fetch (many at once, S3) ──▶ workers ──▶ in-order hand-over ──▶ Next() of the caller
//
// What is under way is bounded in bytes and objects, and the feeder waits: S3 keeps the data, we hold back. The feeder and the workers are
// threads of the flow; Next belongs to the thread that made it. Its end stops everything and joins.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/queue.h"
#include "base/status.h"
#include "base/time.h"
#include "config/discard_regex.h"
#include "event/event.h"
#include "formats/log_format.h"
#include "source/object_store.h"

namespace trailsift {

// A message of a queue named the object: where that is remembered, and the way back to the message.
struct Notice {
  std::uint64_t ticket = 0;
  std::int64_t source = 0;
  std::int64_t day = 0;  // on which the message was sent
};

// An object to read. `store` and `discard` are borrowed until its report is taken; without content `store` fetches it.
struct FlowObject {
  ObjectStore* store = nullptr;
  std::string key;
  std::uint64_t size = 0;
  std::optional<std::string> bytes;  // the content, where it is at hand: nothing is fetched then
  Millis name_time = 0;
  std::shared_ptr<const Envelope> envelope;
  const std::vector<DiscardRegex>* discard = nullptr;
  std::optional<LogFormat> format;  // nothing: CloudTrail's records
  // The caller's:
  std::int64_t day = 0;
  std::uint64_t tag = 0;
  std::optional<Millis> digests_from;  // set where this is a digest
  std::optional<Notice> notice;        // set where a queue named it
};

template <typename Report>
struct FlowResult {
  FlowObject object;
  Status fetch;  // not ok: the object could not be read, `report` is empty
  Report report;
  std::string bytes;  // the object as stored, where the worker kept it: something is to be quarantined

  // All of what was read could be used.
  bool IsSound() const { return report.object_fault.ok() && report.bad_records.empty(); }
};

struct FlowOptions {
  unsigned threads = 1;
  std::size_t max_objects = 512;      // under way at once
  std::size_t max_bytes = 48u << 20;  // of them, as stored; one larger object passes alone
};

template <typename Report>
class Flow {
 public:
  // Fills `report`, and `bytes` where they will be wanted, from the bytes of an object that was read; on one thread.
  using Worker = std::function<void(std::string bytes, FlowResult<Report>& result)>;

  // `next` is called on the feeder's thread until it answers nothing, `make_worker` once on each thread of the workers.
  Flow(FlowOptions options, std::function<Worker()> make_worker, std::function<std::optional<FlowObject>()> next);
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  enum class State { kReport, kWaiting, kEnd };
  // The next report in order; kWaiting when none came within `patience`.
  State Next(FlowResult<Report>& result, std::chrono::milliseconds patience);
  // Objects that were fed and whose results have not been taken.
  std::uint64_t under_way();
  // No further objects are asked for; what is under way still comes.
  void StopFeeding();
  // After the end: the object that was asked for and that StopFeeding left out.
  std::optional<FlowObject> TakeUnfed();

 private:
  struct Work {
    std::uint64_t sequence = 0;
    FlowObject object;
    std::optional<Result<std::string>> bytes;  // absent: the worker reads
  };

  // An object costs at least this much of the bound: its report weighs something too.
  static constexpr std::size_t kLeastCost = 4096;
  static std::size_t CostOf(const FlowObject& object) {
    return std::max<std::size_t>(kLeastCost, static_cast<std::size_t>(object.size));
  }

  static bool IsFetched(const FlowObject& object) { return !object.bytes && !object.store->local(); }

  void Feed(const std::stop_token& stop);
  void DoWork(const std::stop_token& stop);
  void Deliver(std::uint64_t sequence, FlowResult<Report> result);

  const FlowOptions options_;
  const std::function<Worker()> make_worker_;
  std::function<std::optional<FlowObject>()> next_;
  BoundedQueue<Work> work_;

  std::mutex mutex_;  // all below
  std::condition_variable_any changed_;
  std::map<std::uint64_t, FlowResult<Report>> done_;
  std::uint64_t wanted_ = 0;  // sequence of the next report
  std::uint64_t fed_ = 0;
  std::size_t bytes_under_way_ = 0;
  std::size_t fetching_ = 0;  // requests whose callback has not run
  bool fed_all_ = false;
  bool stop_feeding_ = false;
  std::optional<FlowObject> unfed_;

  std::vector<std::jthread> threads_;
};

template <typename Report>
Flow<Report>::Flow(FlowOptions options, std::function<Worker()> make_worker, std::function<std::optional<FlowObject>()> next)
    : options_(options), make_worker_(std::move(make_worker)), next_(std::move(next)), work_(SIZE_MAX) {
  threads_.emplace_back([this](const std::stop_token& stop) { Feed(stop); });
  for (unsigned i = 0; i < std::max(1u, options_.threads); ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { DoWork(stop); });
}

template <typename Report>
Flow<Report>::~Flow() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  // Requests under way call back into this object.
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return fetching_ == 0; });
}

template <typename Report>
void Flow<Report>::Feed(const std::stop_token& stop) {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stop_feeding_ || stop.stop_requested()) break;
    }
    std::optional<FlowObject> object = next_();
    if (!object) break;
    if (object->bytes) object->size = object->bytes->size();
    const std::size_t cost = CostOf(*object);
    std::uint64_t sequence;
    {
      std::unique_lock lock(mutex_);
      const bool room = changed_.wait(lock, stop, [&] {
        const std::uint64_t under_way = fed_ - wanted_;
        return stop_feeding_ || under_way == 0 ||
               (under_way < options_.max_objects && bytes_under_way_ + cost <= options_.max_bytes);
      });
      if (!room || stop_feeding_) {
        unfed_ = std::move(object);
        break;
      }
      sequence = fed_++;
      bytes_under_way_ += cost;
      if (IsFetched(*object)) ++fetching_;
    }
    if (!IsFetched(*object)) {
      std::optional<Result<std::string>> bytes;
      if (object->bytes) bytes = *std::exchange(object->bytes, std::nullopt);
      work_.Push({sequence, std::move(*object), std::move(bytes)}, 0);
      continue;
    }
    ObjectStore* store = object->store;
    const std::string key = object->key;
    const std::uint64_t size = object->size;
    // The object travels with its callback; std::function wants it copyable.
    auto shared = std::make_shared<FlowObject>(std::move(*object));
    store->GetAsync(key, size, [this, sequence, shared](Result<std::string> bytes) {
      work_.Push({sequence, std::move(*shared), std::move(bytes)}, 0);
      std::lock_guard lock(mutex_);
      --fetching_;
      changed_.notify_all();
    });
  }
  std::lock_guard lock(mutex_);
  fed_all_ = true;
  changed_.notify_all();
}

template <typename Report>
void Flow<Report>::DoWork(const std::stop_token& stop) {
  const Worker worker = make_worker_();
  while (std::optional<Work> work = work_.Pop(stop)) {
    Result<std::string> bytes = work->bytes ? std::move(*work->bytes) : work->object.store->Get(work->object.key);
    FlowResult<Report> result;
    result.object = std::move(work->object);
    if (bytes.ok()) worker(std::move(bytes).value(), result);
    else result.fetch = bytes.status();
    Deliver(work->sequence, std::move(result));
  }
}

template <typename Report>
void Flow<Report>::Deliver(std::uint64_t sequence, FlowResult<Report> result) {
  std::lock_guard lock(mutex_);
  done_.emplace(sequence, std::move(result));
  if (sequence == wanted_) changed_.notify_all();
}

template <typename Report>
auto Flow<Report>::Next(FlowResult<Report>& result, std::chrono::milliseconds patience) -> State {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return !done_.empty() && done_.begin()->first == wanted_; };
  const auto over = [&] { return fed_all_ && wanted_ == fed_; };
  if (!changed_.wait_for(lock, patience, [&] { return ready() || over(); })) return State::kWaiting;
  if (!ready()) return State::kEnd;
  result = std::move(done_.begin()->second);
  done_.erase(done_.begin());
  ++wanted_;
  bytes_under_way_ -= CostOf(result.object);
  changed_.notify_all();
  return State::kReport;
}

template <typename Report>
std::uint64_t Flow<Report>::under_way() {
  std::lock_guard lock(mutex_);
  return fed_ - wanted_;
}

template <typename Report>
void Flow<Report>::StopFeeding() {
  std::lock_guard lock(mutex_);
  stop_feeding_ = true;
  changed_.notify_all();
}

template <typename Report>
std::optional<FlowObject> Flow<Report>::TakeUnfed() {
  std::lock_guard lock(mutex_);
  return std::exchange(unfed_, std::nullopt);
}

}  // namespace trailsift
