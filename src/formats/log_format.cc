#include "formats/log_format.h"

#include <iterator>
#include <utility>

namespace trailsift {

std::optional<LogFormat> FormatOfType(std::string_view type) {
  static constexpr std::pair<std::string_view, LogFormat> kTypes[] = {{"config", LogFormat::kConfig},
                                                                      {"vpcflow", LogFormat::kVpcFlow},
                                                                      {"guardduty", LogFormat::kGuardDuty},
                                                                      {"waf", LogFormat::kWaf},
                                                                      {"alb", LogFormat::kAlb},
                                                                      {"clb", LogFormat::kClb},
                                                                      {"nlb", LogFormat::kNlb},
                                                                      {"server_access", LogFormat::kServerAccess},
                                                                      {"cisco_umbrella", LogFormat::kUmbrella},
                                                                      {"custom", LogFormat::kCustom}};
  for (const auto& [name, format] : kTypes)
    if (name == type) return format;
  return std::nullopt;
}

}  // namespace trailsift
