#include "sink/daily_name.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <tuple>

namespace trailsift {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 6> kExtensions = {"json", "log", "json.gz", "log.gz", "json.sum", "log.sum"};

// The number that the whole text is, or -1.
int Number(std::string_view text) {
  if (text.empty() || text.size() > 4) return -1;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string Join(std::string_view folder, std::string_view name) {
  std::string path(folder);
  return path.append("/").append(name);
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  return names;
}

}  // namespace

std::int64_t DayOf(Millis moment, bool utc) {
  const auto seconds = static_cast<std::time_t>(moment / kSecond);
  std::tm parts{};
  if (utc) gmtime_r(&seconds, &parts);
  else localtime_r(&seconds, &parts);
  return DaysFromCivil(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string DailyPath(const DailyFamily& family, std::int64_t day, std::string_view extension) {
  const CivilDate date = CivilFromDays(day);
  const std::string_view month = kMonths[static_cast<std::size_t>(date.month - 1)];
  char text[160];
  std::snprintf(text, sizeof text, "%.*s/%04d/%.*s/%.*s-%02d.%.*s", static_cast<int>(family.folder.size()), family.folder.data(),
                date.year, static_cast<int>(month.size()), month.data(), static_cast<int>(family.stem.size()), family.stem.data(),
                date.day, static_cast<int>(extension.size()), extension.data());
  return text;
}

std::string LinkPath(const DailyFamily& family, std::string_view extension) {
  std::string path(family.folder);
  return path.append("/").append(family.link).append(".").append(extension);
}

std::optional<DailyName> ParseDailyPath(const DailyFamily& family, std::string_view path) {
  const auto take = [&path](std::string_view prefix) {
    if (!path.starts_with(prefix)) return false;
    path.remove_prefix(prefix.size());
    return true;
  };
  if (!take(family.folder) || !take("/")) return std::nullopt;
  const int year = Number(path.substr(0, 4));
  if (year < 1000 || path.size() < 9 || path[4] != '/' || path[8] != '/') return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), path.substr(5, 3));
  path.remove_prefix(9);
  if (month == kMonths.end() || !take(family.stem) || !take("-") || path.size() < 3) return std::nullopt;
  const int day = Number(path.substr(0, 2));
  path.remove_prefix(2);
  // Wazuh numbers the parts of a day that it cut by size or interval.
  if (path.size() > 4 && path[0] == '-' && Number(path.substr(1, 3)) >= 0) path.remove_prefix(4);
  if (day < 1 || day > 31 || !take(".")) return std::nullopt;
  if (std::find(kExtensions.begin(), kExtensions.end(), path) == kExtensions.end()) return std::nullopt;
  return DailyName{DaysFromCivil(year, static_cast<int>(month - kMonths.begin()) + 1, day), std::string(path)};
}

std::vector<DailyEntry> ListDailyFiles(const std::string& home, const DailyFamily& family) {
  std::vector<DailyEntry> entries;
  const std::string root(family.folder);
  for (const std::string& year : NamesIn(Join(home, root))) {
    if (year.size() != 4 || Number(year) < 0) continue;
    for (const std::string_view month : kMonths) {
      const std::string folder = Join(Join(root, year), month);
      for (const std::string& file : NamesIn(Join(home, folder))) {
        DailyEntry entry;
        entry.path = Join(folder, file);
        const auto name = ParseDailyPath(family, entry.path);
        struct stat info;
        if (!name || lstat(Join(home, entry.path).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
        entry.name = *name;
        entry.size = static_cast<std::uint64_t>(info.st_size);
        entry.device = info.st_dev;
        entry.inode = info.st_ino;
        entries.push_back(std::move(entry));
      }
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const DailyEntry& a, const DailyEntry& b) { return std::tie(a.name.day, a.path) < std::tie(b.name.day, b.path); });
  return entries;
}

}  // namespace trailsift
