// Makes CloudTrail log objects of real shape to measure with: sizes, nesting, nulls, repeated values, error codes and callers as trails
// show them (records of 1.2 to 1.5 kB, gzip 6 to 9 to one), the same bytes for the same options on every machine. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "base/time.h"

namespace trailsift::bench {

struct RecordOptions {
  std::uint64_t seed = 1;
  std::size_t records = 100000;
  std::size_t per_object = 2000;  // records of an object
  bool vary = false;              // sizes from 1 to per_object, small ones more often, instead of per_object each
  std::size_t per_second = 1000;  // records a second of event time
  double alert_share = 0.01;      // of records that the default rules alert on (CreateUser, RunInstances, ConsoleLogin)
  Millis start = 1768435200000;   // 2026-01-15T00:00:00Z
};

struct Written {
  std::size_t objects = 0;
  std::size_t records = 0;
  std::size_t alerting = 0;
  std::uint64_t json_bytes = 0;
  std::uint64_t gzip_bytes = 0;
};

// A small generator whose sequence is ours, so that files stay the same when a library changes.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next();  // SplitMix64 (Steele, Lea and Flood 2014)
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next() % bound); }
  bool Chance(double share) { return static_cast<double>(Next() >> 11) * 0x1.0p-53 < share; }

 private:
  std::uint64_t state_;
};

// Appends one record as compact JSON. `alerting`: one of the calls that the default rules alert on.
void AppendRecord(Random& random, Millis time, std::size_t account, std::size_t region, bool alerting, std::string& out);

// Writes <dir>/AWSLogs/<account>/CloudTrail/<region>/<yyyy>/<mm>/<dd>/<account>_CloudTrail_<region>_<time>_<random>.json.gz.
Result<Written> WriteTrail(const RecordOptions& options, const std::string& dir);

}  // namespace trailsift::bench
