// The limits of a doctor's visit.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "aws/environment.h"

namespace trailsift {

struct NamedObject {
  std::string bucket;
  std::string key;
};

struct DoctorOptions {
  std::chrono::milliseconds timeout{15'000};  // of each request
  int attempts = 2;                           // at each
  std::size_t max_streams = 100;              // accounts and regions of a bucket that are looked at; 0: all
  bool log_integrity = false;                 // the digests of CloudTrail's buckets are checked
  std::vector<NamedObject> objects;           // such as the messages of subscribers name
  Environment environment = ProcessEnvironment();
};

}  // namespace trailsift
