// What a running service shows of itself: plain numbers, and the board on which its thread pins them and others read them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/service_traffic.h"
#include "base/time.h"
#include "pipeline/counters.h"
#include "pipeline/integrity_watch.h"
#include "source/object_store.h"
#include "source/queue_reader.h"

namespace trailsift {

// How long after its event an alert was written. An alert about history counts, too.
struct AlertLag {
  static constexpr std::array<double, 11> kBounds = {30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21'600, 86'400};  // seconds
  std::array<std::uint64_t, kBounds.size() + 1> counts{};  // by the first bound that holds it; the last: beyond all
  double sum = 0;                                          // seconds

  void Observe(double seconds);
};

// What went wrong since the start, by kind; most of it is tried again.
struct ServiceErrors {
  std::uint64_t list = 0;    // buckets, accounts or regions that could not be listed to their end, once a pass
  std::uint64_t remove = 0;  // objects that were done and could not be removed from the bucket
  std::uint64_t disk = 0;    // attempts to write alerts or state
};

inline constexpr std::size_t kAlertLevels = 17;

struct ServiceStatus {
  RunCounters counters;  // since the start
  std::array<std::uint64_t, kAlertLevels> alerts_by_level{};
  std::uint64_t superseded = 0;
  std::uint64_t retracted = 0;
  std::uint64_t too_late = 0;   // events that came later than the allowed lateness
  std::uint64_t forgotten = 0;  // identities, for want of memory
  std::uint64_t known = 0;      // objects that were listed and had been read before
  StoreTraffic traffic;         // of all buckets
  std::map<std::string, ServiceTraffic>
      services;  // by the configuration's types; `sts`, `cloudtrail` (public keys); the queues have their own
  std::vector<QueueState> queues;
  std::map<std::string, std::uint64_t> own_events;  // by kind, each raise counted
  IntegrityCounters integrity;
  ServiceErrors errors;
  AlertLag lag;
  std::optional<Millis> newest_object;  // the newest time in the name of an object that was read
  std::uint64_t under_way = 0;          // objects that are fetched or wait to be judged

  Millis started = 0;
  std::optional<Millis> pass_began;  // of the one under way
  std::optional<Millis> pass_ended;  // of the last one; and how it was
  double pass_seconds = 0;
  bool pass_fine = false;  // everything could be listed and read
  std::uint64_t passes_fine = 0;
  std::uint64_t passes_failed = 0;
  bool disk_waits = false;  // nothing is read until alerts and state can be written again
};

// Thread-safe.
class StatusBoard {
 public:
  void Publish(const ServiceStatus& status) {
    std::lock_guard lock(mutex_);
    status_ = status;
  }
  ServiceStatus Read() const {
    std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  ServiceStatus status_;
};

}  // namespace trailsift
