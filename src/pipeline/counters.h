// What was done, in numbers: each record of each object is in exactly one of duplicates, discarded, matched, unmatched and
// quarantined_records, and their sum is records.
#pragma once

#include <cstdint>
#include <string>

#include "pipeline/analyzer.h"

namespace trailsift {

struct RunCounters {
  std::uint64_t objects = 0;  // read
  std::uint64_t bytes = 0;    // of them, as stored
  std::uint64_t records = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t discarded = 0;
  std::uint64_t matched = 0;  // a rule above level 0 holds
  std::uint64_t unmatched = 0;
  std::uint64_t alerts = 0;  // written
  std::uint64_t quarantined_records = 0;
  std::uint64_t quarantined_objects = 0;
  std::uint64_t unreadable_objects = 0;  // could not be fetched; they are tried again at the next pass
  std::uint64_t gone_objects = 0;        // deleted between listing and reading
  KindCounters kinds;

  // What came since `before`, an earlier copy of the same counters.
  RunCounters Since(const RunCounters& before) const;
  // One line for a person: `12 records in 2 objects: …; 3 alerts`.
  std::string Describe() const;
  std::uint64_t accounted() const { return duplicates + discarded + matched + unmatched + quarantined_records; }
};

}  // namespace trailsift
