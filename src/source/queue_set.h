// All queues of the configuration as one: the next object of any of them, with a ticket that finds the way back. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/time.h"
#include "source/queue_reader.h"

namespace trailsift {

class QueueSet {
 public:
  struct Item {
    std::size_t queue = 0;     // as added
    std::uint64_t ticket = 0;  // for Finish; never 0
    QueuedObject object;
  };

  QueueSet() = default;
  QueueSet(const QueueSet&) = delete;
  QueueSet& operator=(const QueueSet&) = delete;

  // Not beside other calls.
  void Add(std::unique_ptr<MessageQueue> queue, const QueueReaderOptions& options);

  void SetWanted(bool wanted);
  // Requests that failed after all retries.
  std::uint64_t failures() const;
  // The first of them, of the first queue that has one; ok: none.
  Status first_failure() const;
  // Of each queue, as added.
  std::vector<QueueState> states() const;
  // An object that is at hand; the queues take turns.
  std::optional<Item> TryNext();
  // Waits for one: until `until` (NowMillis), until `stop`, until Interrupt (also one of before), until all queues are drained.
  std::optional<Item> Next(Millis until, const std::stop_token& stop);
  void Interrupt();
  void Finish(std::uint64_t ticket, bool failed);

 private:
  void Changed();
  bool drained() const;

  std::mutex mutex_;  // the three below
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;
  bool interrupted_ = false;
  std::size_t turn_ = 0;  // the feeder's
  std::vector<std::unique_ptr<QueueReader>> readers_;
};

}  // namespace trailsift
