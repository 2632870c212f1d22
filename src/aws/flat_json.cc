#include "aws/flat_json.h"

#include "base/json.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxDepth = 16;
// Of a name with those of the objects around it: each member holds the whole of it.
constexpr std::size_t kMaxName = 256;

bool AddMembers(simdjson::dom::object object, const std::string& prefix, Arena& arena,
                std::map<std::string, std::string>& members) {
  for (const auto [key, value] : object) {
    const std::string name = prefix + std::string(key);
    if (name.size() > kMaxName) return false;
    if (value.is_object()) {
      if (!AddMembers(value.get_object().value_unsafe(), name + '.', arena, members)) return false;
    } else if (value.is_string() || value.is_number()) {
      members.emplace(name, *ScalarText(value, arena));
    }
  }
  return true;
}

}  // namespace

std::optional<std::map<std::string, std::string>> ParseFlatJson(std::string_view text) {
  const std::optional<JsonDocument> document = JsonDocument::Parse(text, kMaxDepth);
  if (!document || !document->root().is_object()) return std::nullopt;
  std::map<std::string, std::string> members;
  Arena arena;
  if (!AddMembers(document->root().get_object().value_unsafe(), "", arena, members)) return std::nullopt;
  return members;
}

}  // namespace trailsift
