// The messages of one queue, as objects to read. Each message is held until every object that it names is finished, then deleted; one of
// which an object failed is let go, so that it comes again and the queue's dead-letter policy counts. While messages are held they are
// hidden from others again and again. A message that can't be understood is counted and left.
// What its maker has finished is deleted at the end, too; what is still held then is given back.
//
// Bounded: no more is received while `max_held` messages are held. Thread-safe; callbacks of the queue run on its thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "aws/message_queue.h"
#include "aws/service_traffic.h"
#include "base/status.h"
#include "base/time.h"
#include "source/notification.h"

namespace trailsift {

struct QueueReaderOptions {
  std::chrono::seconds hidden{300};  // of a message, from receiving and from each renewal
  std::chrono::seconds wait{20};     // of an empty receive
  int receives = 8;                  // under way at once
  int deletions = 4;                 // likewise
  // Enough for what one commit makes durable; SQS itself allows 120,000 (20,000 for a FIFO queue).
  std::size_t max_held = 2000;
  std::chrono::milliseconds pause{5000};  // after a failed receive
  bool drain = false;                     // an empty (or failed) receive is the end: nothing more is asked for
};

struct QueueCounters {
  std::uint64_t received = 0;  // messages, each giving out counted
  std::uint64_t deleted = 0;
  std::uint64_t unknown = 0;   // left where they are
  std::uint64_t nothing = 0;   // test messages and the like
  std::uint64_t failed = 0;    // let go, because an object could not be read
  std::uint64_t failures = 0;  // requests that failed after all retries
};

// How a queue stands, for metrics.
struct QueueState {
  std::string name;
  QueueCounters counters;
  std::size_t held = 0;                  // messages that are not finished
  std::optional<Millis> oldest_sent;     // when the queue took the oldest of them
  std::optional<Millis> age_at_receipt;  // how long the message that was received last had been in the queue
  Millis caught_up = 0;                  // when the queue last gave nothing, or only what was sent minutes ago; 0: not yet
  ServiceTraffic traffic;
};

// An object of a message.
struct QueuedObject {
  std::uint64_t message = 0;  // for Finish
  NotifiedObject object;
  Millis sent = 0;  // when the queue took the message; 0: not told
};

class QueueReader {
 public:
  // `on_change` is called, on any thread and with nothing locked, when Next may answer something else than before.
  QueueReader(std::unique_ptr<MessageQueue> queue, QueueReaderOptions options, std::function<void()> on_change);
  ~QueueReader();
  QueueReader(const QueueReader&) = delete;
  QueueReader& operator=(const QueueReader&) = delete;

  // Whether more is to be received. What is held stays held.
  void SetWanted(bool wanted);
  std::optional<QueuedObject> Next();
  // An object of the message is done, durably, or `failed`. Once for each that Next gave.
  void Finish(std::uint64_t message, bool failed);

  // With `drain`: nothing came any more, nothing is under way and nothing is held.
  bool drained() const;
  QueueCounters counters() const;
  // The first request that failed after all retries; ok: none.
  Status first_failure() const;
  QueueState state() const;

 private:
  struct Held {
    std::string id;
    std::string receipt;
    std::size_t open = 0;  // objects that are not finished
    bool failed = false;
    Millis sent = 0;  // 0: not told
    std::chrono::steady_clock::time_point hidden_until;
  };

  void Receive();
  void OnMessages(Result<std::vector<QueueMessage>> messages);
  void Take(QueueMessage message);
  void DeleteSome();
  // A batch to delete now; empty: it is better to wait.
  std::vector<std::string> TakeDeletions();
  void Renew();
  void ScheduleRenewal();
  void Complain(const Status& failure);

  const QueueReaderOptions options_;
  const std::function<void()> on_change_;
  mutable std::mutex mutex_;  // all below but the queue
  bool wanted_ = false;
  bool ended_ = false;
  bool came_empty_ = false;
  int receiving_ = 0;
  std::map<std::uint64_t, Held> held_;                      // by number, as received
  std::unordered_map<std::string, std::uint64_t> numbers_;  // of held messages, by id
  std::deque<QueuedObject> ready_;
  std::uint64_t next_number_ = 1;
  std::vector<std::string> to_delete_;  // receipts
  int deleting_ = 0;                    // requests under way
  std::condition_variable settled_;     // a receive or a deletion is over
  std::set<std::string> complained_;    // ids of messages that are not understood
  std::string last_failure_;
  Status first_failure_;
  QueueCounters counters_;
  std::optional<Millis> age_at_receipt_;
  Millis caught_up_ = 0;
  std::unique_ptr<MessageQueue> queue_;  // ends first: its callbacks use the members above
};

}  // namespace trailsift
