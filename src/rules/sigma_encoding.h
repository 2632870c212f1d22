// The forms in which Sigma's encoding modifiers seek a text. Pure functions. Source: SigmaHQ sigma-specification 2.1,
// sigma-appendix-modifiers.md; RFC 4648 for Base64; RFC 2781 for UTF-16.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace trailsift {

enum class Utf16Form { kLittleEndian, kBigEndian, kWithMark };  // the last: little-endian behind FF FE

std::string ToUtf16(std::string_view utf8, Utf16Form form);

std::string ToBase64(std::string_view bytes);
// What of the Base64 text is the same whatever stands before and behind, with the bytes zero, one or two places into a group of three.
std::array<std::string, 3> Base64Middles(std::string_view bytes);

}  // namespace trailsift
