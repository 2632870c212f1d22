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

// `20260115T1005Z`, or with seconds as Config writes it.
std::optional<Millis> ReadNameTime(std::string_view text) {
  if ((text.size() != 14 && text.size() != 16) || text[8] != 'T' || text.back() != 'Z') return std::nullopt;
  const std::string_view clock = text.substr(9, text.size() - 10);
  if (!IsDigits(text.substr(0, 8), 8) || !IsDigits(clock, clock.size())) return std::nullopt;
  std::string iso;
  iso.append(text.substr(0, 4)).append("-").append(text.substr(4, 2)).append("-").append(text.substr(6, 2)).append("T");
  iso.append(clock.substr(0, 2)).append(":").append(clock.substr(2, 2)).append(":");
  iso.append(clock.size() == 6 ? clock.substr(4) : "00").append("Z");
  return ParseIsoTime(iso);
}

bool IsService(std::string_view folder) {
  return folder == "CloudTrail" || folder == "Config" || folder == "vpcflowlogs" || folder == "GuardDuty" ||
         folder == "elasticloadbalancing";
}

bool IsDayPart(std::string_view text) { return IsDigits(text, 1) || IsDigits(text, 2); }

// `yyyy-mm-dd` or `yyyy/mm/dd` at the text's beginning.
std::optional<std::int64_t> ReadDate(std::string_view text) {
  if (text.size() < 10 || (text[4] != '-' && text[4] != '/') || text[7] != text[4]) return std::nullopt;
  if (!IsDigits(text.substr(0, 4), 4) || !IsDigits(text.substr(5, 2), 2) || !IsDigits(text.substr(8, 2), 2)) return std::nullopt;
  const int month = Number(text.substr(5, 2));
  const int day = Number(text.substr(8, 2));
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  return DaysFromCivil(Number(text.substr(0, 4)), month, day);
}

}  // namespace

std::string_view ServiceFolder(std::string_view type) {
  if (type == "cloudtrail") return "CloudTrail";
  if (type == "config") return "Config";
  if (type == "vpcflow") return "vpcflowlogs";
  if (type == "guardduty") return "GuardDuty";
  if (type == "alb" || type == "clb" || type == "nlb") return "elasticloadbalancing";
  return {};
}

KeyFacts ReadKey(std::string_view key) {
  KeyFacts facts;
  const std::vector<std::string_view> folders = Split(key, '/');
  const std::string_view name = folders.back();
  // …/account/service/region/yyyy/mm/dd/…
  for (std::size_t i = 1; i + 2 < folders.size(); ++i) {
    if (!IsService(folders[i]) || !IsAccountId(folders[i - 1])) continue;
    facts.account = folders[i - 1];
    facts.region = folders[i + 1];
    if (i + 5 < folders.size() && IsDigits(folders[i + 2], 4) && IsDayPart(folders[i + 3]) && IsDayPart(folders[i + 4]))
      facts.day = DaysFromCivil(Number(folders[i + 2]), Number(folders[i + 3]), Number(folders[i + 4]));
    break;
  }
  const std::vector<std::string_view> parts = Split(name, '_');
  if (parts.size() >= 4 && IsService(parts[1])) {
    if (facts.account.empty() && IsAccountId(parts[0])) facts.account = parts[0];
    if (facts.region.empty()) facts.region = parts[2];
    // Others than CloudTrail have more names before the time.
    for (std::size_t i = 3; i < parts.size() && !facts.name_time; ++i) {
      facts.name_time = ReadNameTime(parts[i]);
      if (parts[1] == "CloudTrail") break;
    }
  }
  return facts;
}

KeyFacts ReadDatedKey(std::string_view key) {
  KeyFacts facts;
  for (std::size_t at = 0; at + 10 <= key.size(); ++at) {
    const std::optional<std::int64_t> day = ReadDate(key.substr(at));
    if (!day) continue;
    if (!facts.day) facts.day = day;
    // `-hh-mm-ss`
    const std::string_view clock = key.substr(at + 10, 9);
    if (clock.size() < 9 || clock[0] != '-' || clock[3] != '-' || clock[6] != '-' || !IsDigits(clock.substr(1, 2), 2) ||
        !IsDigits(clock.substr(4, 2), 2) || !IsDigits(clock.substr(7, 2), 2))
      continue;
    facts.name_time = *day * kDay + Number(clock.substr(1, 2)) * kHour + Number(clock.substr(4, 2)) * kMinute +
                      Number(clock.substr(7, 2)) * kSecond;
    break;
  }
  return facts;
}

std::string AccountsPrefix(const BucketSettings& bucket) {
  std::string prefix = bucket.path + "AWSLogs/" + bucket.path_suffix;
  // The load balancers know nothing of organizations.
  if (!bucket.organization_id.empty() && ServiceFolder(bucket.type) != "elasticloadbalancing")
    prefix += bucket.organization_id + '/';
  return prefix;
}

std::string RegionsPrefix(const BucketSettings& bucket, std::string_view account) {
  return AccountsPrefix(bucket).append(account).append("/").append(ServiceFolder(bucket.type)).append("/");
}

std::string DaysPrefix(const BucketSettings& bucket, std::string_view account, std::string_view region) {
  return account.empty() ? bucket.path : RegionsPrefix(bucket, account).append(region).append("/");
}

bool IsListedIn(const BucketSettings& bucket, std::string_view key) {
  const auto allowed = [](const std::vector<std::string>& wanted, std::string_view value) {
    return !value.empty() && (wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end());
  };
  const bool with_accounts = !ServiceFolder(bucket.type).empty();
  KeyFacts facts = with_accounts ? ReadKey(key) : ReadDatedKey(key);
  std::string prefix = bucket.path;
  if (with_accounts && key.substr(0, AccountsPrefix(bucket).size()) == AccountsPrefix(bucket)) {
    if (!allowed(bucket.account_ids, facts.account) || !allowed(bucket.regions, facts.region)) return false;
    prefix = DaysPrefix(bucket, facts.account, facts.region);
  } else if (with_accounts) {
    // Findings of GuardDuty that Firehose delivers have no accounts.
    if (bucket.type != "guardduty") return false;
    facts = ReadDatedKey(key);
  }
  if (key.substr(0, prefix.size()) != prefix || key.size() == prefix.size() || key.back() == '/') return false;
  return !bucket.only_logs_after || !facts.day || *facts.day >= *bucket.only_logs_after;
}

std::string DayFolder(std::int64_t day) {
  const CivilDate date = CivilFromDays(day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d/%02d/%02d", date.year, date.month, date.day);
  return text;
}

std::string DayFolder(std::int64_t day, std::string_view type) {
  std::string folder = DayFolder(day);
  if (type == "server_access" || type == "cisco_umbrella") std::replace(folder.begin(), folder.end(), '/', '-');
  if (type == "config") {
    if (folder[8] == '0') folder.erase(8, 1);
    if (folder[5] == '0') folder.erase(5, 1);
  }
  return folder;
}

}  // namespace trailsift
