#include "source/iam_policy.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>

namespace trailsift {
namespace {

AwsS3Settings Configured(std::initializer_list<std::array<const char*, 3>> buckets) {
  AwsS3Settings settings;
  for (const auto& [type, name, path] : buckets) {
    BucketSettings bucket;
    bucket.type = type;
    bucket.name = name;
    bucket.path = path;
    settings.buckets.push_back(std::move(bucket));
  }
  return settings;
}

// `Sid: actions on resources [if prefixes]`, a line each.
std::string Told(const std::vector<PolicyStatement>& statements) {
  std::string out;
  const auto all = [&](const std::vector<std::string>& list) {
    for (const std::string& item : list) out += ' ' + item;
  };
  for (const PolicyStatement& statement : statements) {
    out += statement.sid + ':';
    all(statement.actions);
    out += " on";
    all(statement.resources);
    if (!statement.prefixes.empty()) out += " if";
    all(statement.prefixes);
    out += '\n';
  }
  return out;
}

TEST(IamPolicy, ListsAndReadsWhatIsConfiguredAndNothingElse) {
  AwsS3Settings settings = Configured({{"cloudtrail", "trail", "p/"}});
  settings.buckets[0].organization_id = "o-1";
  EXPECT_EQ(Told(LeastPolicy(settings, "", {})),
            "List: s3:ListBucket on arn:aws:s3:::trail if p/AWSLogs/o-1/*\n"
            "Read: s3:GetObject on arn:aws:s3:::trail/p/AWSLogs/o-1/*\n");
  settings.buckets[0].remove_from_bucket = true;
  settings.buckets[0].regions = {"us-gov-west-1"};
  EXPECT_EQ(Told(LeastPolicy(settings, "", {{"arn:aws:kms:r:a:key/1"}, {}})),
            "List: s3:ListBucket on arn:aws-us-gov:s3:::trail if p/AWSLogs/o-1/*\n"
            "Read: s3:GetObject on arn:aws-us-gov:s3:::trail/p/AWSLogs/o-1/*\n"
            "Remove: s3:DeleteObject on arn:aws-us-gov:s3:::trail/p/AWSLogs/o-1/*\n"
            "Decrypt: kms:Decrypt on arn:aws:kms:r:a:key/1\n");
}

TEST(IamPolicy, OneBucketSeveralTimesAndSeveralBuckets) {
  AwsS3Settings settings = Configured({{"cloudtrail", "logs", ""},
                                       {"config", "logs", ""},
                                       {"waf", "logs", "waf/"},
                                       {"guardduty", "findings", "gd/"},
                                       {"cloudtrail", "file:///copy", ""}});
  settings.buckets[4].folder = "/copy";
  EXPECT_EQ(Told(LeastPolicy(settings, "", {})),
            "List1: s3:ListBucket on arn:aws:s3:::logs if AWSLogs/* waf/*\n"
            "Read1: s3:GetObject on arn:aws:s3:::logs/AWSLogs/* arn:aws:s3:::logs/waf/*\n"
            "List2: s3:ListBucket on arn:aws:s3:::findings if gd/*\n"
            "Read2: s3:GetObject on arn:aws:s3:::findings/gd/*\n");
}

TEST(IamPolicy, ARoleReadsAndTheCredentialsAssumeIt) {
  const std::string role = "arn:aws-cn:iam::111122223333:role/reader";
  AwsS3Settings settings = Configured({{"cloudtrail", "own", ""}, {"cloudtrail", "theirs", ""}, {"alb", "theirs", ""}});
  settings.buckets[1].iam_role_arn = settings.buckets[2].iam_role_arn = role;
  EXPECT_EQ(AssumedRoles(settings), std::vector<std::string>{role});
  EXPECT_EQ(Told(LeastPolicy(settings, "", {})),
            "List: s3:ListBucket on arn:aws:s3:::own if AWSLogs/*\n"
            "Read: s3:GetObject on arn:aws:s3:::own/AWSLogs/*\n"
            "Assume: sts:AssumeRole on " +
                role + '\n');
  EXPECT_EQ(Told(LeastPolicy(settings, role, {})),
            "List: s3:ListBucket on arn:aws-cn:s3:::theirs if AWSLogs/*\n"
            "Read: s3:GetObject on arn:aws-cn:s3:::theirs/AWSLogs/*\n");
  EXPECT_EQ(Told(LeastPolicy({}, "", {{"key"}, {}})), "");
}

constexpr const char* kReceive = "Receive: sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility on ";

TEST(IamPolicy, Subscribers) {
  const std::string role = "arn:aws-us-gov:iam::111122223333:role/reader";
  AwsS3Settings settings;
  settings.subscribers.resize(2);
  settings.subscribers[0].sqs_name = "trail";
  settings.subscribers[1].sqs_name = "lake";
  settings.subscribers[1].iam_role_arn = role;
  EXPECT_EQ(Told(LeastPolicy(settings, "", {{"key"}, {"one", "two"}})),
            "FindQueue: sqs:GetQueueUrl on arn:aws:sqs:*:*:trail\n" + std::string(kReceive) +
                "arn:aws:sqs:*:*:trail\n"
                "ReadNamed: s3:GetObject on arn:aws:s3:::one/* arn:aws:s3:::two/*\n"
                "Decrypt: kms:Decrypt on key\n"
                "Assume: sts:AssumeRole on " +
                role + '\n');
  EXPECT_EQ(Told(LeastPolicy(settings, role, {})),
            "FindQueue: sqs:GetQueueUrl on arn:aws-us-gov:sqs:*:111122223333:lake\n" + std::string(kReceive) +
                "arn:aws-us-gov:sqs:*:111122223333:lake\n"
                "ReadNamed: s3:GetObject on arn:aws-us-gov:s3:::BUCKET-THAT-THE-MESSAGES-NAME/*\n");
  EXPECT_TRUE(HasSubscriber(settings, role));
  settings.subscribers.pop_back();
  EXPECT_FALSE(HasSubscriber(settings, role));
}

// Its name need not be looked up, and it says whose queue it is.
TEST(IamPolicy, AQueueByItsUrl) {
  AwsS3Settings settings;
  settings.subscribers.resize(2);
  settings.subscribers[0].sqs_name = "https://sqs.cn-north-1.amazonaws.com.cn/444455556666/trail.fifo";
  settings.subscribers[1].sqs_name = "other";
  settings.subscribers[1].iam_role_arn = "arn:aws:iam::111122223333:role/reader";
  EXPECT_EQ(Told(LeastPolicy(settings, "", {{}, {"b"}})), std::string(kReceive) +
                                                              "arn:aws-cn:sqs:cn-north-1:444455556666:trail.fifo\n"
                                                              "ReadNamed: s3:GetObject on arn:aws-cn:s3:::b/*\n"
                                                              "Assume: sts:AssumeRole on arn:aws:iam::111122223333:role/reader\n");
  settings.subscribers[1].iam_role_arn.clear();
  EXPECT_EQ(Told(LeastPolicy(settings, "", {{}, {"b"}})),
            "FindQueue: sqs:GetQueueUrl on arn:aws:sqs:*:*:other\n" + std::string(kReceive) +
                "arn:aws-cn:sqs:cn-north-1:444455556666:trail.fifo arn:aws:sqs:*:*:other\n"
                "ReadNamed: s3:GetObject on arn:aws-cn:s3:::b/* arn:aws:s3:::b/*\n");
}

TEST(IamPolicy, Services) {
  AwsS3Settings settings;
  settings.services.resize(2);
  settings.services[0].type = "inspector";
  settings.services[1].type = "cloudwatchlogs";
  settings.services[1].log_groups = {"vpn"};
  settings.services[1].regions = {"eu-west-1"};
  settings.services[1].remove_log_streams = true;
  EXPECT_EQ(Told(LeastPolicy(settings, "", {{"key"}, {}})),
            "Findings: inspector2:ListFindings on *\n"
            "Logs: logs:DescribeLogStreams logs:GetLogEvents on arn:aws:logs:eu-west-1:*:log-group:vpn "
            "arn:aws:logs:eu-west-1:*:log-group:vpn:*\n"
            "RemoveStreams: logs:DeleteLogStream on arn:aws:logs:eu-west-1:*:log-group:vpn:*\n");
  const std::string role = "arn:aws:iam::111122223333:role/reader";
  settings.services[1].iam_role_arn = role;
  settings.services[1].regions.clear();
  settings.services[1].remove_log_streams = false;
  EXPECT_EQ(Told(LeastPolicy(settings, role, {})),
            "Logs: logs:DescribeLogStreams logs:GetLogEvents on arn:aws:logs:*:111122223333:log-group:vpn "
            "arn:aws:logs:*:111122223333:log-group:vpn:*\n");
}

TEST(IamPolicy, OneStatement) {
  AwsS3Settings settings = Configured({{"cloudtrail", "b", ""}});
  EXPECT_EQ(StatementJson(StatementFor(settings.buckets[0], Need::kList)),
            R"({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", )"
            R"("Condition": {"StringLike": {"s3:prefix": "AWSLogs/*"}}})");
}

TEST(IamPolicy, Json) {
  AwsS3Settings settings = Configured({{"waf", "b", "a\"\\/"}});
  EXPECT_EQ(PolicyJson(LeastPolicy(settings, "", {{"k1", "k2"}, {}})), R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "List",
      "Effect": "Allow",
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::b",
      "Condition": {"StringLike": {"s3:prefix": "a\"\\/*"}}
    },
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::b/a\"\\/*"
    },
    {
      "Sid": "Decrypt",
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": ["k1", "k2"]
    }
  ]
}
)");
}

TEST(IamPolicy, KeysOfDigests) {
  struct Case {
    bool checked;
    const char* type;
    const char* folder;
    const char* role_of_bucket;
    const char* role;
    bool needed;
  };
  const Case kCases[] = {
      {true, "cloudtrail", "", "", "", true},
      {true, "cloudtrail", "", "arn:aws:iam::1:role/r", "arn:aws:iam::1:role/r", true},
      {true, "cloudtrail", "", "arn:aws:iam::1:role/r", "", false},
      {true, "vpcflow", "", "", "", false},
      {false, "cloudtrail", "", "", "", false},
      // The credentials of the environment get the keys, whatever role stands beside the folder.
      {true, "cloudtrail", "/copy", "arn:aws:iam::1:role/r", "", true},
      {true, "cloudtrail", "/copy", "arn:aws:iam::1:role/r", "arn:aws:iam::1:role/r", false},
  };
  for (const Case& c : kCases) {
    Settings settings;
    settings.own.log_integrity = c.checked;
    BucketSettings bucket;
    bucket.name = "b";
    bucket.type = c.type;
    bucket.folder = c.folder;
    bucket.iam_role_arn = c.role_of_bucket;
    settings.aws_s3.buckets.push_back(std::move(bucket));
    EXPECT_EQ(NeedsKeys(settings, c.role), c.needed) << c.type << c.folder << c.role;
  }
  EXPECT_EQ(Told({KeysStatement()}), "Keys: cloudtrail:ListPublicKeys on *\n");
}

}  // namespace
}  // namespace trailsift
