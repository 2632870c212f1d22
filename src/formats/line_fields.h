// The fields of one line of a text log. Pure functions; the fields are copies, since quotes and escapes go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

// Separated by `separator`; a field that begins with a quote ends at the next single one, two quotes in it are one, and separators in it
// are text (RFC 4180).
std::vector<std::string> SplitQuoted(std::string_view line, char separator);

// Amazon S3's server access logs: separated by blanks, `[…]` and `"…"` are one field without the brackets or quotes. A quoted field ends at
// a quote that a blank or the end follows, since S3 does not escape the quotes that a client sends.
std::vector<std::string> SplitAccessLine(std::string_view line);

}  // namespace trailsift
