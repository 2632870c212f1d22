#include "pipeline/discard.h"

namespace trailsift {

bool IsDiscarded(JsonValue record, const std::vector<DiscardRegex>& patterns) {
  for (const DiscardRegex& pattern : patterns) {
    const std::optional<JsonValue> value = FindJson(record, pattern.field());
    if (!value) continue;
    simdjson::dom::array items;
    if (value->is_string()) {
      if (pattern.Matches(value->get_string().value_unsafe())) return true;
    } else if (value->get(items) == simdjson::SUCCESS) {
      for (const JsonValue item : items)
        if (item.is_string() && pattern.Matches(item.get_string().value_unsafe())) return true;
    }
  }
  return false;
}

}  // namespace trailsift
