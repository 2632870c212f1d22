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

INSTANTIATE_TEST_SUITE_P(
    Keys, ReadKeyTest,
    testing::Values(Case{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/15/"
                         "111122223333_CloudTrail_us-east-1_20260115T1005Z_90666c10d41da7ba.json.gz",
                         "111122223333", "us-east-1", "2026/01/15", "2026-01-15T10:05:00Z"},
                    Case{"p/q/AWSLogs/o-abc/111122223333/CloudTrail/eu-west-1/2026/12/31/"
                         "111122223333_CloudTrail_eu-west-1_20261231T2355Z_x.json.gz",
                         "111122223333", "eu-west-1", "2026/12/31", "2026-12-31T23:55:00Z"},
                    Case{"111122223333_CloudTrail_us-gov-west-1_20260115T1005Z_9.json.gz", "111122223333", "us-gov-west-1", "",
                         "2026-01-15T10:05:00Z"},
                    Case{"AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/15/odd name.gz", "111122223333", "us-east-1",
                         "2026/01/15", ""},
                    // Near misses: an account of 11 digits, a digest's folder, a time that is none.
                    Case{"AWSLogs/11112222333/CloudTrail/us-east-1/2026/01/15/x.gz", "", "", "", ""},
                    Case{"AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/15/x.gz", "", "", "", ""},
                    Case{"111122223333_CloudTrail_us-east-1_20261315T1005Z_9.json.gz", "111122223333", "us-east-1", "", ""},
                    Case{"", "", "", "", ""},
                    // Other services.
                    Case{"AWSLogs/111122223333/Config/us-east-1/2026/1/5/ConfigHistory/"
                         "111122223333_Config_us-east-1_ConfigHistory_AWS::EC2::Instance_20260105T101112Z_1.json.gz",
                         "111122223333", "us-east-1", "2026/01/05", "2026-01-05T10:11:12Z"},
                    Case{"AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/15/"
                         "111122223333_vpcflowlogs_eu-west-1_fl-0a1b_20260115T1010Z_9d.log.gz",
                         "111122223333", "eu-west-1", "2026/01/15", "2026-01-15T10:10:00Z"},
                    Case{"x/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/01/15/"
                         "111122223333_elasticloadbalancing_eu-west-1_app.web.50dc_20260115T1010Z_192.0.2.1_4x.log.gz",
                         "111122223333", "eu-west-1", "2026/01/15", "2026-01-15T10:10:00Z"},
                    Case{"AWSLogs/111122223333/GuardDuty/eu-west-1/2026/01/15/0a1b2c3d.jsonl.gz", "111122223333", "eu-west-1",
                         "2026/01/15", ""}));

TEST(Layout, DatedKeys) {
  struct Dated {
    const char* key;
    const char* day;
    const char* time;
  };
  for (const Dated& c :
       {Dated{"waf/2026/01/15/10/aws-waf-logs-x-1-2026-01-15-10-05-07-0a1b", "2026/01/15", "2026-01-15T10:05:07Z"},
        Dated{"access/2026-01-15-10-05-07-ABCDEF0123", "2026/01/15", "2026-01-15T10:05:07Z"},
        Dated{"dnslogs/2026-01-15/2026-01-15-10-10-e4e1.csv.gz", "2026/01/15", ""}, Dated{"2026/01/15/x", "2026/01/15", ""},
        // Near misses: no month 13, mixed separators, a single digit, none at all.
        Dated{"2026/13/15/x", "", ""}, Dated{"2026-01/15", "", ""}, Dated{"2026/1/15/x", "", ""}, Dated{"", "", ""}}) {
    const KeyFacts facts = ReadDatedKey(c.key);
    EXPECT_EQ(facts.day ? DayFolder(*facts.day) : "", c.day) << c.key;
    EXPECT_EQ(facts.name_time ? FormatIsoTime(*facts.name_time) : "", c.time) << c.key;
  }
}

TEST(Layout, DayFoldersOfTypes) {
  const std::int64_t day = DaysFromCivil(2026, 1, 5);
  EXPECT_EQ(DayFolder(day, "cloudtrail"), "2026/01/05");
  EXPECT_EQ(DayFolder(day, "waf"), "2026/01/05");
  EXPECT_EQ(DayFolder(day, "config"), "2026/1/5");
  EXPECT_EQ(DayFolder(DaysFromCivil(2026, 10, 20), "config"), "2026/10/20");
  EXPECT_EQ(DayFolder(day, "server_access"), "2026-01-05");
  EXPECT_EQ(DayFolder(day, "cisco_umbrella"), "2026-01-05");
}

TEST(Layout, PrefixesFollowTheConfiguration) {
  BucketSettings bucket;
  bucket.path = "p/";
  bucket.path_suffix = "s/";
  EXPECT_EQ(AccountsPrefix(bucket), "p/AWSLogs/s/");
  bucket.organization_id = "o-1";
  EXPECT_EQ(DaysPrefix(bucket, "111122223333", "us-east-1"), "p/AWSLogs/s/o-1/111122223333/CloudTrail/us-east-1/");
  bucket.type = "vpcflow";
  EXPECT_EQ(DaysPrefix(bucket, "111122223333", "us-east-1"), "p/AWSLogs/s/o-1/111122223333/vpcflowlogs/us-east-1/");
  bucket.type = "alb";
  EXPECT_EQ(DaysPrefix(bucket, "111122223333", "us-east-1"), "p/AWSLogs/s/111122223333/elasticloadbalancing/us-east-1/");
  bucket.type = "waf";
  EXPECT_EQ(DaysPrefix(bucket, "", ""), "p/");
}

}  // namespace
}  // namespace trailsift
