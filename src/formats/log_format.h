// The logs of AWS services beside CloudTrail, by the `type` of the <bucket>, <subscriber> or <service> that brings them (shared facts 1.3;
// each service's own pages are named beside its reader).
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
  // Objects that a queue names.
  kSubscribed,  // anything: what it is is told by its content (loose_lines.h, subscriber_logs.h)
  kSecurityHub,
  kSecurityLake,  // Parquet; a row is a message without an envelope
  // Answers of services.
  kInspector,  // of ListFindings
  kLogEvents,  // of CloudWatch Logs' GetLogEvents; an event is a message without an envelope
};

// Of a <bucket>. Nothing for `cloudtrail`, whose objects event/batch reads, and for what is no type.
std::optional<LogFormat> FormatOfType(std::string_view type);
// Of a <subscriber> and of a <service>.
std::optional<LogFormat> FormatOfSubscriber(std::string_view type);
std::optional<LogFormat> FormatOfService(std::string_view type);

}  // namespace trailsift
