// Logs whose events are JSON: AWS Config, GuardDuty, WAF, and what EventBridge or Firehose write into a bucket of type custom. Names and
// the value of `source` are those of Wazuh's collector. Formats: AWS Config developer guide, "Components of a configuration item"; Amazon
// GuardDuty user guide, "Exporting findings"; AWS WAF developer guide, "Log fields"; Amazon EventBridge user guide, "Event structure".
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "formats/log_chunk.h"
#include "formats/log_format.h"

namespace trailsift {

// Adds the events of one JSON document. What is wrong with it, in words that follow a place; empty where nothing is.
std::string AddJsonLog(LogFormat format, std::string_view name, JsonValue document, LogChunk& chunk);

}  // namespace trailsift
