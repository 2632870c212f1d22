// Makes JSON text that a strict parser refuses readable, where no meaning is at stake: the decoder keeps such a record rather than
// lose it. Only called for text that did not parse.
#pragma once

#include <string>
#include <string_view>

namespace trailsift {

// A copy of `text` in which
//  - every maximal invalid part of UTF-8 is U+FFFD,
//  - inside strings, a bare control byte is its escape; a lone surrogate (\ud800), an escape that JSON does not know and a \u
//    without four hex digits are U+FFFD,
//  - outside strings, zeros before a number are left out, an integer beyond 64 bits is a floating-point number, a number beyond the
//    range of a double its largest value.
std::string RepairJson(std::string_view text);

}  // namespace trailsift
