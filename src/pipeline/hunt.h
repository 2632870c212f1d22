// `trailsift hunt`: runs the rules over history (files, folders, S3 prefixes, stdin) and gives the final alerts sorted by event time, then
// id. Touches neither a home nor a store. The alerts do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "pipeline/counters.h"
#include "pipeline/resolver.h"
#include "source/object_store.h"

namespace trailsift {

// One thing to read: a file, a folder, `s3://bucket/prefix`, or `-`.
struct HuntInput {
  std::string text;
  std::shared_ptr<ObjectStore> store;
  std::string prefix;   // of the keys; a single file: the key
  bool single = false;  // exactly the key `prefix`
};

struct HuntOptions {
  std::vector<HuntInput> inputs;
  AnalyzerOptions analyzer;
  unsigned threads = 1;
  Millis lateness = kHour;
  // Called now and then, and once at the end, on the thread of Hunt.
  std::function<void(const RunCounters&, std::uint64_t objects_in_all)> progress;
};

struct HuntResult {
  RunCounters counters;
  WindowCounters windows;
  Status failure;              // the first input that could not be read at all
  bool local_failure = false;  // some failure was a file's or folder's
  bool interrupted = false;
};

// `render` makes an alert's line; `write` takes the lines in order.
Result<HuntResult> Hunt(const HuntOptions& options, const std::function<std::string(const Alert&)>& render,
                        const std::function<Status(const std::string&)>& write, const std::stop_token& stop);

}  // namespace trailsift
