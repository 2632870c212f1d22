// What a hunt is to read: lists files, folders and S3 prefixes and hands out each object that may hold events of the wanted time. `hunt`
// reads what comes out; `hunt --plan` counts it. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "source/object_store.h"

namespace trailsift {

// One thing to read: a file, a folder, `s3://bucket/prefix`, or `-`.
struct HuntInput {
  std::string text;
  std::shared_ptr<ObjectStore> store;
  std::string prefix;      // of the keys; a single file: the key
  bool single = false;     // exactly the key `prefix`
  std::uint64_t size = 0;  // of a single file
};

struct HuntObject {
  Millis name_time = 0;  // in its name, else its day's beginning, else 0
  std::string key;
  std::uint64_t size = 0;
  std::size_t input = 0;
  bool archived = false;
};

struct HuntListing {
  std::uint64_t pages = 0;          // asked of servers
  std::uint64_t other_files = 0;    // not named like logs
  std::uint64_t outside_times = 0;  // named too early or too late for the wanted time
  struct Failure {
    Status status;
    bool local = false;
  };
  std::vector<Failure> failures;  // an input that failed may have given objects before
};

// Records outside of [start, end) are not wanted. `visit` gets the objects of each input in the order of their keys. A request to stop ends
// it early and is no failure.
struct HuntRange {
  std::optional<Millis> start;
  std::optional<Millis> end;
};
HuntListing ListHunt(const std::vector<HuntInput>& inputs, const HuntRange& range, const std::stop_token& stop,
                     const std::function<void(HuntObject&&)>& visit);

}  // namespace trailsift
