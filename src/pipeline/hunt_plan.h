// What a hunt would read and what AWS would ask for it, from listings alone: no object is read. The dollars are an estimate at the prices of
// source/prices.h. Memory grows with accounts and regions, not with objects.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/hunt_listing.h"

namespace trailsift {

// Of gzipped CloudTrail objects: larger ones hold more that repeats. An estimate; what is not gzipped stays as it is.
std::uint64_t EstimateInflated(std::string_view key, std::uint64_t stored);

struct PlanCount {
  std::uint64_t objects = 0;  // to be read
  std::uint64_t bytes = 0;    // of them, as stored
  std::uint64_t inflated = 0;
  std::uint64_t archived = 0;   // of the objects: can't be read before they are restored
  std::optional<Millis> first;  // of the times in their names
  std::optional<Millis> last;

  void Add(const HuntObject& object);
  void Add(const PlanCount& other);
};

// What AWS asks, in dollars; nothing for what is on this machine. Transfer is priced for the objects as stored.
struct PlanCost {
  std::uint64_t list_requests = 0;
  std::uint64_t get_requests = 0;
  double list = 0;
  double get = 0;
  double decrypt = 0;      // where each object is encrypted with a key of KMS and the bucket has no bucket key
  double to_region = 0;    // transfer, where the reading machine is in another region
  double to_internet = 0;  // likewise, outside of AWS
  double requests() const { return list + get; }
};

struct PlanPart {
  std::size_t input = 0;
  std::string account;  // of the keys; empty where they name none
  std::string region;
  PlanCount count;
};

struct HuntPlan {
  HuntListing listing;
  bool interrupted = false;
  std::vector<PlanPart> parts;  // by input, account, region
  PlanCount total;
  PlanCount remote;  // of it, behind servers
  PlanCost cost;
};

// `progress` is told after each object how many there are.
HuntPlan PlanHunt(const std::vector<HuntInput>& inputs, const HuntRange& range, const std::stop_token& stop,
                  const std::function<void(const PlanCount&)>& progress = {});

}  // namespace trailsift
