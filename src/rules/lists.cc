#include "rules/lists.h"

namespace trailsift {
namespace {

// Takes a quoted text off the front of the line; false when none stands there.
bool TakeQuoted(std::string_view& line, std::string_view& out) {
  if (line.empty() || line.front() != '"') return false;
  const std::size_t end = line.find('"', 1);
  if (end == std::string_view::npos) return false;
  out = line.substr(1, end - 1);
  line.remove_prefix(end + 1);
  return true;
}

}  // namespace

ValueList ValueList::Parse(std::string_view text) {
  ValueList list;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::string_view key;
    std::string_view rest = line;
    if (TakeQuoted(rest, key) && !rest.empty() && rest.front() == ':') {
      rest.remove_prefix(1);
    } else {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      key = line.substr(0, colon);
      // A quote that opens nothing: Wazuh can't read the line.
      if (key.find('"') != std::string_view::npos) continue;
      rest = line.substr(colon + 1);
    }
    std::string_view value;
    if (!TakeQuoted(rest, value)) value = rest;
    list.values_.try_emplace(std::string(key), value);
  }
  return list;
}

std::optional<std::string_view> ValueList::Find(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return std::string_view(found->second);
}

std::optional<std::string_view> ValueList::FindAddress(std::string_view address) const {
  if (auto value = Find(address)) return value;
  for (std::size_t dot = address.rfind('.'); dot != std::string_view::npos; dot = address.rfind('.', dot - 1)) {
    if (auto value = Find(address.substr(0, dot + 1))) return value;
    if (dot == 0) break;
  }
  return std::nullopt;
}

}  // namespace trailsift
