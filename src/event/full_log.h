// The text of the message that Wazuh's collector would send for a record: json.dumps with its default separators and ASCII escapes.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "event/event.h"

namespace trailsift {

void AppendFullLog(simdjson::dom::object record, const Envelope& envelope, std::string& out);

// A quoted string as that text has it.
void AppendAsciiJsonString(std::string_view text, std::string& out);

}  // namespace trailsift
