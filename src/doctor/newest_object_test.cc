#include "doctor/newest_object.h"

#include <gtest/gtest.h>

#include <set>

#include "source/layout.h"

namespace trailsift {
namespace {

constexpr const char* kAccount = "111122223333";

// Keys in memory, listed as S3 does: in byte order, behind `start_after`, in pages. Counts the listings.
class Keys : public ObjectStore {
 public:
  std::set<std::string> keys;
  int listings = 0;

  Result<StorePage> List(const StoreQuery& query) override {
    ++listings;
    StorePage page;
    const std::string& behind = query.token.empty() ? query.start_after : query.token;
    for (auto at = keys.upper_bound(std::max(behind, query.prefix)); at != keys.end(); ++at) {
      if (at->compare(0, query.prefix.size(), query.prefix) != 0) break;
      if (static_cast<int>(page.objects.size()) == query.max_keys) {
        page.next = page.objects.back().key;
        break;
      }
      page.objects.push_back({*at, 7});
    }
    return page;
  }
  Result<std::string> Get(const std::string&) override { return Status(Code::kInternal, "not asked for"); }
  void GetAsync(const std::string& key, std::uint64_t, std::function<void(Result<std::string>)> done) override { done(Get(key)); }
  Status Delete(const std::string&) override { return {Code::kInternal, "not asked for"}; }
  std::string name() const override { return "keys/"; }
  bool local() const override { return false; }
};

Millis At(const char* iso) { return *ParseIsoTime(iso); }

std::string TrailKey(Millis time, int number) {
  std::string stamp = FormatIsoTime(time);
  stamp = stamp.substr(0, 4) + stamp.substr(5, 2) + stamp.substr(8, 5) + stamp.substr(14, 2) + "Z";
  return std::string("AWSLogs/") + kAccount + "/CloudTrail/us-east-1/" + DayFolder(time / kDay) + '/' + kAccount +
         "_CloudTrail_us-east-1_" + stamp + "_" + std::to_string(number) + ".json.gz";
}

TEST(NewestObject, OfATrail) {
  const Millis now = At("2026-01-15T00:30:00Z");
  struct Case {
    Millis age;
    int listings;
  };
  // Over midnight, and each step back is one listing more.
  for (const auto& [age, listings] : {Case{5 * kMinute, 1}, Case{40 * kMinute, 1}, Case{2 * kHour, 2}, Case{20 * kHour, 3},
                                      Case{3 * kDay, 4}, Case{20 * kDay, 5}, Case{100 * kDay, 6}}) {
    Keys store;
    for (int i = 0; i < 50; ++i) store.keys.insert(TrailKey(now - age - i * 7 * kMinute, i));
    store.keys.insert(
        "AWSLogs/111122223333/CloudTrail/us-west-1/2026/01/15/111122223333_CloudTrail_us-west-1_20260115T0029Z_x.json.gz");
    const auto found = FindNewest(store, {}, kAccount, "us-east-1", now);
    ASSERT_TRUE(found.ok() && *found);
    EXPECT_EQ((*found)->key, TrailKey(now - age, 0));
    EXPECT_EQ((*found)->time, now - age);
    EXPECT_TRUE((*found)->dated);
    EXPECT_FALSE((*found)->old);
    EXPECT_EQ((*found)->size, 7u);
    EXPECT_EQ(store.listings, listings) << age;
  }
}

TEST(NewestObject, NothingAndNothingForYears) {
  const Millis now = At("2026-01-15T00:30:00Z");
  Keys store;
  auto found = FindNewest(store, {}, kAccount, "us-east-1", now);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(*found);
  store.keys.insert(std::string("AWSLogs/") + kAccount + "/CloudTrail/us-east-1/");
  EXPECT_FALSE(*FindNewest(store, {}, kAccount, "us-east-1", now));
  store.keys.insert(TrailKey(now - 900 * kDay, 0));
  found = FindNewest(store, {}, kAccount, "us-east-1", now);
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_TRUE((*found)->old);
  EXPECT_EQ(now - (*found)->time, 400 * kDay);
}

TEST(NewestObject, ABusyHourIsNotReadToItsEnd) {
  const Millis now = At("2026-01-15T12:00:00Z");
  Keys store;
  for (int i = 0; i < 9000; ++i) store.keys.insert(TrailKey(now - 50 * kMinute, 10'000 + i));
  const auto found = FindNewest(store, {}, kAccount, "us-east-1", now);
  ASSERT_TRUE(found.ok() && *found);
  EXPECT_EQ((*found)->time, now - 50 * kMinute);
  EXPECT_EQ(store.listings, 5);
}

TEST(NewestObject, OtherTypes) {
  const Millis now = At("2026-01-15T12:00:00Z");
  struct Case {
    const char* type;
    const char* account;
    std::vector<std::string> keys;
    const char* newest;
    const char* time;  // empty: none
  };
  const Case kCases[] = {
      {"config",
       kAccount,
       {"AWSLogs/111122223333/Config/us-east-1/2026/1/9/ConfigHistory/"
        "111122223333_Config_us-east-1_ConfigHistory_x_20260109T080000Z_1.json.gz",
        "AWSLogs/111122223333/Config/us-east-1/2026/1/14/ConfigHistory/"
        "111122223333_Config_us-east-1_ConfigHistory_x_20260114T080000Z_1.json.gz"},
       "AWSLogs/111122223333/Config/us-east-1/2026/1/14/ConfigHistory/"
       "111122223333_Config_us-east-1_ConfigHistory_x_20260114T080000Z_1.json.gz",
       "2026-01-14T08:00:00Z"},
      {"waf", "", {"w/2026/01/13/09/x", "w/2026/01/14/10/x", "w/2026/01/14/09/x"}, "w/2026/01/14/10/x", "2026-01-14T23:59:59Z"},
      {"server_access",
       "",
       {"w/2026-01-14-10-00-00-AB", "w/2026-01-15-10-00-00-AB"},
       "w/2026-01-15-10-00-00-AB",
       "2026-01-15T10:00:00Z"},
      {"custom", "", {"w/some", "w/thing"}, "w/thing", ""},
  };
  for (const Case& c : kCases) {
    Keys store;
    store.keys.insert(c.keys.begin(), c.keys.end());
    BucketSettings bucket;
    bucket.type = c.type;
    if (*c.account == '\0') bucket.path = "w/";
    const auto found = FindNewest(store, bucket, c.account, *c.account == '\0' ? "" : "us-east-1", now);
    ASSERT_TRUE(found.ok() && *found) << c.type;
    EXPECT_EQ((*found)->key, c.newest);
    EXPECT_EQ((*found)->dated, *c.time != '\0');
    EXPECT_FALSE((*found)->old);
    if (*c.time != '\0') {
      EXPECT_EQ(FormatIsoTime((*found)->time), c.time);
    }
  }
}

}  // namespace
}  // namespace trailsift
