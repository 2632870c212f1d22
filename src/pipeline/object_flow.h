// Reads and analyses objects on several threads and hands the reports back in the order in which the objects were named.
//
//   next() ──▶ feeder ──▶ fetch (many at once, S3) ──▶ workers ──▶ in-order hand-over ──▶ Next() of the caller
//
// What is under way is bounded in bytes and objects, and the feeder waits: S3 keeps the data, we hold back. The feeder and the workers are
// threads of the flow; Next belongs to the thread that made it. Its end stops everything and joins.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/queue.h"
#include "formats/log_format.h"
#include "pipeline/analyzer.h"
#include "source/object_store.h"

namespace trailsift {

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
  std::int64_t day = 0;             // the caller's
  std::uint64_t tag = 0;            // the caller's
};

struct FlowReport {
  FlowObject object;
  Status fetch;  // not ok: the object could not be read, `report` is empty
  ObjectReport report;
  std::string bytes;  // the object as stored, kept only when something is to be quarantined
};

struct FlowOptions {
  unsigned threads = 1;
  std::size_t max_objects = 512;      // under way at once
  std::size_t max_bytes = 48u << 20;  // of them, as stored; one larger object passes alone
};

class ObjectFlow {
 public:
  // `next` is called on the feeder's thread until it answers nothing. `analyzer` outlives the flow.
  ObjectFlow(FlowOptions options, const AnalyzerOptions& analyzer, std::function<std::optional<FlowObject>()> next);
  ~ObjectFlow();
  ObjectFlow(const ObjectFlow&) = delete;
  ObjectFlow& operator=(const ObjectFlow&) = delete;

  enum class State { kReport, kWaiting, kEnd };
  // The next report in order; kWaiting when none came within `patience`.
  State Next(FlowReport& report, std::chrono::milliseconds patience);
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

  void Feed(const std::stop_token& stop);
  void Analyze(const std::stop_token& stop);
  void Deliver(std::uint64_t sequence, FlowReport report);

  const FlowOptions options_;
  const AnalyzerOptions& analyzer_;
  std::function<std::optional<FlowObject>()> next_;
  BoundedQueue<Work> work_;

  std::mutex mutex_;  // all below
  std::condition_variable_any changed_;
  std::map<std::uint64_t, FlowReport> done_;
  std::uint64_t wanted_ = 0;  // sequence of the next report
  std::uint64_t fed_ = 0;
  std::size_t bytes_under_way_ = 0;
  std::size_t fetching_ = 0;  // requests whose callback has not run
  bool fed_all_ = false;
  bool stop_feeding_ = false;
  std::optional<FlowObject> unfed_;

  std::vector<std::jthread> threads_;
};

}  // namespace trailsift
