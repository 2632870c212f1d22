// `trailsift hunt`: runs the rules over history (files, folders, S3 prefixes, stdin) and gives the final alerts sorted by event time, then
// id. Touches neither a home nor a store. The alerts do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "pipeline/counters.h"
#include "pipeline/hunt_listing.h"
#include "pipeline/resolver.h"

namespace trailsift {

// How far a hunt is. While it lists, `in_all` and `bytes_in_all` grow and nothing else does.
struct HuntProgress {
  bool listing = true;
  bool done = false;         // everything is read and judged
  std::uint64_t in_all = 0;  // objects
  std::uint64_t bytes_in_all = 0;
  RunCounters counters;  // `alerts`: raised so far; a late event may take some of them back
};

struct HuntOptions {
  std::vector<HuntInput> inputs;
  AnalyzerOptions analyzer;
  unsigned threads = 1;
  Millis lateness = kHour;
  // Called very often, and once when all is read, on the caller's thread.
  std::function<void(const HuntProgress&)> progress;
};

struct HuntResult {
  RunCounters counters;
  WindowCounters windows;
  std::optional<Millis> first;  // of the events that were judged
  std::optional<Millis> last;
  int highest_level = 0;       // of the alerts that were written
  Status failure;              // the first input that could not be read at all
  bool local_failure = false;  // some failure was a file's or folder's
  bool interrupted = false;
};

// What is there to read, found out once: hunts with other rules over it read the same objects.
struct HuntObjects {
  std::vector<HuntObject> objects;  // in the order of the times in their names
  std::uint64_t bytes = 0;          // as stored
  std::vector<HuntListing::Failure> failures;
};
HuntObjects ListHuntObjects(const HuntOptions& options, const std::stop_token& stop);

// `listed` is of the same inputs and times. `render` makes an alert's line; `write` takes the lines in order.
Result<HuntResult> Hunt(const HuntOptions& options, const HuntObjects& listed,
                        const std::function<std::string(const Alert&)>& render,
                        const std::function<Status(std::string_view)>& write, const std::stop_token& stop);

}  // namespace trailsift
