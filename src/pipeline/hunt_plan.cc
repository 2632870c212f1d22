#include "pipeline/hunt_plan.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "source/layout.h"
#include "source/prices.h"

namespace trailsift {
namespace {

// Below a stored size, how many bytes come out of one: means of 58 published objects of CloudTrail.
constexpr struct {
  std::uint64_t below;
  double times;
} kInflation[] = {{512, 2.0}, {1024, 2.3}, {2048, 3.7}, {4096, 6.1}, {8192, 7.4}, {16384, 8.6}, {UINT64_MAX, 10.0}};

// Keys are their writer's: more accounts and regions than anybody has are counted together.
constexpr std::size_t kMaxParts = 100'000;

}  // namespace

std::uint64_t EstimateInflated(std::string_view key, std::uint64_t stored) {
  if (key.size() < 3 || key.substr(key.size() - 3) != ".gz") return stored;
  const auto* step =
      std::find_if(std::begin(kInflation), std::end(kInflation) - 1, [&](const auto& s) { return stored < s.below; });
  return static_cast<std::uint64_t>(static_cast<double>(stored) * step->times);
}

void PlanCount::Add(const HuntObject& object) {
  ++objects;
  bytes += object.size;
  inflated += EstimateInflated(object.key, object.size);
  if (object.archived) ++archived;
  if (object.name_time == 0) return;
  first = std::min(first.value_or(object.name_time), object.name_time);
  last = std::max(last.value_or(object.name_time), object.name_time);
}

void PlanCount::Add(const PlanCount& other) {
  objects += other.objects;
  bytes += other.bytes;
  inflated += other.inflated;
  archived += other.archived;
  if (other.first) first = std::min(first.value_or(*other.first), *other.first);
  if (other.last) last = std::max(last.value_or(*other.last), *other.last);
}

HuntPlan PlanHunt(const std::vector<HuntInput>& inputs, const HuntRange& range, const std::stop_token& stop,
                  const std::function<void(const PlanCount&)>& progress) {
  HuntPlan plan;
  std::map<std::tuple<std::size_t, std::string, std::string>, PlanCount> parts;
  PlanCount listed;
  plan.listing = ListHunt(inputs, range, stop, [&](HuntObject&& object) {
    const KeyFacts facts = ReadKey(object.key);
    std::tuple key(object.input, std::string(facts.account), std::string(facts.region));
    if (parts.size() >= kMaxParts && !parts.contains(key)) key = {object.input, {}, {}};
    parts[key].Add(object);
    listed.Add(object);
    if (progress) progress(listed);
  });
  plan.interrupted = stop.stop_requested();
  for (const auto& [key, count] : parts) {
    const auto& [input, account, region] = key;
    plan.parts.push_back({input, account, region, count});
    plan.total.Add(count);
    if (!inputs[input].store->local()) plan.remote.Add(count);
  }
  PlanCost& cost = plan.cost;
  cost.list_requests = plan.listing.pages;
  cost.get_requests = plan.remote.objects;
  cost.list = static_cast<double>(cost.list_requests) * kDollarsPerList;
  cost.get = static_cast<double>(cost.get_requests) * kDollarsPerGet;
  cost.decrypt = static_cast<double>(cost.get_requests) * kDollarsPerDecrypt;
  const double billed = static_cast<double>(plan.remote.bytes) / kBytesPerBilledGb;
  cost.to_region = billed * kDollarsPerGbToRegion;
  cost.to_internet = billed * kDollarsPerGbToInternet;
  return plan;
}

}  // namespace trailsift
