// How CloudTrail lays its objects out in a bucket (AWS CloudTrail user guide, "CloudTrail log file examples"):
//   {prefix}AWSLogs/{suffix}[{organization}/]{account}/CloudTrail/{region}/{yyyy}/{mm}/{dd}/
//       {account}_CloudTrail_{region}_{yyyymmddThhmmZ}_{random}.json.gz
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "config/settings.h"

namespace trailsift {

// What a key says of its object; empty or absent where it says nothing.
struct KeyFacts {
  std::string_view account;  // 12 digits; the folder, else the file name's
  std::string_view region;
  std::optional<std::int64_t> day;  // days since 1970-01-01, of the folder
  std::optional<Millis> name_time;  // delivery time in the file name, to the minute
};
KeyFacts ReadKey(std::string_view key);

// `{prefix}AWSLogs/{suffix}[{organization}/]`
std::string AccountsPrefix(const BucketSettings& bucket);
// The folder of one account's regions, and of one region's days.
std::string RegionsPrefix(const BucketSettings& bucket, std::string_view account);
std::string DaysPrefix(const BucketSettings& bucket, std::string_view account, std::string_view region);
// `yyyy/mm/dd`
std::string DayFolder(std::int64_t day);

}  // namespace trailsift
