// Counts what is asked of a service of AWS. Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "aws/service_traffic.h"

namespace trailsift {

class TrafficMeter {
 public:
  // An attempt of the operation (`AssumeRole`).
  void Asked(const std::string& operation) {
    std::lock_guard lock(mutex_);
    ++traffic_.requests[operation];
  }
  // The attempt that comes is not the first one.
  void Retried() {
    std::lock_guard lock(mutex_);
    ++traffic_.retries;
  }
  ServiceTraffic Read() const {
    std::lock_guard lock(mutex_);
    return traffic_;
  }

 private:
  mutable std::mutex mutex_;
  ServiceTraffic traffic_;
};

}  // namespace trailsift
