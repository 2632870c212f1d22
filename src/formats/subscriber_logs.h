// JSON that queues and services deliver: what a <subscriber> of type buckets or security_hub finds in the objects that its queue names,
// and the answers that a <service> gets. Formats: AWS Security Hub user guide, "EventBridge event formats for Security Hub"; Amazon
// Inspector API reference, ListFindings; Amazon CloudWatch Logs API reference, GetLogEvents. Names are those of Wazuh's collector. Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "formats/log_chunk.h"
#include "formats/log_format.h"

namespace trailsift {

// Adds the events of one JSON document. What is wrong with it, in words that follow a place; empty where nothing is.
std::string AddSubscriberLog(LogFormat format, std::string_view name, JsonValue document, LogChunk& chunk);

// The object, gzip or not, is one of CloudTrail's: its records, or a digest. Only its beginning is looked at.
bool HoldsTrail(std::string_view bytes);

}  // namespace trailsift
