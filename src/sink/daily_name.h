// How the daily files are named: `<folder>/<yyyy>/<Mon>/<stem>-<DD>.<ext>`, by the local day of arrival, as Wazuh names them. A
// day is the number of days since 1970-01-01 of its calendar date. Thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace trailsift {

// One kind of daily file and the name of the link to today's.
struct DailyFamily {
  std::string_view folder;  // relative to the home
  std::string_view stem;
  std::string_view link;  // without extension
};

inline constexpr DailyFamily kAlertFiles = {"logs/alerts", "ossec-alerts", "alerts"};
inline constexpr DailyFamily kArchiveFiles = {"logs/archives", "ossec-archive", "archives"};
// The log of record when <jsonout_output> is no.
inline constexpr DailyFamily kStateAlertFiles = {"state/alerts", "ossec-alerts", "alerts"};

std::int64_t DayOf(Millis moment, bool utc);

// `logs/alerts/2026/Jan/ossec-alerts-15.json`
std::string DailyPath(const DailyFamily& family, std::int64_t day, std::string_view extension);

// `logs/alerts/alerts.json`
std::string LinkPath(const DailyFamily& family, std::string_view extension);

// What the name says; nothing for a name that is not a daily file's of the family.
struct DailyName {
  std::int64_t day = 0;
  std::string extension;  // json, log, json.gz, log.gz, json.sum, log.sum
};
std::optional<DailyName> ParseDailyPath(const DailyFamily& family, std::string_view path);

// A daily file that is there.
struct DailyEntry {
  std::string path;  // relative to the home
  DailyName name;
  std::uint64_t size = 0;
  dev_t device = 0;
  ino_t inode = 0;
};

// All of a family, by day, then path. A folder that can't be read counts as empty.
std::vector<DailyEntry> ListDailyFiles(const std::string& home, const DailyFamily& family);

}  // namespace trailsift
