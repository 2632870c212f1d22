#include "alert/json_text.h"

#include <array>
#include <cstdint>

namespace trailsift {
namespace {

// What to do with a byte: 0 copy, 1 look at its UTF-8 sequence, 'u' write \u00xx, any other write a backslash and that sign.
constexpr std::array<char, 256> MakeActions() {
  std::array<char, 256> actions{};
  for (std::size_t i = 0; i < 0x20; ++i) actions[i] = 'u';
  for (std::size_t i = 0x80; i < 0x100; ++i) actions[i] = 1;
  actions['\b'] = 'b';
  actions['\f'] = 'f';
  actions['\n'] = 'n';
  actions['\r'] = 'r';
  actions['\t'] = 't';
  actions['"'] = '"';
  actions['\\'] = '\\';
  return actions;
}
constexpr std::array<char, 256> kActions = MakeActions();

std::uint8_t Byte(std::string_view text, std::size_t pos) { return static_cast<std::uint8_t>(text[pos]); }

// Length of the valid UTF-8 sequence at `pos` (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), 0 where there is
// none.
std::size_t SequenceLength(std::string_view text, std::size_t pos) {
  const std::uint8_t lead = Byte(text, pos);
  const auto continues = [&](std::size_t at, std::uint8_t low, std::uint8_t high) {
    return at < text.size() && Byte(text, at) >= low && Byte(text, at) <= high;
  };
  if (lead >= 0xC2 && lead <= 0xDF) return continues(pos + 1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
    return continues(pos + 1, low, high) && continues(pos + 2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(pos + 1, low, high) && continues(pos + 2, 0x80, 0xBF) && continues(pos + 3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

void AppendEscaped(std::string_view text, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::size_t begin = 0;  // of the run that is copied as it is
  std::size_t pos = 0;
  while (pos < text.size()) {
    const char action = kActions[Byte(text, pos)];
    if (action == 0) {
      ++pos;
      continue;
    }
    if (action == 1) {
      if (const std::size_t length = SequenceLength(text, pos); length != 0) {
        pos += length;
        continue;
      }
    }
    out.append(text, begin, pos - begin);
    if (action == 1) {
      out += "\xEF\xBF\xBD";
    } else if (action == 'u') {
      out += "\\u00";
      out += kDigits[Byte(text, pos) >> 4];
      out += kDigits[Byte(text, pos) & 15];
    } else {
      out += '\\';
      out += action;
    }
    begin = ++pos;
  }
  out.append(text, begin, pos - begin);
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  AppendEscaped(text, out);
  out += '"';
}

void AppendKey(std::string_view name, std::string& out) {
  if (!out.empty() && out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
}

}  // namespace trailsift
