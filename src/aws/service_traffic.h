// What was asked of a service of AWS, for metrics: plain numbers, a copy of what the clients count.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace trailsift {

struct ServiceTraffic {
  std::map<std::string, std::uint64_t> requests;  // by operation (`ReceiveMessage`), each attempt counted
  std::uint64_t retries = 0;                      // of them, sent again

  ServiceTraffic& operator+=(const ServiceTraffic& other) {
    for (const auto& [operation, count] : other.requests) requests[operation] += count;
    retries += other.retries;
    return *this;
  }
};

}  // namespace trailsift
