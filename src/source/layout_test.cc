#include "source/layout.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

struct Case {
  const char* key;
  const char* account;
  const char* region;
  const char* day;   // empty: absent
  const char* time;  // empty: absent
};

class ReadKeyTest : public testing::TestWithParam<Case> {};

TEST_P(ReadKeyTest, TellsWhatTheKeySays) {
  const Case& c = GetParam();
  const KeyFacts facts = ReadKey(c.key);
  EXPECT_EQ(facts.account, c.account);
  EXPECT_EQ(facts.region, c.region);
  EXPECT_EQ(facts.day.has_value() ? DayFolder(*facts.day) : "", c.day);
  EXPECT_EQ(facts.name_time.has_value() ? FormatIsoTime(*facts.name_time) : "", c.time);
}

INSTANTIATE_TEST_SUITE_P(Keys, ReadKeyTest,
                         testing::Values(Case{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/15/"
                                              "111122223333_CloudTrail_us-east-1_20260115T1005Z_90666c10d41da7ba.json.gz",
                                              "111122223333", "us-east-1", "2026/01/15", "2026-01-15T10:05:00Z"},
                                         Case{"p/q/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/12/31/"
                                              "111122223333_CloudTrail_eu-west-1_20261231T2355Z_x.json.gz",
                                              "111122223333", "eu-west-1", "2026/12/31", "2026-12-31T23:55:00Z"},
                                         Case{"111122223333_CloudTrail_us-gov-west-1_20260115T1005Z_9.json.gz", "111122223333",
                                              "us-gov-west-1", "", "2026-01-15T10:05:00Z"},
                                         Case{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/15/odd name.gz", "111122223333",
                                              "us-east-1", "2026/01/15", ""},
                                         // Near misses: an account of 11 digits, a digest's folder, a time that is none.
                                         Case{"AWSLogs/11112222333/CloudTrail/us-east-1/2026/01/15/x.gz", "", "", "", ""},
                                         Case{"AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/15/x.gz", "", "", "", ""},
                                         Case{"111122223333_CloudTrail_us-east-1_20261315T1005Z_9.json.gz", "111122223333",
                                              "us-east-1", "", ""},
                                         Case{"", "", "", "", ""}));

TEST(Layout, PrefixesFollowTheConfiguration) {
  BucketSettings bucket;
  bucket.path = "p/";
  bucket.path_suffix = "s/";
  EXPECT_EQ(AccountsPrefix(bucket), "p/AWSLogs/s/");
  bucket.organization_id = "o-1";
  EXPECT_EQ(DaysPrefix(bucket, "111122223333", "us-east-1"), "p/AWSLogs/s/o-1/111122223333/CloudTrail/us-east-1/");
}

}  // namespace
}  // namespace trailsift
