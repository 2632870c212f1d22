#include "config/summary.h"

#include <cstdio>

#include "config/values.h"

namespace trailsift {
namespace {

std::string Joined(const std::vector<std::string>& items, const char* none) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ",") + item;
  return text.empty() ? none : text;
}

std::string DescribeSchedule(const Schedule& schedule) {
  static constexpr const char* kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  std::string text = "every " + (schedule.months > 0 ? std::to_string(schedule.months) + "M" : FormatDuration(schedule.interval));
  if (schedule.month_day) text += " on day " + std::to_string(*schedule.month_day);
  if (schedule.week_day) text += std::string(" on ") + kDays[*schedule.week_day];
  if (schedule.minute_of_day) {
    char time[32];
    std::snprintf(time, sizeof time, " at %02d:%02d", *schedule.minute_of_day / 60, *schedule.minute_of_day % 60);
    text += time;
  }
  return text + (schedule.run_on_start ? ", first at the start" : ", not at the start");
}

const char* Credentials(const AwsAccessSettings& access) {
  return access.access_key.empty() ? "the environment" : "the key in the file";
}

std::string DescribeBucket(const BucketSettings& bucket) {
  std::string text = bucket.is_folder() ? "folder " + bucket.folder : "bucket " + bucket.name;
  text += " (" + bucket.type + ")";
  if (!bucket.path.empty()) text += ", path " + bucket.path;
  if (!bucket.path_suffix.empty()) text += ", suffix " + bucket.path_suffix;
  if (!bucket.organization_id.empty()) text += ", organization " + bucket.organization_id;
  if (!bucket.is_folder())
    text += ", credentials of " +
            (bucket.aws_profile.empty() || !bucket.access_key.empty() ? Credentials(bucket) : "profile " + bucket.aws_profile);
  if (!bucket.iam_role_arn.empty()) text += ", role " + bucket.iam_role_arn;
  text += ", accounts " + Joined(bucket.account_ids, "as found");
  if (!bucket.account_alias.empty()) text += " (alias " + bucket.account_alias + ")";
  text += ", regions " + Joined(bucket.regions, "as found");
  if (bucket.only_logs_after) text += ", from " + FormatOnlyLogsAfter(*bucket.only_logs_after);
  if (!bucket.discard.empty()) text += ", " + std::to_string(bucket.discard.size()) + " discard_regex";
  if (bucket.remove_from_bucket) text += ", objects are removed once read";
  return text;
}

}  // namespace

std::string FormatDuration(Millis duration) {
  static constexpr struct {
    Millis size;
    char unit;
  } kUnits[] = {{7 * kDay, 'w'}, {kDay, 'd'}, {kHour, 'h'}, {kMinute, 'm'}};
  for (const auto& unit : kUnits)
    if (duration >= unit.size && duration % unit.size == 0) return std::to_string(duration / unit.size) + unit.unit;
  return std::to_string(duration / kSecond) + "s";
}

std::string DescribeSettings(const Settings& settings) {
  const AwsS3Settings& aws = settings.aws_s3;
  std::string text;
  if (!aws.present) text += "collects nothing: no <wodle name=\"aws-s3\">\n";
  else if (aws.disabled) text += "collects nothing: <wodle name=\"aws-s3\"> is disabled\n";
  else text += "collects " + DescribeSchedule(aws.schedule) + "\n";
  for (const BucketSettings& bucket : aws.buckets) text += "  " + DescribeBucket(bucket) + "\n";
  for (const ServiceSettings& service : aws.services) text += "  service " + service.type + "\n";
  for (const SubscriberSettings& subscriber : aws.subscribers)
    text += "  subscriber " + subscriber.type + " of queue " + subscriber.sqs_name + '\n';

  std::string outputs;
  const auto add = [&](bool on, const char* name) { outputs += on ? (outputs.empty() ? "" : ", ") + std::string(name) : ""; };
  add(settings.jsonout_output, "alerts.json");
  add(settings.alerts_log, "alerts.log");
  add(settings.logall_json, "archives.json");
  add(settings.logall, "archives.log");
  text += "alerts of level " + std::to_string(settings.log_alert_level) + " and above, written to " +
          (outputs.empty() ? "no file" : outputs) + "\n";
  return text;
}

}  // namespace trailsift
