#include "pipeline/object_flow.h"

#include <algorithm>
#include <utility>

namespace trailsift {
namespace {

// An object costs at least this much of the bound: its report weighs something too.
constexpr std::size_t kLeastCost = 4096;

std::size_t CostOf(const FlowObject& object) { return std::max<std::size_t>(kLeastCost, static_cast<std::size_t>(object.size)); }

bool IsFetched(const FlowObject& object) { return !object.bytes && !object.store->local(); }

}  // namespace

ObjectFlow::ObjectFlow(FlowOptions options, const AnalyzerOptions& analyzer, std::function<std::optional<FlowObject>()> next)
    : options_(options), analyzer_(analyzer), next_(std::move(next)), work_(SIZE_MAX) {
  threads_.emplace_back([this](const std::stop_token& stop) { Feed(stop); });
  for (unsigned i = 0; i < std::max(1u, options_.threads); ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { Analyze(stop); });
}

ObjectFlow::~ObjectFlow() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
  // Requests under way call back into this object.
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return fetching_ == 0; });
}

void ObjectFlow::Feed(const std::stop_token& stop) {
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

void ObjectFlow::Analyze(const std::stop_token& stop) {
  Analyzer analyzer(analyzer_);
  while (std::optional<Work> work = work_.Pop(stop)) {
    Result<std::string> bytes = work->bytes ? std::move(*work->bytes) : work->object.store->Get(work->object.key);
    FlowReport report;
    report.object = std::move(work->object);
    if (!bytes.ok()) {
      report.fetch = bytes.status();
    } else {
      // Kept until we know whether something must be quarantined: damaged objects are small or rare.
      std::string text = std::move(bytes).value();
      report.report =
          analyzer.Analyze(text, *report.object.envelope, report.object.discard, report.object.name_time, report.object.format);
      if (!report.report.object_fault.ok()) report.bytes = std::move(text);
    }
    Deliver(work->sequence, std::move(report));
  }
}

void ObjectFlow::Deliver(std::uint64_t sequence, FlowReport report) {
  std::lock_guard lock(mutex_);
  done_.emplace(sequence, std::move(report));
  if (sequence == wanted_) changed_.notify_all();
}

ObjectFlow::State ObjectFlow::Next(FlowReport& report, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return !done_.empty() && done_.begin()->first == wanted_; };
  const auto over = [&] { return fed_all_ && wanted_ == fed_; };
  if (!changed_.wait_for(lock, patience, [&] { return ready() || over(); })) return State::kWaiting;
  if (!ready()) return State::kEnd;
  report = std::move(done_.begin()->second);
  done_.erase(done_.begin());
  ++wanted_;
  bytes_under_way_ -= CostOf(report.object);
  changed_.notify_all();
  return State::kReport;
}

void ObjectFlow::StopFeeding() {
  std::lock_guard lock(mutex_);
  stop_feeding_ = true;
  changed_.notify_all();
}

std::optional<FlowObject> ObjectFlow::TakeUnfed() {
  std::lock_guard lock(mutex_);
  return std::exchange(unfed_, std::nullopt);
}

}  // namespace trailsift
