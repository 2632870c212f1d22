// The small languages of single settings: what a text means, or that it means nothing. Sources: Wazuh 4.14's collector options and
// its scheduling. Pure functions, any thread. Every text is taken as it is: trim first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace trailsift {

// Without spaces, tabs and line ends at both ends.
std::string_view Trim(std::string_view text);

// A value for a message: in quotes, control bytes as `?`, cut at 60 bytes.
std::string Quoted(std::string_view text);

// The pieces between commas, trimmed, empty ones included.
std::vector<std::string_view> SplitCommas(std::string_view text);

// yes | no, in small letters only.
std::optional<bool> ParseYesNo(std::string_view text);

// Digits only; nothing above `max`.
std::optional<std::uint64_t> ParseNumber(std::string_view text, std::uint64_t max);

struct Interval {
  Millis span = 0;
  int months = 0;  // with `M`; span is 0 then
};
// A number and s, m, h, d, w or M; without a letter seconds. At most 100 years.
std::optional<Interval> ParseInterval(std::string_view text);

// As ParseInterval, without months.
std::optional<Millis> ParseDuration(std::string_view text);

// Bytes: a number and K, M, G or T (powers of 1024), or without a letter. At most 2^60.
std::optional<std::uint64_t> ParseSize(std::string_view text);

// Monday, mon or mo, in any case; 0 = Sunday.
std::optional<int> ParseWeekDay(std::string_view text);

// hh:mm, 00:00 to 23:59, as minutes from midnight.
std::optional<int> ParseTimeOfDay(std::string_view text);

// 2018-AUG-15 (English month, any case) as days since 1970-01-01.
std::optional<std::int64_t> ParseOnlyLogsAfter(std::string_view text);
// The same way back.
std::string FormatOnlyLogsAfter(std::int64_t days);

// Exactly 12 digits.
bool IsAccountId(std::string_view text);

// us-east-1, us-gov-west-1, cn-north-1, us-iso-east-1, eusc-de-east-1: the shape, not a list, so that a new region works.
bool IsRegion(std::string_view text);

// Why a text is no name of an S3 bucket; empty when it is one.
std::string WhyNoBucketName(std::string_view text);

// What a path or suffix holds that Wazuh refuses in one (`\`, quotes, brackets, `%`, an XML entity …); empty when there is nothing.
std::string ForbiddenInPath(std::string_view text);

// arn:partition:iam::account:role/…
bool IsRoleArn(std::string_view text);

// http:// or https:// and a host, without a user name.
bool IsEndpoint(std::string_view text);

// As the command line to which Wazuh copies values reads them: quotes around the whole are dropped and `\\` is one `\`. Unlike
// there, a lone backslash stays.
std::string Unquote(std::string_view text);

}  // namespace trailsift
