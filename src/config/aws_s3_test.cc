// The block <wodle name="aws-s3">: what it means, and what is refused, with place and words.
#include "config/aws_s3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/ossec_conf.h"

namespace trailsift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Wrap(const std::string& module) {
  return "<ossec_config>\n<wodle name=\"aws-s3\">\n" + module + "\n</wodle>\n</ossec_config>\n";
}

std::string All(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
  return text;
}

AwsS3Settings Load(const std::string& module) {
  Diagnostics diagnostics;
  std::optional<Settings> settings = LoadSettingsFromTexts({{"o.conf", Wrap(module)}}, diagnostics);
  EXPECT_TRUE(settings.has_value()) << All(diagnostics);
  return settings ? std::move(settings->aws_s3) : AwsS3Settings();
}

TEST(AwsS3Test, EverySettingOfABucket) {
  const AwsS3Settings aws =
      Load(R"(<disabled>no</disabled> <interval>2h</interval> <run_on_start>no</run_on_start> <skip_on_error>yes</skip_on_error>
    <bucket type="cloudtrail">
      <name> my-logs </name>
      <path>team/a</path>
      <path_suffix>sub/</path_suffix>
      <aws_profile>prod</aws_profile>
      <aws_account_id>222222222222, 111111111111,222222222222</aws_account_id>
      <aws_account_alias>"two words"</aws_account_alias>
      <aws_organization_id>o-abcdef1234</aws_organization_id>
      <regions>us-east-1,cn-north-1,eu-west-1,eu-west-1</regions>
      <only_logs_after>2026-JAN-15</only_logs_after>
      <iam_role_arn>arn:aws:iam::111111111111:role/reader</iam_role_arn>
      <iam_role_duration>900</iam_role_duration>
      <discard_regex field="eventName">Describe\w+</discard_regex>
      <discard_regex field="userIdentity.type">"AWS\\w+"</discard_regex>
      <remove_from_bucket>yes</remove_from_bucket>
      <sts_endpoint>https://sts.example</sts_endpoint>
      <service_endpoint>http://127.0.0.1:9000</service_endpoint>
    </bucket>)");
  EXPECT_TRUE(aws.present);
  EXPECT_FALSE(aws.disabled);
  EXPECT_TRUE(aws.skip_on_error);
  EXPECT_FALSE(aws.schedule.run_on_start);
  EXPECT_EQ(aws.schedule.interval, 2 * kHour);
  EXPECT_EQ(aws.place.line, 2);
  ASSERT_EQ(aws.buckets.size(), 1u);
  const BucketSettings& bucket = aws.buckets[0];
  EXPECT_EQ(bucket.type, "cloudtrail");
  EXPECT_EQ(bucket.name, "my-logs");
  EXPECT_FALSE(bucket.is_folder());
  EXPECT_EQ(bucket.path, "team/a/");
  EXPECT_EQ(bucket.path_suffix, "sub/");
  EXPECT_EQ(bucket.aws_profile, "prod");
  EXPECT_THAT(bucket.account_ids, ElementsAre("222222222222", "111111111111"));
  EXPECT_EQ(bucket.account_alias, "two words");
  EXPECT_EQ(bucket.organization_id, "o-abcdef1234");
  EXPECT_THAT(bucket.regions, ElementsAre("cn-north-1", "eu-west-1", "us-east-1"));
  EXPECT_EQ(bucket.only_logs_after, DaysFromCivil(2026, 1, 15));
  EXPECT_EQ(bucket.iam_role_arn, "arn:aws:iam::111111111111:role/reader");
  EXPECT_EQ(bucket.iam_role_duration, 900);
  EXPECT_TRUE(bucket.remove_from_bucket);
  EXPECT_EQ(bucket.sts_endpoint, "https://sts.example");
  EXPECT_EQ(bucket.service_endpoint, "http://127.0.0.1:9000");
  ASSERT_EQ(bucket.discard.size(), 2u);
  EXPECT_EQ(bucket.discard[0].field(), "eventName");
  EXPECT_TRUE(bucket.discard[0].Matches("DescribeInstances"));
  EXPECT_EQ(bucket.discard[1].text(), "AWS\\w+");
  EXPECT_EQ(bucket.place.line, 4);
  EXPECT_EQ(bucket.place.column, 5);
}

TEST(AwsS3Test, DefaultsAreWazuhsCode) {
  Diagnostics diagnostics;
  const std::string text = Wrap("<bucket type=\"cloudtrail\"><name>abc</name></bucket>");
  const std::optional<Settings> settings = LoadSettingsFromTexts({{"o.conf", text}}, diagnostics);
  ASSERT_TRUE(settings.has_value());
  const AwsS3Settings& aws = settings->aws_s3;
  EXPECT_FALSE(aws.disabled);
  EXPECT_FALSE(aws.skip_on_error);
  EXPECT_TRUE(aws.schedule.run_on_start);
  EXPECT_EQ(aws.schedule.interval, 5 * kSecond);
  EXPECT_FALSE(aws.buckets.at(0).remove_from_bucket);
  EXPECT_EQ(All(diagnostics),
            "o.conf:2:1: warning: no <interval>: every 5 seconds, as in Wazuh (write <interval>10m</interval>)\n");
}

TEST(AwsS3Test, AFolderStandsForABucket) {
  const struct {
    const char* name;
    const char* folder;
  } kCases[] = {
      {"file:///srv/logs", "/srv/logs"}, {"file:///srv/My Logs/", "/srv/My Logs"}, {"file:///", "/"}, {"file:////a//", "//a"}};
  for (const auto& c : kCases) {
    const AwsS3Settings aws =
        Load("<interval>1m</interval><bucket type=\"cloudtrail\"><name>" + std::string(c.name) + "</name></bucket>");
    ASSERT_EQ(aws.buckets.size(), 1u);
    EXPECT_EQ(aws.buckets[0].folder, c.folder);
    EXPECT_TRUE(aws.buckets[0].is_folder());
    EXPECT_EQ(aws.buckets[0].name, c.name);
  }
}

TEST(AwsS3Test, Schedules) {
  const std::string bucket = "<bucket type=\"cloudtrail\"><name>abc</name></bucket>";
  const Schedule plain = Load("<interval>1w</interval>" + bucket).schedule;
  EXPECT_EQ(plain.interval, 7 * kDay);
  EXPECT_EQ(plain.minute_of_day, std::nullopt);
  const Schedule day = Load("<day>15</day>" + bucket).schedule;
  EXPECT_EQ(day.months, 1);
  EXPECT_EQ(day.month_day, 15);
  EXPECT_EQ(day.minute_of_day, 0);
  const Schedule month = Load("<interval>2M</interval><time>04:30</time>" + bucket).schedule;
  EXPECT_EQ(month.months, 2);
  EXPECT_EQ(month.month_day, 1);
  EXPECT_EQ(month.minute_of_day, 270);
  const Schedule week = Load("<wday>friday</wday><interval>2w</interval>" + bucket).schedule;
  EXPECT_EQ(week.interval, 14 * kDay);
  EXPECT_EQ(week.week_day, 5);
  const Schedule bent = Load("<time>04:30</time><interval>10m</interval>" + bucket).schedule;
  EXPECT_EQ(bent.interval, kDay);
}

TEST(AwsS3Test, ServicesAndSubscribersAreKept) {
  const AwsS3Settings aws = Load(R"(<interval>1h</interval>
    <service type="cloudwatchlogs">
      <aws_log_groups>group-a, group/b</aws_log_groups><remove_log_streams>yes</remove_log_streams><regions>us-east-1</regions>
      <discard_regex>^DEBUG</discard_regex>
    </service>
    <service type="inspector"><aws_profile>p</aws_profile><aws_account_id>111111111111</aws_account_id></service>
    <subscriber type="buckets"><sqs_name>queue</sqs_name><external_id>x</external_id>
      <discard_regex field="a">b</discard_regex></subscriber>)");
  ASSERT_EQ(aws.services.size(), 2u);
  EXPECT_THAT(aws.services[0].log_groups, ElementsAre("group-a", "group/b"));
  EXPECT_TRUE(aws.services[0].remove_log_streams);
  EXPECT_EQ(aws.services[0].discard.at(0).field(), "");
  EXPECT_EQ(aws.services[1].aws_profile, "p");
  ASSERT_EQ(aws.subscribers.size(), 1u);
  EXPECT_EQ(aws.subscribers[0].sqs_name, "queue");
  EXPECT_EQ(aws.subscribers[0].external_id, "x");
  EXPECT_EQ(aws.subscribers[0].discard.size(), 1u);
}

TEST(AwsS3Test, TheOldFormOfABucket) {
  Diagnostics diagnostics;
  const std::string text = Wrap(
      "<interval>1m</interval><access_key>AKIDOLD</access_key><secret_key>s3cr3t</secret_key><remove_from_bucket>yes</"
      "remove_from_bucket>"
      "<bucket>old-logs</bucket><bucket type=\"cloudtrail\"><name>new-logs</name></bucket>");
  const std::optional<Settings> settings = LoadSettingsFromTexts({{"o.conf", text}}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  ASSERT_EQ(settings->aws_s3.buckets.size(), 2u);
  const BucketSettings& old = settings->aws_s3.buckets[0];
  EXPECT_EQ(old.name, "old-logs");
  EXPECT_EQ(old.type, "cloudtrail");
  EXPECT_EQ(old.account_alias, "LEGACY");
  EXPECT_EQ(old.access_key, "AKIDOLD");
  EXPECT_TRUE(old.remove_from_bucket);
  EXPECT_THAT(settings->aws_s3.buckets[1].access_key, IsEmpty());
  EXPECT_FALSE(settings->aws_s3.buckets[1].remove_from_bucket);
  EXPECT_THAT(All(diagnostics), HasSubstr("is an old form"));
  EXPECT_THAT(All(diagnostics), ::testing::Not(HasSubstr("s3cr3t")));
}

// `what` stands on line 3 of the file, behind <interval> when it is one of a module, inside a bucket otherwise.
struct Refusal {
  const char* what;
  int column;
  const char* message;
  const char* hint;
};

void ExpectOneError(const std::string& text, const Refusal& want) {
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadSettingsFromTexts({{"o.conf", text}}, diagnostics).has_value()) << want.what;
  std::vector<Diagnostic> errors;
  for (const Diagnostic& item : diagnostics.items())
    if (item.severity == Severity::kError) errors.push_back(item);
  ASSERT_EQ(errors.size(), 1u) << want.what << "\n" << All(diagnostics);
  EXPECT_EQ(errors[0].file, "o.conf");
  EXPECT_EQ(errors[0].line, 3) << want.what;
  EXPECT_EQ(errors[0].column, want.column) << want.what;
  EXPECT_EQ(errors[0].message, want.message) << want.what;
  EXPECT_EQ(errors[0].hint, want.hint) << want.what;
}

TEST(AwsS3Test, RefusedInTheModule) {
  const Refusal kCases[] = {
      {"<disabled>maybe</disabled>", 1, "<disabled> is \"maybe\"", "write yes or no"},
      {"<disabled></disabled>", 1, "<disabled> is \"\"", "write yes or no"},
      {"<run_on_start>Yes</run_on_start>", 1, "<run_on_start> is \"Yes\"", "write yes or no"},
      {"<skip_on_error>1</skip_on_error>", 1, "<skip_on_error> is \"1\"", "write yes or no"},
      {"<interval>10 minutes</interval>", 1, "<interval> is \"10 minutes\"", "write a number and s, m, h, d, w or M, as 10m"},
      {"<interval/>", 1, "<interval> is \"\"", "write a number and s, m, h, d, w or M, as 10m"},
      {"<day>32</day>", 1, "<day> is \"32\"", "write a day of the month, 1 to 31"},
      {"<day>0</day>", 1, "<day> is \"0\"", "write a day of the month, 1 to 31"},
      {"<wday>someday</wday>", 1, "<wday> is \"someday\"", "write a weekday, as monday"},
      {"<time>25:00</time>", 1, "<time> is \"25:00\"", "write hh:mm, 00:00 to 23:59"},
      {"<day>1</day><wday>monday</wday>", 1, "<day> and <wday> together", "keep one of them"},
      {"<timeout>10</timeout>", 1, "unknown tag <timeout> in <wodle name=\"aws-s3\">", ""},
      {"  <intervall>10m</intervall>", 3, "unknown tag <intervall> in <wodle name=\"aws-s3\">", "did you mean <interval>?"},
      {"<disabled reason=\"x\">no</disabled>", 1, "unknown attribute \"reason\" of <disabled>", "remove it: this tag has none"},
      {"<disabled><b/>no</disabled>", 11, "unknown tag <b> in <disabled>", "a text belongs there"},
      {"<bucket><name>abc</name></bucket>", 1, "<bucket> without a type",
       "write <bucket type=\"…\"> with one of cloudtrail, config, custom, guardduty, vpcflow, cisco_umbrella, waf, alb, clb, nlb, "
       "server_access"},
      {"<bucket type=\"cloudtrial\"><name>abc</name></bucket>", 1, "unknown type \"cloudtrial\" of <bucket>",
       "did you mean cloudtrail?"},
      {"<bucket type=\"Cloudtrail\"><name>abc</name></bucket>", 1, "unknown type \"Cloudtrail\" of <bucket>",
       "did you mean cloudtrail?"},
      {"<bucket type=\"macie\"><name>abc</name></bucket>", 1, "unknown type \"macie\" of <bucket>",
       "one of cloudtrail, config, custom, guardduty, vpcflow, cisco_umbrella, waf, alb, clb, nlb, server_access"},
      {"<bucket type=\"cloudtrail\"></bucket>", 1, "<bucket> without a <name>", "add <name>the-bucket</name>"},
      {"<bucket></bucket>", 1, "<bucket> is empty", ""},
      {"<service type=\"s3\"/>", 1, "unknown type \"s3\" of <service>", "one of inspector, cloudwatchlogs"},
      {"<service/>", 1, "<service> without a type", "write <service type=\"…\"> with one of inspector, cloudwatchlogs"},
      {"<service type=\"cloudwatchlogs\"><aws_log_groups></aws_log_groups></service>", 32, "<aws_log_groups> is empty", ""},
      {"<service type=\"inspector\"><name>x</name></service>", 27, "unknown tag <name> in <service>", ""},
      {"<service type=\"inspector\"><discard_regex>a</discard_regex></service>", 27, "<discard_regex> without a field",
       "write <discard_regex field=\"userIdentity.type\">"},
      {"<subscriber type=\"buckets\"><sqs_name/></subscriber>", 28, "<sqs_name> is empty", ""},
      {"<subscriber type=\"security_lake\"><discard_regex field=\"a\">b</discard_regex><sqs_name>q</sqs_name></subscriber>", 34,
       "<discard_regex> in a security_lake subscriber", "remove it"},
      {"<subscriber type=\"buckets\"><iam_role_arn></iam_role_arn><sqs_name>q</sqs_name></subscriber>", 28,
       "<iam_role_arn> of a subscriber is empty", ""},
      {"<subscriber type=\"buckets\"/>", 1, "<subscriber> without <sqs_name>", "name the queue, or write its URL"},
      {"<subscriber type=\"buckets\"><sqs_name>a b</sqs_name></subscriber>", 28, "\"a b\" is no name of a queue",
       "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
      {"<subscriber type=\"buckets\"><sqs_name>https://sqs.eu-west-1.amazonaws.com</sqs_name></subscriber>", 28,
       "\"https://sqs.eu-west-1.amazonaws.com\" is no name of a queue",
       "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
      {"<subscriber type=\"buckets\"><sqs_name>https://sqs.eu-west-1.amazonaws.com/111122223333/</sqs_name></subscriber>", 28,
       "\"https://sqs.eu-west-1.amazonaws.com/111122223333/\" is no name of a queue",
       "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
      {"<subscriber type=\"buckets\"><sqs_name>http:///trail</sqs_name></subscriber>", 28,
       "\"http:///trail\" is no name of a queue",
       "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
      {"<subscriber type=\"buckets\"><sqs_name>https://sqs.eu-west-1.amazonaws.com/1/a?b</sqs_name></subscriber>", 28,
       "\"https://sqs.eu-west-1.amazonaws.com/1/a?b\" is no name of a queue",
       "at most 80 letters, digits, - and _, or the queue's URL as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"},
      {"<subscriber type=\"sqs\"/>", 1, "unknown type \"sqs\" of <subscriber>", "one of security_lake, buckets, security_hub"},
  };
  for (const Refusal& c : kCases)
    ExpectOneError(Wrap(std::string(c.what) + "\n<bucket type=\"cloudtrail\"><name>abc</name></bucket>"), c);
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadSettingsFromTexts({{"o.conf", Wrap("<interval>1m</interval>")}}, diagnostics).has_value());
  EXPECT_THAT(All(diagnostics),
              HasSubstr("o.conf:2:1: error: <wodle name=\"aws-s3\"> without a <bucket>, <service> or <subscriber>"));
}

TEST(AwsS3Test, RefusedInABucket) {
  const char* kRegionHint = "write them as us-east-1,eu-west-1";
  const char* kAccountHint = "an account id has exactly 12 digits";
  const Refusal kCases[] = {
      {"<name></name>", 1, "<name> is empty", ""},
      {"<name>My_Logs</name>", 1, "<name> is \"My_Logs\": a bucket's name holds only a-z, 0-9, `-` and `.`", ""},
      {"<name>s3://logs</name>", 1, "<name> is \"s3://logs\": only the name of the bucket belongs here", ""},
      {"<name>file://srv/logs</name>", 1, "<name> is \"file://srv/logs\": the folder is not absolute", "write file:///folder"},
      {"<name>file://</name>", 1, "<name> is \"file://\": the folder is not absolute", "write file:///folder"},
      {"<aws_account_id></aws_account_id>", 1, "<aws_account_id> is empty", ""},
      {"<aws_account_id>12345678901</aws_account_id>", 1, "account id \"12345678901\" in <aws_account_id>", kAccountHint},
      {"<aws_account_id>111111111111,</aws_account_id>", 1, "account id \"\" in <aws_account_id>", kAccountHint},
      {"<aws_account_id>1111-1111-1111</aws_account_id>", 1, "account id \"1111-1111-1111\" in <aws_account_id>", kAccountHint},
      {"<regions>us-east-1;eu-west-1</regions>", 1, "region \"us-east-1;eu-west-1\" in <regions>", kRegionHint},
      {"<regions>us-east-1,eu-west</regions>", 1, "region \"eu-west\" in <regions>", kRegionHint},
      {"<only_logs_after>2024-01-01</only_logs_after>", 1, "<only_logs_after> is \"2024-01-01\"", "write 2024-JAN-01"},
      {"<only_logs_after>yesterday</only_logs_after>", 1, "<only_logs_after> is \"yesterday\"",
       "write YYYY-MMM-DD, as 2026-JAN-15"},
      {"<remove_from_bucket>true</remove_from_bucket>", 1, "<remove_from_bucket> is \"true\"", "write yes or no"},
      {"<discard_regex>a</discard_regex>", 1, "<discard_regex> without a field",
       "write <discard_regex field=\"userIdentity.type\">"},
      {"<discard_regex field=\"\">a</discard_regex>", 1, "<discard_regex> without a field",
       "write <discard_regex field=\"userIdentity.type\">"},
      {"<discard_regex feild=\"x\" field=\"y\">a</discard_regex>", 1, "unknown attribute \"feild\" of <discard_regex>",
       "did you mean field?"},
      {"<discard_regex field=\"x\">a(</discard_regex>", 1,
       "<discard_regex> is no regular expression: missing closing parenthesis at byte 3", ""},
      {"<path>a%b</path>", 1, "<path> holds %", "Wazuh refuses that character"},
      {"<path_suffix>a&amp;b</path_suffix>", 1, "<path_suffix> holds &amp;", "Wazuh refuses that character"},
      {"<iam_role_arn>reader</iam_role_arn>", 1, "<iam_role_arn> is \"reader\"", "write it as arn:aws:iam::123456789012:role/name"},
      {"<iam_role_arn>arn:aws:iam::111111111111:role/r</iam_role_arn><iam_role_duration>899</iam_role_duration>", 62,
       "<iam_role_duration> is \"899\"", "write seconds, 900 to 3600"},
      {"<service_endpoint>localhost:9000</service_endpoint>", 1, "<service_endpoint> is no endpoint",
       "write it as https://host:port, without a user name"},
      {"<aws_profil>p</aws_profil>", 1, "unknown tag <aws_profil> in <bucket>", "did you mean <aws_profile>?"},
      {"<external_id>p</external_id>", 1, "unknown tag <external_id> in <bucket>", ""},
      {"<Path>p</Path>", 1, "unknown tag <Path> in <bucket>", "did you mean <path>?"},
  };
  for (const Refusal& c : kCases) {
    // A good name behind a bad one would hide nothing: the fault is told all the same.
    const bool named = std::string(c.what).rfind("<name>", 0) == 0;
    const std::string name = named ? "" : "<name>abc</name>";
    std::string text =
        "<ossec_config><wodle name=\"aws-s3\"><interval>1m</interval>\n<bucket type=\"cloudtrail\">\n" + std::string(c.what) + "\n";
    ExpectOneError(text + name + "</bucket></wodle></ossec_config>", c);
  }
}

TEST(AwsS3Test, WarningsWithoutRefusal) {
  const struct {
    const char* what;
    const char* want;  // empty = none
  } kCases[] = {
      {"", ""},
      {"<path></path>", "o.conf:3:1: warning: <path> is empty and has no effect (fill it or remove it)\n"},
      {"<path_suffix> </path_suffix>", "o.conf:3:1: warning: <path_suffix> is empty and has no effect (fill it or remove it)\n"},
      {"<regions/>", "o.conf:3:1: warning: <regions> is empty and has no effect (fill it or remove it)\n"},
      {"<only_logs_after/>", "o.conf:3:1: warning: <only_logs_after> is empty and has no effect (fill it or remove it)\n"},
      {"<discard_regex field=\"a\"></discard_regex>",
       "o.conf:3:1: warning: <discard_regex> is empty and has no effect (fill it or remove it)\n"},
      {"<path>/logs</path>", "o.conf:3:1: warning: <path> starts with / (keys in S3 do not: remove it unless yours do)\n"},
      {"<regions>us-east-1</regions>", ""},
      {"<regions>eu-west-1</regions>",
       "o.conf:3:1: warning: <regions> without us-east-1: events of IAM, Organizations and root sign-in stand in that region's "
       "folder (add us-east-1)\n"},
      {"<regions>us-gov-west-1</regions>", ""},
      {"<regions>us-gov-east-1</regions>",
       "o.conf:3:1: warning: <regions> without us-gov-west-1: events of IAM, Organizations and root sign-in stand in that region's "
       "folder (add "
       "us-gov-west-1)\n"},
      {"<regions>cn-north-1</regions>", ""},
      {"<path>a</path><path>b</path>", "o.conf:3:15: warning: <path> stands here again: the last one holds\n"},
      {"<access_key>AKIDEXAMPLE</access_key>",
       "o.conf:3:1: warning: <access_key> in a configuration file is deprecated (use <aws_profile> or the environment)\n"
       "o.conf:2:1: warning: <access_key> stands alone and has no effect (give both, or better a profile)\n"},
  };
  for (const auto& c : kCases) {
    Diagnostics diagnostics;
    const std::string text =
        "<ossec_config><wodle name=\"aws-s3\"><interval>1m</interval>\n<bucket type=\"cloudtrail\"><name>abc</name>\n" +
        std::string(c.what) + "</bucket></wodle></ossec_config>";
    EXPECT_TRUE(LoadSettingsFromTexts({{"o.conf", text}}, diagnostics).has_value()) << c.what;
    EXPECT_EQ(All(diagnostics), c.want) << c.what;
  }
}

TEST(AwsS3Test, EveryTypeOfBucketIsTaken) {
  for (const char* type :
       {"config", "custom", "guardduty", "vpcflow", "cisco_umbrella", "waf", "alb", "clb", "nlb", "server_access"}) {
    Diagnostics diagnostics;
    const std::string text = Wrap("<interval>1m</interval><bucket type=\"" + std::string(type) + "\"><name>abc</name></bucket>");
    const std::optional<Settings> settings = LoadSettingsFromTexts({{"o.conf", text}}, diagnostics);
    ASSERT_TRUE(settings.has_value()) << type;
    EXPECT_EQ(settings->aws_s3.buckets.at(0).type, type);
    EXPECT_EQ(All(diagnostics), "");
  }
}

TEST(AwsS3Test, SecretsStayOutOfMessages) {
  Diagnostics diagnostics;
  const std::string text = Wrap(
      "<bucket type=\"cloudtrail\"><name>abc</name><access_key>AKIDEXAMPLE</access_key><secret_key>wJalrX</secret_key><secret_key "
      "bad=\"wJalrX\">"
      "wJalrX<b/></secret_key><aws_profile>p</aws_profile><service_endpoint>http://u:wJalrX@h</service_endpoint></bucket>");
  EXPECT_FALSE(LoadSettingsFromTexts({{"o.conf", text}}, diagnostics).has_value());
  EXPECT_GE(diagnostics.items().size(), 5u);
  EXPECT_THAT(All(diagnostics), ::testing::Not(HasSubstr("wJalrX")));
  EXPECT_THAT(All(diagnostics), ::testing::Not(HasSubstr("AKIDEXAMPLE")));
}

TEST(AwsS3Test, ARoleIsNothingToWarnOf) {
  Diagnostics diagnostics;
  ASSERT_TRUE(
      LoadSettingsFromTexts({{"o.conf", Wrap("<interval>1m</interval><bucket type=\"cloudtrail\"><name>logs</name>"
                                             "<iam_role_arn>arn:aws:iam::111111111111:role/reader</iam_role_arn></bucket>")}},
                            diagnostics)
          .has_value());
  EXPECT_EQ(All(diagnostics), "");
}

}  // namespace
}  // namespace trailsift
