#include "cli/aws_s3_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AwsS3Arguments Read(const std::vector<std::string>& words) {
  ReadArguments read = ReadAwsS3Arguments(words);
  EXPECT_TRUE(read.arguments.has_value()) << read.error;
  return read.arguments ? std::move(*read.arguments) : AwsS3Arguments{};
}

TEST(AwsS3Arguments, WhatWazuhsModuleWrites) {
  const AwsS3Arguments read = Read({"--bucket",
                                    "trail",
                                    "--remove",
                                    "--access_key",
                                    "AK",
                                    "--secret_key",
                                    "SK",
                                    "--aws_profile",
                                    "p",
                                    "--iam_role_arn",
                                    "arn:aws:iam::123456789012:role/r",
                                    "--iam_role_duration",
                                    "900",
                                    "--aws_organization_id",
                                    "o-1",
                                    "--aws_account_id",
                                    "123456789012, 210987654321,123456789012",
                                    "--aws_account_alias",
                                    "my alias",
                                    "--trail_prefix",
                                    "p/q",
                                    "--trail_suffix",
                                    "s/",
                                    "--only_logs_after",
                                    "2018-AUG-15",
                                    "--regions",
                                    "us-west-2,us-east-1,us-west-2",
                                    "--discard-field",
                                    "userIdentity.type",
                                    "--discard-regex",
                                    "-AWS.*",
                                    "--sts_endpoint",
                                    "https://sts.example",
                                    "--service_endpoint",
                                    "https://s3.example",
                                    "--type",
                                    "Config",
                                    "--debug",
                                    "2",
                                    "--skip_on_error"});
  const BucketSettings& bucket = read.bucket;
  EXPECT_EQ(bucket.name, "trail");
  EXPECT_TRUE(bucket.remove_from_bucket);
  EXPECT_EQ(bucket.access_key + bucket.secret_key + bucket.aws_profile, "AKSKp");
  EXPECT_EQ(bucket.iam_role_arn, "arn:aws:iam::123456789012:role/r");
  EXPECT_EQ(bucket.iam_role_duration, 900);
  EXPECT_EQ(bucket.organization_id, "o-1");
  EXPECT_THAT(bucket.account_ids, ElementsAre("123456789012", "210987654321"));
  EXPECT_EQ(bucket.account_alias, "my alias");
  EXPECT_EQ(bucket.path, "p/q/");
  EXPECT_EQ(bucket.path_suffix, "s/");
  EXPECT_EQ(bucket.only_logs_after, DaysFromCivil(2018, 8, 15));
  EXPECT_THAT(bucket.regions, ElementsAre("us-east-1", "us-west-2"));
  ASSERT_EQ(bucket.discard.size(), 1u);
  EXPECT_EQ(bucket.discard[0].field(), "userIdentity.type");
  EXPECT_TRUE(bucket.discard[0].Matches("-AWSService"));
  EXPECT_EQ(bucket.sts_endpoint, "https://sts.example");
  EXPECT_EQ(bucket.service_endpoint, "https://s3.example");
  EXPECT_EQ(bucket.type, "config");
  EXPECT_EQ(read.debug, 2);
  EXPECT_TRUE(read.skip_on_error);
  EXPECT_FALSE(read.reparse);
}

TEST(AwsS3Arguments, ShortNames) {
  const AwsS3Arguments bucket = Read({"-b",
                                      "trail",
                                      "-O",
                                      "o-1",
                                      "-c",
                                      "123456789012",
                                      "-d",
                                      "1",
                                      "-a",
                                      "AK",
                                      "-k",
                                      "SK",
                                      "-R",
                                      "-p",
                                      "p",
                                      "-i",
                                      "arn:aws-cn:iam::123456789012:role/r",
                                      "-n",
                                      "alias",
                                      "-l",
                                      "p",
                                      "-L",
                                      "s",
                                      "-s",
                                      "2026-JAN-01",
                                      "-r",
                                      "cn-north-1",
                                      "-e",
                                      "-o",
                                      "-t",
                                      "waf",
                                      "-df",
                                      "action",
                                      "-dr",
                                      "ALLOW",
                                      "-st",
                                      "http://a",
                                      "-se",
                                      "http://b",
                                      "-rd",
                                      "3600"});
  EXPECT_EQ(bucket.bucket.name + bucket.bucket.path + bucket.bucket.path_suffix, "trailp/s/");
  EXPECT_TRUE(bucket.bucket.remove_from_bucket && bucket.skip_on_error && bucket.reparse);
  EXPECT_EQ(bucket.bucket.sts_endpoint + bucket.bucket.service_endpoint, "http://ahttp://b");
  EXPECT_EQ(bucket.bucket.iam_role_duration, 3600);
  EXPECT_EQ(bucket.bucket.discard.size(), 1u);
  const AwsS3Arguments service = Read({"-sr", "CloudWatchLogs", "-g", "a,b", "-P", "-dr", "^START"});
  EXPECT_EQ(service.service, "cloudwatchlogs");
  EXPECT_THAT(service.log_groups, ElementsAre("a", "b"));
  EXPECT_TRUE(service.remove_log_streams);
  const AwsS3Arguments subscriber =
      Read({"-sb", "Security_Lake", "-q", "a-queue_1", "-x", "id", "-i", "arn:aws:iam::123456789012:role/r"});
  EXPECT_EQ(subscriber.subscriber + subscriber.queue + subscriber.bucket.external_id, "security_lakea-queue_1id");
  EXPECT_EQ(subscriber.queue_wait, 20 * kSecond);
  EXPECT_EQ(Read({"-sb", "buckets", "-q", "q", "--queue_wait", "1s"}).queue_wait, kSecond);
  EXPECT_EQ(Read({"-sb", "security_hub", "-q", "q", "--queue_visibility", "12h"}).queue_visibility, 12 * kHour);
}

TEST(AwsS3Arguments, WaysToWrite) {
  EXPECT_EQ(Read({"--bucket=trail"}).bucket.name, "trail");
  EXPECT_EQ(Read({"-btrail"}).bucket.name, "trail");
  EXPECT_EQ(Read({"--buck", "trail"}).bucket.name, "trail");
  EXPECT_EQ(Read({"--bucket", "trail", "--debug=1"}).debug, 1);
  EXPECT_EQ(Read({"--bucket", "trail", "--trail_prefix", ""}).bucket.path, "");
  EXPECT_EQ(Read({"--bucket", "file:///a/b/"}).bucket.folder, "/a/b");
  EXPECT_EQ(Read({"--bucket", "file:///a/b/"}).bucket.name, "file:///a/b");
  EXPECT_EQ(Read({"-b", "trail", "--look_back", "7d"}).look_back, 7 * kDay);
  EXPECT_TRUE(Read({"--help"}).help);
  EXPECT_TRUE(Read({"-h"}).help);
}

TEST(AwsS3Arguments, Refused) {
  const struct {
    std::vector<std::string> words;
    int code;
    const char* text;
  } cases[] = {
      {{}, 2, "is required"},
      {{"--debug", "1"}, 2, "is required"},
      {{"-b", "trail", "-sr", "inspector"}, 2, "only one of"},
      {{"-b"}, 2, "argument --bucket/-b: expected one argument"},
      {{"-b", "--debug", "1"}, 2, "expected one argument"},
      {{"-b", "trail", "--nonsense"}, 2, "unrecognized arguments"},
      {{"-b", "trail", "more"}, 2, "unrecognized arguments"},
      {{"-b", "trail", "--aws_account", "1"}, 2, "ambiguous option"},
      {{"-b", "trail", "--remove=yes"}, 2, "takes no value"},
      {{"-b", "tr"}, 2, "3 to 63"},
      {{"-b", "Trail"}, 2, "no name of a bucket"},
      {{"-b", "xn--trail"}, 2, "no name of a bucket"},
      {{"-b", "trail-s3alias"}, 2, "no name of a bucket"},
      {{"-b", "file:///"}, 2, "no name of a bucket"},
      {{"-sr", "lambda"}, 12, "no service"},
      {{"-sb", "mail"}, 12, "no subscriber"},
      {{"-b", "trail", "-t", "macie"}, 12, "no type"},
      {{"-sb", "buckets", "-q", "a queue"}, 2, "no name of a queue"},
      {{"-sb", "buckets", "-q", std::string(81, 'q')}, 2, "no name of a queue"},
      {{"-sb", "buckets"}, 20, "--queue"},
      {{"-sb", "security_hub", "-x", "id"}, 20, "--queue"},
      {{"-sb", "security_lake", "-x", "id", "-i", "arn:aws:iam::123456789012:role/r"}, 21, "--queue"},
      {{"-sb", "security_lake", "-q", "q", "-i", "arn:aws:iam::123456789012:role/r"}, 21, "--external_id"},
      {{"-sb", "security_lake", "-q", "q", "-x", "id"}, 21, "--iam_role_arn"},
      {{"-sb", "security_lake", "-q", "q", "-x", "id", "-i", "arn:aws:iam::123456789012:role/r", "-dr", "a"}, 2, "go together"},
      {{"-sb", "buckets", "-q", "q", "--queue_wait", "21s"}, 2, "no wait"},
      {{"-sb", "buckets", "-q", "q", "--queue_wait", "0s"}, 2, "no wait"},
      {{"-sb", "buckets", "-q", "q", "--queue_visibility", "9s"}, 2, "no visibility"},
      {{"-b", "trail", "-c", "12345678901"}, 2, "12 digits"},
      {{"-b", "trail", "-c", "123456789012,"}, 2, "12 digits"},
      {{"-b", "trail", "-d", "much"}, 2, "debug level"},
      {{"-b", "trail", "-i", "role"}, 2, "no role"},
      {{"-b", "trail", "-i", "arn:aws:iam::123456789012:role/r", "-rd", "899"}, 2, "900 to 3600"},
      {{"-b", "trail", "-i", "arn:aws:iam::123456789012:role/r", "-rd", "3601"}, 2, "900 to 3600"},
      {{"-b", "trail", "-rd", "900"}, 1, "Unknown error"},
      {{"-b", "trail", "-l", "a{b"}, 2, "holds {"},
      {{"-b", "trail", "-L", "a&quot;"}, 2, "holds &quot;"},
      {{"-b", "trail", "-s", "2026-01-15"}, 2, "no date"},
      {{"-b", "trail", "-s", "2026-FEB-30"}, 2, "no date"},
      {{"-b", "trail", "-r", "us-east-1,everywhere"}, 2, "no region"},
      {{"-b", "trail", "-df", "a"}, 2, "go together"},
      {{"-b", "trail", "-dr", "a"}, 2, "go together"},
      {{"-sr", "inspector", "-dr", "a"}, 2, "go together"},
      {{"-b", "trail", "-df", "a", "-dr", "("}, 12, "no regular expression"},
      {{"-b", "trail", "-a", "AK"}, 2, "go together"},
      {{"-b", "trail", "-se", "s3.example"}, 2, "no endpoint"},
      {{"-b", "trail", "-t", "cisco_umbrella", "-l", "logs"}, 12, "dnslogs"},
      {{"-b", "trail", "--look_back", "1h"}, 2, "look-back"},
      {{"-b", "trail", "--threads", "0"}, 2, "threads"},
  };
  for (const auto& c : cases) {
    const ReadArguments read = ReadAwsS3Arguments(c.words);
    EXPECT_FALSE(read.arguments.has_value()) << c.text;
    EXPECT_EQ(read.code, c.code) << read.error;
    EXPECT_THAT(read.error, HasSubstr(c.text));
  }
}

TEST(AwsS3Arguments, NearMisses) {
  EXPECT_THAT(Read({"-b", "trail", "-r", ""}).bucket.regions, IsEmpty());
  EXPECT_EQ(Read({"-b", "trail", "-t", "cisco_umbrella", "-l", "x/dnslogs"}).bucket.path, "x/dnslogs/");
  EXPECT_EQ(Read({"-b", "abc"}).bucket.name, "abc");
  EXPECT_THAT(Read({"-b", "trail", "-r", "us-gov-west-1,eusc-de-east-1"}).bucket.regions,
              ElementsAre("eusc-de-east-1", "us-gov-west-1"));
  EXPECT_EQ(Read({"-b", "trail", "-n", "--not an option"}).bucket.account_alias, "--not an option");
  EXPECT_EQ(Read({"-b", "trail", "-i", "arn:aws:iam::123456789012:role/r", "-rd", "901"}).bucket.iam_role_duration, 901);
}

TEST(AwsS3Arguments, TheHelpNamesEveryOption) {
  const std::string help = AwsS3Help();
  for (const char* name :
       {"-b, --bucket NAME", "-sr, --service", "-rd, --iam_role_duration", "-P, --remove-log-streams", "--home DIR"})
    EXPECT_THAT(help, HasSubstr(name));
}

}  // namespace
}  // namespace trailsift
