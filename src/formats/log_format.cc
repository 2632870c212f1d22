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

std::optional<LogFormat> FormatOfSubscriber(std::string_view type) {
  if (type == "buckets") return LogFormat::kSubscribed;
  if (type == "security_hub") return LogFormat::kSecurityHub;
  if (type == "security_lake") return LogFormat::kSecurityLake;
  return std::nullopt;
}

std::optional<LogFormat> FormatOfService(std::string_view type) {
  if (type == "inspector") return LogFormat::kInspector;
  if (type == "cloudwatchlogs") return LogFormat::kLogEvents;
  return std::nullopt;
}

}  // namespace trailsift
