// Text of strangers inside a page: what they write can neither be markup nor turn the direction of what stands beside it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

// Appends `text` for the content of an element or of a quoted attribute. & < > " ' are escaped, control characters (C0, DEL, C1) become
// spaces, those that change the direction of writing (Unicode TR 9: U+202A to U+202E, U+2066 to U+2069) become U+FFFD.
void AppendHtml(std::string_view text, std::string& out);

// The first `max` bytes at most, cut at a whole character of UTF-8, with `…` where something is missing.
std::string CutText(std::string_view text, std::size_t max);

}  // namespace trailsift
