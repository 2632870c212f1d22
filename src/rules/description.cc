#include "rules/description.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxExpanded = 1024;

// Cuts the next `$(name)` off: the text before it goes to `before`. False when none is left.
bool NextName(std::string_view& rest, std::string_view& before, std::string_view& name) {
  const std::size_t open = rest.find("$(");
  if (open == std::string_view::npos) return false;
  const std::size_t close = rest.find(')', open + 2);
  if (close == std::string_view::npos) return false;
  before = rest.substr(0, open);
  name = rest.substr(open + 2, close - open - 2);
  rest.remove_prefix(close + 1);
  return true;
}

}  // namespace

std::string ExpandDescription(std::string_view description, const DescriptionLookup& lookup) {
  std::string out;
  std::string_view rest = description;
  std::string_view before;
  std::string_view name;
  while (NextName(rest, before, name)) {
    out += before;
    if (const std::optional<std::string_view> value = lookup(name)) out += *value;
    if (out.size() >= kMaxExpanded) return std::string(description);
  }
  out += rest;
  if (out.size() >= kMaxExpanded) return std::string(description);
  return out;
}

void ForEachDescriptionName(std::string_view description, const std::function<void(std::string_view)>& visit) {
  std::string_view before;
  std::string_view name;
  while (NextName(description, before, name)) visit(name);
}

}  // namespace trailsift
