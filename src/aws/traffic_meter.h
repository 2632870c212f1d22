// Counts what is asked of a service of AWS. Thread-safe.
#pragma once

#include <mutex>
#include <string>

#include "aws/service_traffic.h"

namespace trailsift {

class TrafficMeter {
 public:
  // An attempt of the operation (`AssumeRole`); `again`: it is not the first one.
  void Asked(const std::string& operation, bool again) {
    std::lock_guard lock(mutex_);
    ++traffic_.requests[operation];
    if (again) ++traffic_.retries;
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
