// Five words for Wazuh's sixteen levels: where the default rules put the severities of Security Hub's findings, and Sigma its levels.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace trailsift {

struct SeverityBand {
  std::string_view word;
  int from;  // the lowest level
  std::string_view range;
};

// Worst first.
inline constexpr std::array<SeverityBand, 5> kSeverities{{{"critical", 12, "level 12 and above"},
                                                          {"high", 10, "10 and 11"},
                                                          {"medium", 7, "7 to 9"},
                                                          {"low", 4, "4 to 6"},
                                                          {"informational", 0, "below 4"}}};

// In kSeverities.
constexpr std::size_t SeverityOf(int level) {
  std::size_t i = 0;
  while (i + 1 < kSeverities.size() && level < kSeverities[i].from) ++i;
  return i;
}

}  // namespace trailsift
