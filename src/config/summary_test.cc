#include "config/summary.h"

#include <gtest/gtest.h>

#include "config/ossec_conf.h"

namespace trailsift {
namespace {

TEST(SummaryTest, FormatDuration) {
  EXPECT_EQ(FormatDuration(10 * kMinute), "10m");
  EXPECT_EQ(FormatDuration(90 * kSecond), "90s");
  EXPECT_EQ(FormatDuration(48 * kHour), "2d");
  EXPECT_EQ(FormatDuration(14 * kDay), "2w");
  EXPECT_EQ(FormatDuration(0), "0s");
}

TEST(SummaryTest, SaysWhatWillBeDoneAndNoSecret) {
  const std::string text = R"(<ossec_config>
    <global><logall_json>yes</logall_json><alerts_log>no</alerts_log></global>
    <alerts><log_alert_level>3</log_alert_level></alerts>
    <wodle name="aws-s3"><interval>10m</interval>
      <bucket type="cloudtrail"><name>my-logs</name><path>team</path><aws_profile>prod</aws_profile>
        <aws_account_id>111111111111,222222222222</aws_account_id><regions>us-east-1,eu-west-1</regions>
        <only_logs_after>2026-JAN-05</only_logs_after><discard_regex field="a">b</discard_regex></bucket>
      <bucket type="cloudtrail"><name>keyed-logs</name><access_key>AKIDEXAMPLE</access_key><secret_key>wJalrX</secret_key></bucket>
      <bucket type="cloudtrail"><name>file:///srv/copy</name><remove_from_bucket>yes</remove_from_bucket></bucket>
      <service type="inspector"></service>
    </wodle></ossec_config>)";
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettingsFromTexts({{"o.conf", text}}, diagnostics);
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(DescribeSettings(*settings),
            "collects every 10m, first at the start\n"
            "  bucket my-logs (cloudtrail), path team/, credentials of profile prod, accounts 111111111111,222222222222, regions "
            "eu-west-1,us-east-1, from 2026-JAN-05, 1 discard_regex\n"
            "  bucket keyed-logs (cloudtrail), credentials of the key in the file, accounts as found, regions as found\n"
            "  folder /srv/copy (cloudtrail), accounts as found, regions as found, objects are removed once read\n"
            "  service inspector\n"
            "alerts of level 3 and above, written to alerts.json, archives.json\n");
}

TEST(SummaryTest, NothingToCollect) {
  EXPECT_EQ(DescribeSettings(Settings()),
            "collects nothing: no <wodle name=\"aws-s3\">\n"
            "alerts of level 1 and above, written to alerts.json, alerts.log\n");
  Settings settings;
  settings.aws_s3.present = true;
  settings.aws_s3.disabled = true;
  settings.jsonout_output = settings.alerts_log = false;
  EXPECT_EQ(DescribeSettings(settings),
            "collects nothing: <wodle name=\"aws-s3\"> is disabled\n"
            "alerts of level 1 and above, written to no file\n");
}

TEST(SummaryTest, Schedules) {
  Settings settings;
  settings.aws_s3.present = true;
  Schedule& schedule = settings.aws_s3.schedule;
  schedule.months = 1;
  schedule.month_day = 15;
  schedule.minute_of_day = 245;
  schedule.run_on_start = false;
  EXPECT_EQ(DescribeSettings(settings).substr(0, 56), "collects every 1M on day 15 at 04:05, not at the start\na");
  schedule = Schedule();
  schedule.interval = 7 * kDay;
  schedule.week_day = 1;
  EXPECT_EQ(DescribeSettings(settings).substr(0, 50), "collects every 1w on Monday, first at the start\nal");
}

}  // namespace
}  // namespace trailsift
