// The logs of AWS services beside CloudTrail that lie in buckets, by the `type` of a <bucket> (shared facts 1.3; each service's own pages
// are named beside its reader).
#pragma once

#include <optional>
#include <string_view>

namespace trailsift {

enum class LogFormat {
  kConfig,
  kVpcFlow,
  kGuardDuty,
  kWaf,
  kAlb,
  kClb,
  kNlb,
  kServerAccess,
  kUmbrella,
  kCustom,
};

// Nothing for `cloudtrail`, whose objects event/batch reads, and for what is no type.
std::optional<LogFormat> FormatOfType(std::string_view type);

}  // namespace trailsift
