// How CloudTrail lays its objects out in a bucket (AWS CloudTrail user guide, "CloudTrail log file examples"):
//   {prefix}AWSLogs/{suffix}[{organization}/]{account}/CloudTrail/{region}/{yyyy}/{mm}/{dd}/
//       {account}_CloudTrail_{region}_{yyyymmddThhmmZ}_{random}.json.gz
// Config, VPC flow logs, GuardDuty and the load balancers have a service folder in the place of `CloudTrail` (Config without zeros before
// months and days). What Firehose, S3 and others write has no accounts: {prefix} and then usually a date.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/settings.h"

namespace trailsift {

// The folder of a bucket's type below an account; empty for types without accounts. GuardDuty has both ways.
std::string_view ServiceFolder(std::string_view type);

// What a key says of its object; empty or absent where it says nothing.
struct KeyFacts {
  std::string_view account;  // 12 digits; the folder, else the file name's
  std::string_view region;
  std::optional<std::int64_t> day;  // days since 1970-01-01, of the folder
  std::optional<Millis> name_time;  // delivery time in the file name, to the minute
};
KeyFacts ReadKey(std::string_view key);
// The same for a key without account folders: the first date in it, `yyyy/mm/dd` or `yyyy-mm-dd`, and the time that may follow.
KeyFacts ReadDatedKey(std::string_view key);

// `{prefix}AWSLogs/{suffix}[{organization}/]`
std::string AccountsPrefix(const BucketSettings& bucket);
// The folder of one account's regions, and of one region's days. Without an account: what stands before the dates.
std::string RegionsPrefix(const BucketSettings& bucket, std::string_view account);
std::string DaysPrefix(const BucketSettings& bucket, std::string_view account, std::string_view region);
// Whether the key stands where a listing of this bucket looks: its accounts, its regions, its days.
bool IsListedIn(const BucketSettings& bucket, std::string_view key);
// `yyyy/mm/dd`
std::string DayFolder(std::int64_t day);
// As the objects of a bucket of this type write it: Config `yyyy/m/d`, S3's access logs and Umbrella `yyyy-mm-dd`.
std::string DayFolder(std::int64_t day, std::string_view type);
// In byte order one day's folder may stand before an earlier one's, so each day is listed by itself.
inline bool IsListedByDay(std::string_view type) { return type == "config"; }

}  // namespace trailsift
