#include "rules/sigma_encoding.h"

#include <cstdint>

namespace trailsift {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The digits of the bits, the last filled up with zeros; no padding.
std::string Digits(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 6; held -= 6) out += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kDigits[bits << (6 - held) & 63];
  return out;
}

}  // namespace

std::string ToUtf16(std::string_view utf8, Utf16Form form) {
  std::string out = form == Utf16Form::kWithMark ? "\xff\xfe" : "";
  const auto add = [&](std::uint32_t unit) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    out += form == Utf16Form::kBigEndian ? high : low;
    out += form == Utf16Form::kBigEndian ? low : high;
  };
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t more = 1; more < size && i + more < utf8.size(); ++more)
      code = code << 6 | (static_cast<unsigned char>(utf8[i + more]) & 0x3Fu);
    i += size;
    if (code < 0x10000) {
      add(code);
    } else {
      add(0xD800 + ((code - 0x10000) >> 10));
      add(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::string ToBase64(std::string_view bytes) {
  std::string out = Digits(bytes);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::array<std::string, 3> Base64Middles(std::string_view bytes) {
  std::array<std::string, 3> middles;
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string digits = Digits(std::string(shift, '\0') + std::string(bytes));
    // Digits that hold bits of what stands before: all up to the one that the last such byte ends in.
    const std::size_t begin = (shift * 8 + 5) / 6;
    // The last digit holds bits of what stands behind, unless the bits end with it.
    const std::size_t end = (shift + bytes.size()) * 8 / 6;
    if (end > begin) middles[shift] = digits.substr(begin, end - begin);
  }
  return middles;
}

}  // namespace trailsift
