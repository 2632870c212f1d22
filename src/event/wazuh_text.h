// How values of a record become text on Wazuh's side: the JSON decoder's field values (facts 5: cJSON 1.7's number and array
// printing) and Python's str(), which Wazuh's collector applies to three members of a record (facts 1.6, step 6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace trailsift {

// The decoder's text of a scalar, null or array; nothing for an object, which is no leaf. A string is a view into the document
// unless it holds a NUL, which becomes U+FFFD; all else is put into the arena.
std::optional<std::string_view> WazuhText(JsonValue value, Arena& arena);

// Appends Python's str(value) as json.loads would have made the value: strings bare at the top, quoted by repr() inside containers.
void AppendPythonStr(JsonValue value, std::string& out);

// Stands for a number too large for a double (text_repair.h writes it); printed as `inf`.
bool IsInfinite(double value);

}  // namespace trailsift
