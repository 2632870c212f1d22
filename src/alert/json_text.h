// JSON strings for alerts: whatever bytes come in, valid JSON goes out. Thread-safe, allocates only in `out`.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

// Appends `text` in quotes. Escapes as cJSON does, which Wazuh writes with: \" \\ \b \f \n \r \t, other control characters as
// \u00xx, all else as it is; a byte that is not part of valid UTF-8 becomes U+FFFD.
void AppendQuoted(std::string_view text, std::string& out);

// The same without the quotes.
void AppendEscaped(std::string_view text, std::string& out);

// Appends `"name":`, with a comma before it unless it is the first member after `{`. `name` needs no escaping.
void AppendKey(std::string_view name, std::string& out);

}  // namespace trailsift
