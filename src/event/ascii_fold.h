// Comparing names without regard to ASCII case, as Wazuh looks fields up. Bytes above 127 are compared as they are.
#pragma once

#include <string_view>

namespace trailsift {

inline char FoldAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// `text` begins with `prefix`.
inline bool StartsWithFold(std::string_view text, std::string_view prefix) {
  if (prefix.size() > text.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (text[i] != prefix[i] && FoldAscii(text[i]) != FoldAscii(prefix[i])) return false;
  }
  return true;
}

inline bool EqualsFold(std::string_view a, std::string_view b) { return a.size() == b.size() && StartsWithFold(a, b); }

}  // namespace trailsift
