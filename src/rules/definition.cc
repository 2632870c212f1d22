#include "rules/definition.h"

#include <algorithm>

namespace trailsift {
namespace {

constexpr std::string_view kOpening = "<rule";
constexpr std::string_view kClosing = "</rule>";

// The end of the element that begins at the start of the text.
std::size_t EndOf(std::string_view text) {
  for (std::size_t at = kOpening.size(); at < text.size(); ++at) {
    if (text.substr(at).starts_with("<!--")) {
      at = text.find("-->", at);
      if (at == std::string_view::npos) return text.size();
      at += 2;
    } else if (text.substr(at).starts_with(kClosing)) {
      return at + kClosing.size();
    }
  }
  return text.size();
}

std::size_t LeadingBlanks(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? line.size() : first;
}

}  // namespace

std::string DefinitionAt(std::string_view text, int line, int column) {
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  if (column < 1 || text.size() < static_cast<std::size_t>(column)) return {};
  const std::size_t indent = static_cast<std::size_t>(column) - 1;
  text.remove_prefix(indent);
  if (!text.starts_with(kOpening)) return {};
  text = text.substr(0, EndOf(text));
  std::string out;
  for (bool first = true;; first = false) {
    const std::size_t end = text.find('\n');
    std::string_view one = text.substr(0, end);
    if (!first) one.remove_prefix(std::min(indent, LeadingBlanks(one)));
    out += one;
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace trailsift
