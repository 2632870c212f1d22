// Tries what a run does with the queue of one <subscriber>, without taking a message: what would receive asks for no message at all, what
// would delete or hide one names a receipt that SQS never gave. SQS refuses such requests as wrong where they are allowed, and as denied
// where they are not. (A receive of a real message counts towards the queue's maxReceiveCount, even when it is given back at once.)
// Which buckets the messages name no setting says, so of their objects those are read that the options name. Blocking.
#pragma once

#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"

namespace trailsift {

void CheckQueue(const SubscriberSettings& subscriber, const DoctorOptions& options, const Tell& tell);

}  // namespace trailsift
