#include <cstring>
#include <string>

#include "event/event.h"

namespace trailsift {
namespace {

bool Is(std::string_view key, const char* name) { return std::memcmp(key.data(), name, key.size()) == 0; }

// Where the header keeps the value of a top-level key; null for the keys it does not keep.
std::string_view* Slot(RecordHeader& header, std::string_view key) {
  switch (key.size()) {
    case 7:  // an aggregated event spells it so
      return Is(key, "eventId") ? &header.event_id : nullptr;
    case 9:
      if (Is(key, "eventName")) return &header.event_name;
      if (Is(key, "eventTime")) return &header.event_time;
      if (Is(key, "errorCode")) return &header.error_code;
      if (Is(key, "awsRegion")) return &header.aws_region;
      if (Is(key, "eventType")) return &header.event_type;
      return nullptr;
    case 11: return Is(key, "eventSource") ? &header.event_source : nullptr;
    case 13: return Is(key, "eventCategory") ? &header.event_category : nullptr;
    case 18: return Is(key, "recipientAccountId") ? &header.recipient_account_id : nullptr;
    default: return nullptr;
  }
}

}  // namespace

RecordHeader ReadHeader(JsonValue record) {
  RecordHeader header;
  simdjson::dom::object object;
  if (record.get(object) != simdjson::SUCCESS) return header;
  std::string_view exact_id;  // eventID: it comes before eventId, wherever the two stand
  for (const auto field : object) {
    const std::string_view key = field.key;
    std::string_view* slot = key == "eventID" ? &exact_id : Slot(header, key);
    // data() tells an empty value from none: the first of two equal keys wins
    if (slot == nullptr || slot->data() != nullptr) continue;
    std::string_view text;
    *slot = JsonValue(field.value).get(text) == simdjson::SUCCESS ? text : std::string_view("");
  }
  if (!exact_id.empty()) header.event_id = exact_id;
  return header;
}

RecordKind KindOf(const RecordHeader& header) {
  if (header.event_category == "Insight" || header.event_type == "AwsCloudTrailInsight") return RecordKind::kInsight;
  if (header.event_category == "Aggregated" || header.event_type == "AwsAggregatedEvent") return RecordKind::kAggregated;
  if (header.event_category == "NetworkActivity" || header.event_type == "AwsVpceEvent") return RecordKind::kNetworkActivity;
  return header.event_name.empty() ? RecordKind::kOther : RecordKind::kApiCall;
}

Hash128 EventIdentity(const RecordHeader& header, std::string_view bucket, std::string_view key, std::size_t index) {
  std::string text;
  if (!header.event_id.empty()) {
    char place[160];
    const std::size_t size = header.event_id.size() + 1 + header.recipient_account_id.size();
    if (size <= sizeof place) {
      std::memcpy(place, header.event_id.data(), header.event_id.size());
      place[header.event_id.size()] = '\0';
      if (!header.recipient_account_id.empty()) {
        std::memcpy(place + header.event_id.size() + 1, header.recipient_account_id.data(), header.recipient_account_id.size());
      }
      return FastHash({place, size});
    }
    text.append(header.event_id).append(1, '\0').append(header.recipient_account_id);
    return FastHash(text);
  }
  text.append(bucket).append(1, '\0').append(key).append(1, '\0').append(std::to_string(index));
  return StrongHash(text);
}

}  // namespace trailsift
