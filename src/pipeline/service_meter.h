// Keeps a service's numbers and tells of them: on the board a few times a second, so that readers never hold the service up, and in the log
// every minute of a pass that takes so long. Times are the caller's. One thread; the board's readers are others.
#pragma once

#include <optional>
#include <string>

#include "alert/alert.h"
#include "pipeline/service_status.h"

namespace trailsift {

class ServiceMeter {
 public:
  // `board` may be absent; it outlives the meter.
  ServiceMeter(StatusBoard* board, Millis started);

  // The service's thread gathers what others count into it, then calls one of those below.
  ServiceStatus& status() { return status_; }

  void BeginPass(Millis now);
  void EndPass(bool fine, Millis now);
  // An alert was handed to the files.
  void Wrote(const Alert& alert, Millis now);
  void SawObject(Millis name_time);
  // Writing failed, and is tried again; or it works.
  void DiskFailed();
  void DiskWorks() { status_.disk_waits = false; }

  // Whether it is time to gather and call Tell; cheap.
  bool IsDue(Millis now) const { return now - published_ >= kPublishEvery || now < published_; }
  // Publishes. What the log should say of the pass under way, when a minute has passed.
  std::optional<std::string> Tell(Millis now);

 private:
  static constexpr Millis kPublishEvery = 250;
  static constexpr Millis kLogEvery = kMinute;
  void Publish(Millis now);

  StatusBoard* board_;
  ServiceStatus status_;
  RunCounters before_;  // the pass
  Millis published_ = 0;
  Millis logged_ = 0;
};

// `3 min under way: 12,345 objects (1.2 GiB), …`; `pass`: what was done in it.
std::string DescribePass(const RunCounters& pass, Millis took, const std::optional<Millis>& newest_object, Millis now);

}  // namespace trailsift
