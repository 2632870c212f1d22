#include "config/values.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(ValuesTest, Interval) {
  const struct {
    const char* text;
    Millis span;  // -1 = refused
    int months;
  } kCases[] = {
      {"10m", 10 * kMinute, 0},
      {"5", 5 * kSecond, 0},
      {"5s", 5 * kSecond, 0},
      {"2h", 2 * kHour, 0},
      {"1d", kDay, 0},
      {"2w", 14 * kDay, 0},
      {"1M", 0, 1},
      {"0", 0, 0},
      {"36525d", 36525 * kDay, 0},
      {"", -1, 0},
      {"m", -1, 0},
      {"10 m", -1, 0},
      {"-1m", -1, 0},
      {"1.5h", -1, 0},
      {"10min", -1, 0},
      {"10y", -1, 0},
      {"10H", -1, 0},
      {"36526d", -1, 0},
      {"0x10", -1, 0},
      {"99999999999999999999", -1, 0},
      {"1201M", -1, 0},
  };
  for (const auto& c : kCases) {
    const std::optional<Interval> got = ParseInterval(c.text);
    ASSERT_EQ(got.has_value(), c.span >= 0) << c.text;
    if (!got) continue;
    EXPECT_EQ(got->span, c.span) << c.text;
    EXPECT_EQ(got->months, c.months) << c.text;
  }
  EXPECT_EQ(ParseDuration("2d"), 2 * kDay);
  EXPECT_EQ(ParseDuration("1M"), std::nullopt);
  EXPECT_EQ(ParseDuration(""), std::nullopt);
}

TEST(ValuesTest, Number) {
  EXPECT_EQ(ParseNumber("0", 0), 0u);
  EXPECT_EQ(ParseNumber("16", 16), 16u);
  EXPECT_EQ(ParseNumber("17", 16), std::nullopt);
  EXPECT_EQ(ParseNumber("5", 3), std::nullopt);
  EXPECT_EQ(ParseNumber("0016", 16), 16u);
  EXPECT_EQ(ParseNumber("18446744073709551615", UINT64_MAX), UINT64_MAX);
  EXPECT_EQ(ParseNumber("18446744073709551616", UINT64_MAX), std::nullopt);
  EXPECT_EQ(ParseNumber("+1", 9), std::nullopt);
  EXPECT_EQ(ParseNumber("", 9), std::nullopt);
}

TEST(ValuesTest, Size) {
  const struct {
    const char* text;
    std::optional<std::uint64_t> want;
  } kCases[] = {
      {"0", 0},
      {"1000", 1000},
      {"1K", 1024},
      {"20G", 20ull << 30},
      {"3M", 3u << 20},
      {"1T", 1ull << 40},
      {"1048576T", 1ull << 60},
      {"1048577T", std::nullopt},
      {"1k", std::nullopt},
      {"1GB", std::nullopt},
      {"G", std::nullopt},
      {"", std::nullopt},
      {"1.5G", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseSize(c.text), c.want) << c.text;
}

TEST(ValuesTest, OnlyLogsAfter) {
  const struct {
    const char* text;
    std::optional<std::int64_t> want;
  } kCases[] = {
      {"2018-AUG-15", DaysFromCivil(2018, 8, 15)},
      {"2026-jan-01", DaysFromCivil(2026, 1, 1)},
      {"2024-Feb-29", DaysFromCivil(2024, 2, 29)},
      {"2024-JAN-5", DaysFromCivil(2024, 1, 5)},
      {"1970-JAN-01", 0},
      {"2023-FEB-29", std::nullopt},
      {"2024-01-01", std::nullopt},
      {"2024-JANUARY-01", std::nullopt},
      {"24-JAN-01", std::nullopt},
      {"2024-JAN-00", std::nullopt},
      {"2024-JAN-32", std::nullopt},
      {"2024-JAN-011", std::nullopt},
      {"2024/JAN/01", std::nullopt},
      {"1969-DEC-31", std::nullopt},
      {"2024-JAN-1x", std::nullopt},
      {"", std::nullopt},
      {"20é4-JAN-01", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParseOnlyLogsAfter(c.text), c.want) << c.text;
  EXPECT_EQ(FormatOnlyLogsAfter(DaysFromCivil(2018, 8, 5)), "2018-AUG-05");
}

TEST(ValuesTest, Region) {
  for (const char* region : {"us-east-1", "eu-central-2", "us-gov-west-1", "cn-northwest-1", "us-iso-east-1", "us-isob-east-1",
                             "eusc-de-east-1", "xx-future-9"})
    EXPECT_TRUE(IsRegion(region)) << region;
  for (const char* region :
       {"", "us-east", "us-east-", "us-east-1a", "us-east-10", "US-EAST-1", "us_east_1", "useast1", "usa-east-1", "u-east-1",
        "us-foo-east-1", "us--1", "-east-1", "us-east-1 ", "us-east-x", "us-gov-west-1-2", "eu-isolated-east-1"})
    EXPECT_FALSE(IsRegion(region)) << region;
}

TEST(ValuesTest, BucketName) {
  for (const char* name : {"abc", "wazuh-cloudtrail", "my.logs.2026", "0ab", "xn-ab"}) EXPECT_EQ(WhyNoBucketName(name), "") << name;
  for (const char* name : {"", "ab", "Logs", "my_logs", "-abc", "abc-", "abc.", "xn--abc", "abc-s3alias", "abc--ol-s3", "s3://logs",
                           "a b c", "arn:aws:s3:::logs"})
    EXPECT_NE(WhyNoBucketName(name), "") << name;
  EXPECT_EQ(WhyNoBucketName(std::string(63, 'a')), "");
  EXPECT_NE(WhyNoBucketName(std::string(64, 'a')), "");
}

TEST(ValuesTest, Path) {
  for (const char* path : {"prefix", "a/b/", "with space", "a&b", "a=b", "ünï"}) EXPECT_EQ(ForbiddenInPath(path), "") << path;
  for (const char* path : {"a\\b", "a{b", "a}", "a^b", "50%", "a`", "a[", "a]", "a'b", "a\"b", "a<", "a>", "~a", "a#b", "a|b"})
    EXPECT_EQ(ForbiddenInPath(path).size(), 1u) << path;
  EXPECT_EQ(ForbiddenInPath("a&amp;b"), "&amp;");
}

TEST(ValuesTest, RoleArn) {
  for (const char* arn : {"arn:aws:iam::123456789012:role/reader", "arn:aws-us-gov:iam::123456789012:role/a/b",
                          "arn:aws-cn:iam::123456789012:role/x"})
    EXPECT_TRUE(IsRoleArn(arn)) << arn;
  for (const char* arn : {"", "reader", "arn:aws:iam::1234:role/reader", "arn:aws:iam::123456789012", "arn:aws:s3:::bucket",
                          "aws:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/a b", "arn:foo:iam::123456789012:role/x"})
    EXPECT_FALSE(IsRoleArn(arn)) << arn;
}

TEST(ValuesTest, Endpoint) {
  for (const char* url :
       {"https://s3.eu-west-1.amazonaws.com", "http://127.0.0.1:9000", "http://[::1]:9000/", "https://vpce.example/path"})
    EXPECT_TRUE(IsEndpoint(url)) << url;
  for (const char* url : {"", "s3.amazonaws.com", "https://", "http://:80", "ftp://host", "https://user:pw@host", "http://a b",
                          "HTTP//x", "https:///x"})
    EXPECT_FALSE(IsEndpoint(url)) << url;
}

TEST(ValuesTest, WeekDayAndTime) {
  EXPECT_EQ(ParseWeekDay("sunday"), 0);
  EXPECT_EQ(ParseWeekDay("Mon"), 1);
  EXPECT_EQ(ParseWeekDay("sa"), 6);
  EXPECT_EQ(ParseWeekDay("thurs"), std::nullopt);
  EXPECT_EQ(ParseWeekDay("1"), std::nullopt);
  EXPECT_EQ(ParseWeekDay(""), std::nullopt);
  EXPECT_EQ(ParseTimeOfDay("00:00"), 0);
  EXPECT_EQ(ParseTimeOfDay("23:59"), 1439);
  EXPECT_EQ(ParseTimeOfDay("9:05"), 545);
  for (const char* time : {"24:00", "12:60", "12:5", "1200", "12:00:00", "", ":", "-1:00", "012:00"})
    EXPECT_EQ(ParseTimeOfDay(time), std::nullopt) << time;
}

TEST(ValuesTest, TextHelpers) {
  EXPECT_EQ(Trim(" \n\ta b\r\n"), "a b");
  EXPECT_EQ(Trim(" \n"), "");
  EXPECT_EQ(SplitCommas("a, b,,c "), (std::vector<std::string_view>{"a", "b", "", "c"}));
  EXPECT_EQ(Unquote("\"a b\""), "a b");
  EXPECT_EQ(Unquote("\"a"), "\"a");
  EXPECT_EQ(Unquote("\""), "\"");
  EXPECT_EQ(Unquote("a\\\\.b"), "a\\.b");
  EXPECT_EQ(Unquote("a\\.b"), "a\\.b");
  EXPECT_EQ(Unquote("a\\"), "a\\");
  EXPECT_EQ(Quoted("a\nb"), "\"a?b\"");
  EXPECT_EQ(Quoted(std::string(61, 'x')), "\"" + std::string(60, 'x') + "…\"");
  EXPECT_EQ(ParseYesNo("yes"), true);
  EXPECT_EQ(ParseYesNo("no"), false);
  for (const char* text : {"Yes", "y", "true", "1", "", "yes "}) EXPECT_EQ(ParseYesNo(text), std::nullopt) << text;
}

}  // namespace
}  // namespace trailsift
