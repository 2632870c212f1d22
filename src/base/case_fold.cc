#include "base/case_fold.h"

#include <algorithm>
#include <clocale>
#include <cwctype>

namespace trailsift {
namespace {

// glibc brings this locale with it, whatever is installed (since 2.35); elsewhere only ASCII letters are folded.
locale_t Utf8Locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// Bytes of the UTF-8 sequence at the beginning, and what it stands for; 0 where there is none.
std::size_t Decode(std::string_view text, char32_t& code) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
  if (size == 0 || size > text.size()) return 0;
  code = size == 1 ? lead : lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >> 6 != 2) return 0;
    code = code << 6 | (byte & 0x3Fu);
  }
  return size;
}

void Encode(char32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  out += static_cast<char>((0xF0u << (3 - more) & 0xF0u) | code >> (6 * more));
  for (int shift = 6 * (more - 1); shift >= 0; shift -= 6) out += static_cast<char>(0x80u | (code >> shift & 0x3Fu));
}

}  // namespace

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string FoldCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  if (IsAscii(text)) return out;
  out.clear();
  while (!text.empty()) {
    char32_t code = 0;
    std::size_t size = Decode(text, code);
    if (size == 1) {
      out += code >= 'A' && code <= 'Z' ? static_cast<char>(code + ('a' - 'A')) : static_cast<char>(code);
    } else if (size == 0 || Utf8Locale() == nullptr) {
      size = std::max<std::size_t>(size, 1);
      out += text.substr(0, size);
    } else {
      Encode(static_cast<char32_t>(towlower_l(static_cast<wint_t>(code), Utf8Locale())), out);
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace trailsift
