#include "pipeline/hunt_plan.h"

#include <gtest/gtest.h>

#include "source/folder_store.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

std::string Key(const std::string& account, const std::string& region, const std::string& day, const std::string& time) {
  std::string compact = day;
  std::erase(compact, '/');
  return "AWSLogs/" + account + "/CloudTrail/" + region + '/' + day + '/' + account + "_CloudTrail_" + region + '_' + compact +
         'T' + time + "Z_abcdefghijklmnop.json.gz";
}

HuntInput Input(std::shared_ptr<ObjectStore> store, std::string prefix = {}) {
  HuntInput input;
  input.text = store->name();
  input.store = std::move(store);
  input.prefix = std::move(prefix);
  return input;
}

constexpr char kOne[] = "111122223333";
constexpr char kTwo[] = "444455556666";

std::shared_ptr<MemoryStore> Bucket() {
  auto store = std::make_shared<MemoryStore>();
  store->page_size = 2;
  store->objects[Key(kOne, "us-east-1", "2026/01/15", "1005")] = std::string(1000, 'x');
  store->objects[Key(kOne, "us-east-1", "2026/01/16", "0000")] = std::string(3000, 'x');
  store->objects[Key(kOne, "eu-west-1", "2026/01/15", "1010")] = std::string(100, 'x');
  store->objects[Key(kTwo, "us-east-1", "2026/01/14", "2355")] = std::string(20'000, 'x');
  store->objects["AWSLogs/read.me"] = "no log";
  return store;
}

TEST(HuntPlan, CountsByAccountAndRegion) {
  const auto store = Bucket();
  const HuntPlan plan = PlanHunt({Input(store)}, {}, {});
  ASSERT_EQ(plan.parts.size(), 3u);
  EXPECT_EQ(plan.parts[0].account, kOne);
  EXPECT_EQ(plan.parts[0].region, "eu-west-1");
  EXPECT_EQ(plan.parts[1].region, "us-east-1");
  EXPECT_EQ(plan.parts[1].count.objects, 2u);
  EXPECT_EQ(plan.parts[1].count.bytes, 4000u);
  EXPECT_EQ(plan.parts[1].count.inflated, 2300u + 18'300u);
  EXPECT_EQ(FormatIsoTime(*plan.parts[1].count.first), "2026-01-15T10:05:00Z");
  EXPECT_EQ(FormatIsoTime(*plan.parts[1].count.last), "2026-01-16T00:00:00Z");
  EXPECT_EQ(plan.parts[2].account, kTwo);
  EXPECT_EQ(plan.total.objects, 4u);
  EXPECT_EQ(plan.total.bytes, 24'100u);
  EXPECT_EQ(FormatIsoTime(*plan.total.first), "2026-01-14T23:55:00Z");
  EXPECT_EQ(plan.listing.other_files, 1u);
  // A hunt would send the same requests: nothing but listings was asked.
  EXPECT_EQ(plan.cost.list_requests, store->queries.size());
  EXPECT_EQ(plan.cost.list_requests, 3u);
  EXPECT_EQ(plan.cost.get_requests, 4u);
  EXPECT_DOUBLE_EQ(plan.cost.requests(), 3 * 0.005 / 1000 + 4 * 0.0004 / 1000);
  EXPECT_DOUBLE_EQ(plan.cost.to_internet, 24'100.0 / (1 << 30) * 0.09);
}

TEST(HuntPlan, TimesAndNearMisses) {
  const struct {
    const char* start;
    const char* end;
    std::uint64_t objects;
    std::uint64_t outside;
  } kCases[] = {
      {"", "", 4, 0},
      {"2026-01-15T10:20:00Z", "", 2, 2},  // a name within ten minutes before the start may hold what is wanted
      {"2026-01-15T10:20:01Z", "", 1, 3},
      {"", "2026-01-12T23:55:00Z", 1, 3},  // delivered two days late
      {"", "2026-01-12T23:54:59Z", 0, 4},
  };
  for (const auto& c : kCases) {
    HuntRange range;
    if (*c.start != 0) range.start = ParseIsoTime(c.start);
    if (*c.end != 0) range.end = ParseIsoTime(c.end);
    const HuntPlan plan = PlanHunt({Input(Bucket())}, range, {});
    EXPECT_EQ(plan.total.objects, c.objects) << c.start << c.end;
    EXPECT_EQ(plan.listing.outside_times, c.outside) << c.start << c.end;
  }
}

TEST(HuntPlan, NothingOnThisMachineCosts) {
  TempFolder folder;
  folder.Write(Key(kOne, "us-east-1", "2026/01/15", "1005"), std::string(1000, 'x'));
  const HuntPlan plan = PlanHunt({Input(std::make_shared<FolderStore>(folder.path()))}, {}, {});
  EXPECT_EQ(plan.total.objects, 1u);
  EXPECT_EQ(plan.remote.objects, 0u);
  EXPECT_EQ(plan.cost.list_requests + plan.cost.get_requests, 0u);
  EXPECT_EQ(plan.cost.requests() + plan.cost.to_internet, 0);
}

TEST(HuntPlan, WhatCannotBeListedIsKept) {
  const auto store = Bucket();
  store->failing[""] = Status(Code::kDenied, "s3://made/: refused");
  store->pages_before_failure = 1;
  const auto sound = Bucket();
  const HuntPlan plan = PlanHunt({Input(store), Input(sound)}, {}, {});
  ASSERT_EQ(plan.listing.failures.size(), 1u);
  EXPECT_FALSE(plan.listing.failures[0].local);
  EXPECT_EQ(plan.total.objects, 2u + 4u);
}

TEST(HuntPlan, StopIsHeard) {
  std::stop_source stop;
  const auto store = Bucket();
  const HuntPlan plan =
      PlanHunt({Input(store), Input(Bucket())}, {}, stop.get_token(), [&](const PlanCount&) { stop.request_stop(); });
  EXPECT_TRUE(plan.interrupted);
  EXPECT_EQ(store->queries.size(), 1u);
  EXPECT_EQ(plan.total.objects, 2u);
}

TEST(HuntPlan, Inflation) {
  EXPECT_EQ(EstimateInflated("a.json", 5000), 5000u);
  EXPECT_EQ(EstimateInflated("gz", 5000), 5000u);
  EXPECT_EQ(EstimateInflated("a.gz", 0), 0u);
  EXPECT_EQ(EstimateInflated("a.gz", 511), 1022u);
  EXPECT_EQ(EstimateInflated("a.gz", 512), 1177u);
  EXPECT_EQ(EstimateInflated("a.gz", 16384), 163'840u);
}

}  // namespace
}  // namespace trailsift
