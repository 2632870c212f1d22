// What Wazuh's collector does to a CloudTrail record before it sends it (facts 1.6), as answers about single values, so that
// lookups, walks and the text of the message can apply it on the fly and no changed copy is ever built.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "event/event.h"

namespace trailsift {

// A value as the message has it. `settled`: nothing inside it is changed any more (it was the only element of a list).
struct WazuhNode {
  JsonValue value;
  bool settled = false;
};

// Where in the record an object stands: two places have rules of their own.
enum class WazuhPlace { kTop, kRequestParameters, kElsewhere };

// The member value `value` of an object after steps 2 and 3: nothing for a null, the element for a list of one. Inside a settled
// object every value stays.
inline std::optional<WazuhNode> ChangeValue(JsonValue value, bool settled) {
  if (settled) return WazuhNode{value, true};
  switch (value.type()) {
    case simdjson::dom::element_type::NULL_VALUE: return std::nullopt;
    case simdjson::dom::element_type::ARRAY: {
      const simdjson::dom::array array = value.get_array().value_unsafe();
      auto it = array.begin();
      const auto end = array.end();
      if (it == end) return WazuhNode{value, false};
      const JsonValue only = *it;
      if (++it != end) return WazuhNode{value, false};
      return WazuhNode{only, true};
    }
    default: return WazuhNode{value, false};
  }
}

// Steps 5 to 7: the value becomes an object with one member of this name; nothing when it stays as it is.
struct WazuhWrap {
  std::string_view member;   // `value` or `string`
  bool python_text = false;  // the member is str() of the value
};
std::optional<WazuhWrap> WrapOf(WazuhPlace place, std::string_view key, JsonValue value);

// The place of the object that is the value of `key`.
inline WazuhPlace PlaceBelow(WazuhPlace place, std::string_view key) {
  return place == WazuhPlace::kTop && key == "requestParameters" ? WazuhPlace::kRequestParameters : WazuhPlace::kElsewhere;
}

// Step 4: the value of `source_ip_address`, when sourceIPAddress looks like an IPv4 address.
std::optional<std::string_view> SourceIpAddress(simdjson::dom::object record);

// A top-level member of the record that the collector's own member of that name replaces: source, aws_account_id,
// source_ip_address.
bool IsReplaced(std::string_view key, simdjson::dom::object record, const Envelope& envelope);

}  // namespace trailsift
