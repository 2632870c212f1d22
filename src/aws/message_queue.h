// A queue that says which objects are new: Amazon SQS in aws/sqs.h, or what a test makes of it. Every message is given out again after a
// time unless it was deleted.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "aws/service_traffic.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct QueueMessage {
  std::string id;       // stays when the message is given out again
  std::string receipt;  // to delete it or to hide it longer; each giving out has its own
  std::string body;
  Millis sent = 0;  // when the queue took it; 0: not told
};

// Thread-safe. Callbacks come on a thread of the queue, once each, and must not block. The end of the queue answers what is under way with
// kCancelled.
class MessageQueue {
 public:
  virtual ~MessageQueue() = default;

  // At most ten messages, hidden from others for `hidden`; none when nothing came within `wait`.
  virtual void Receive(std::chrono::seconds wait, std::chrono::seconds hidden,
                       std::function<void(Result<std::vector<QueueMessage>>)> done) = 0;
  // At most ten receipts. A failure is that of at least one of them.
  virtual void Delete(const std::vector<std::string>& receipts, std::function<void(Status)> done) = 0;
  // Likewise: hides them for `hidden` from now on.
  virtual void Hide(const std::vector<std::string>& receipts, std::chrono::seconds hidden, std::function<void(Status)> done) = 0;
  // Runs the task on the queue's thread, `delay` from now; at once when the queue ends.
  virtual void After(std::chrono::milliseconds delay, std::function<void()> task) = 0;
  virtual void Cancel() = 0;
  // The queue's own name: `trail`.
  virtual std::string name() const = 0;
  // Since the beginning; nothing where no requests are sent.
  virtual ServiceTraffic traffic() const { return {}; }
};

}  // namespace trailsift
