#include "source/layout.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "config/values.h"

namespace trailsift {
namespace {

bool IsDigits(std::string_view text, std::size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int Number(std::string_view text) {
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// `20260115T1005Z`
std::optional<Millis> ReadNameTime(std::string_view text) {
  if (text.size() != 14 || text[8] != 'T' || text[13] != 'Z' || !IsDigits(text.substr(0, 8), 8) || !IsDigits(text.substr(9, 4), 4))
    return std::nullopt;
  std::string iso;
  iso.append(text.substr(0, 4)).append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2)).append("T");
  iso.append(text.substr(9, 2)).append(":").append(text.substr(11, 2)).append(":00Z");
  return ParseIsoTime(iso);
}

}  // namespace

KeyFacts ReadKey(std::string_view key) {
  KeyFacts facts;
  const std::vector<std::string_view> folders = Split(key, '/');
  const std::string_view name = folders.back();
  // …/account/CloudTrail/region/yyyy/mm/dd/name
  for (std::size_t i = 1; i + 2 < folders.size(); ++i) {
    if (folders[i] != "CloudTrail" || !IsAccountId(folders[i - 1])) continue;
    facts.account = folders[i - 1];
    facts.region = folders[i + 1];
    if (i + 5 < folders.size() && IsDigits(folders[i + 2], 4) && IsDigits(folders[i + 3], 2) && IsDigits(folders[i + 4], 2))
      facts.day = DaysFromCivil(Number(folders[i + 2]), Number(folders[i + 3]), Number(folders[i + 4]));
    break;
  }
  const std::vector<std::string_view> parts = Split(name, '_');
  if (parts.size() >= 4 && parts[1] == "CloudTrail") {
    if (facts.account.empty() && IsAccountId(parts[0])) facts.account = parts[0];
    if (facts.region.empty()) facts.region = parts[2];
    facts.name_time = ReadNameTime(parts[3]);
  }
  return facts;
}

std::string AccountsPrefix(const BucketSettings& bucket) {
  std::string prefix = bucket.path + "AWSLogs/" + bucket.path_suffix;
  if (!bucket.organization_id.empty()) prefix += bucket.organization_id + '/';
  return prefix;
}

std::string RegionsPrefix(const BucketSettings& bucket, std::string_view account) {
  return AccountsPrefix(bucket).append(account).append("/CloudTrail/");
}

std::string DaysPrefix(const BucketSettings& bucket, std::string_view account, std::string_view region) {
  return RegionsPrefix(bucket, account).append(region).append("/");
}

std::string DayFolder(std::int64_t day) {
  const CivilDate date = CivilFromDays(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d/%02d/%02d", date.year, date.month, date.day);
  return text;
}

}  // namespace trailsift
