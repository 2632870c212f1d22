// `trailsift reparse DATE`: reads objects of the configured buckets again, though the ledger has them, and writes the alerts that are not in the
// files yet: those of rules that came later, of records that could not be used or objects that were missed before.
//
// What is read: from a day before DATE on, so that windows are as full as they were, each object that was read before and each that no pass will
// list any more; what the next pass will read is left to it. What is written: alerts about events from DATE on that hold in the end, except
// those whose ids the alert files have, gzipped ones included. So it may be killed and begun again at any moment: nothing is doubled. The
// ledger, the windows and the quarantine stay as they are, and nothing is removed from a bucket. Times are the events' own, also where
// `correlation_time` is `arrival`: there alerts that count several events are left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "pipeline/counters.h"
#include "source/listing.h"

namespace trailsift {

struct ReparseOptions {
  std::int64_t from_day = 0;         // days since 1970-01-01
  std::vector<std::string> buckets;  // names as they are configured; empty: all
  bool dry_run = false;              // nothing is written
};

struct ReparseReport {
  RunCounters counters;     // `alerts`: written, or that would be
  std::uint64_t known = 0;  // alerts that hold and are in the files already
  ListingCounters listing;
  bool remote_failure = false;
  bool local_failure = false;
  bool stopped = false;  // asked to: what was not written yet comes when it is begun again
};

}  // namespace trailsift
