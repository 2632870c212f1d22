// Texts without regard to case, in any script: what Sigma calls case-insensitive. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

bool IsAscii(std::string_view text);

// The text with each letter in lower case, by Unicode's simple mapping; `ß` and `ss` stay different. Bytes that are no UTF-8 stay as they
// are.
std::string FoldCase(std::string_view text);

}  // namespace trailsift
