// Whole log lines, read as Wazuh's JSON decoder reads them (facts 5), for Event::Message. Where its parser loses the event (a lone
// surrogate, a bad escape), only the character is lost here: U+FFFD.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace trailsift {

// The decoder's prematch, `^{\s*"`, whose `\s` is the blank only.
bool LooksLikeJsonMessage(std::string_view line);

// One thread; a value lives until the next Parse.
class MessageParser {
 public:
  // The value at the start of the line, whatever follows it; nothing when the line does not look like JSON or is none.
  std::optional<JsonValue> Parse(std::string_view line);

 private:
  std::string text_;
  simdjson::dom::parser parser_;
};

}  // namespace trailsift
