// Where the collector alone (queue_collector.h) has its objects from: a bucket, a service, or what the queue of a subscriber names. Next
// belongs to the feeder's thread, Cancel to any, all else to the collector's. What can't be read is logged here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "pipeline/flow.h"
#include "pipeline/queue_collector.h"
#include "source/checkpoint.h"
#include "source/listing.h"

namespace trailsift {

struct CollectorFault {
  QueueTrouble trouble = QueueTrouble::kNone;
  Status why;
};

class CollectorSource {
 public:
  virtual ~CollectorSource() = default;

  // The state is open: takes its place in it. `checkpoint` outlives the source. The failure is the state's.
  virtual Status Join(Checkpoint& checkpoint) = 0;
  // The queue of Wazuh is there, too: begins. A fault ends the collection, and was logged.
  virtual CollectorFault Begin() = 0;

  // Nothing at the end, after `stop` and after Cancel.
  virtual std::optional<FlowObject> Next(const std::stop_token& stop) = 0;
  // Requests under way are given up, and nothing more is asked for.
  virtual void Cancel() = 0;

  // An object's place in messages is this and its key.
  virtual std::string PlaceBefore(const FlowObject& object) const = 0;
  // Under which name quarantine has it.
  virtual std::string QuarantineName(const FlowObject& object) const { return PlaceBefore(object) + object.key; }

  // An object could not be fetched. The fault is told at the end; it was logged.
  virtual CollectorFault NotRead(const FlowObject& object, const Status& why) = 0;
  // All messages of an object are in Wazuh's queue. What the next commit is to make durable of it goes into `finished`. `sound`: all of it
  // could be used.
  virtual void Sent(FlowObject object, bool sound, std::vector<FinishedObject>& finished) = 0;
  // All that was sent is durable.
  virtual void Committed() = 0;
  // Nothing more comes, and all is committed; unless it was stopped. The failure is the state's. `more`: something is to be committed.
  virtual Status End(bool& more) = 0;

  // What could not be read, beside objects.
  virtual CollectorFault fault() const = 0;
  virtual ListingCounters listing() const { return {}; }
};

// Of the bucket, service or subscriber of the options, which outlive it. The failure is a profile, an endpoint or a name that can't be.
Result<std::unique_ptr<CollectorSource>> MakeBucketSource(const QueueCollectorOptions& options);
Result<std::unique_ptr<CollectorSource>> MakeServiceSource(const QueueCollectorOptions& options);
Result<std::unique_ptr<CollectorSource>> MakeSubscriberSource(const QueueCollectorOptions& options);

}  // namespace trailsift
