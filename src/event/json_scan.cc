#include "event/json_scan.h"

#include <cstring>

namespace trailsift {

std::size_t SkipJsonSpace(std::string_view text, std::size_t at) {
  while (at < text.size() && IsJsonSpace(text[at])) ++at;
  return at;
}

std::size_t SkipJsonString(std::string_view text, std::size_t at) {
  const std::size_t first = at + 1;
  for (std::size_t from = first; from < text.size();) {
    const void* found = std::memchr(text.data() + from, '"', text.size() - from);
    if (found == nullptr) break;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t slash = quote;
    while (slash > first && text[slash - 1] == '\\') --slash;
    if ((quote - slash) % 2 == 0) return quote + 1;
    from = quote + 1;
  }
  return std::string_view::npos;
}

std::size_t SkipToClose(std::string_view text, std::size_t at, std::size_t depth) {
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at = SkipJsonString(text, at);
        if (at == std::string_view::npos) return at;
        continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default: break;
    }
    ++at;
  }
  return std::string_view::npos;
}

std::size_t SkipJsonValue(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::string_view::npos;
  if (text[at] == '"') return SkipJsonString(text, at);
  if (text[at] == '{' || text[at] == '[') return SkipToClose(text, at + 1, 1);
  for (; at < text.size(); ++at) {
    if (IsJsonSpace(text[at]) || std::strchr(",]}[{", text[at]) != nullptr) return at;
  }
  return std::string_view::npos;
}

}  // namespace trailsift
