// An object that a message of a queue names, on its way to the flow: where it is remembered, and whether it is known already. For every reader
// of queues (service.h, queue_collector.h).
#pragma once

#include <cstdint>

#include "base/status.h"
#include "pipeline/flow.h"
#include "pipeline/object_sources.h"
#include "source/checkpoint.h"
#include "source/queue_set.h"

namespace trailsift {

// Days for which it is remembered: SQS keeps a message for 14 days, in dead-letter queues too.
inline constexpr std::int64_t kNoticesKept = 15;

// `notified`: the source under which the bucket is known as a queue's; `origin`: what says how the object is read, that one or the configured
// bucket that lists it as well.
FlowObject NoticedObject(const QueueSet::Item& item, std::int64_t notified, const ObjectSource& origin);
// Whether a message named it before and it was finished then.
Result<bool> WasNoticed(Checkpoint& checkpoint, const FlowObject& object);

}  // namespace trailsift
