#include "pipeline/discard.h"

namespace trailsift {

bool IsDiscarded(JsonValue record, const std::vector<DiscardRegex>& patterns) {
  for (const DiscardRegex& pattern : patterns) {
    const std::optional<JsonValue> value = FindJson(record, pattern.field().empty() ? "full_log" : pattern.field());
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

bool IsDiscarded(const Event& event, const std::vector<DiscardRegex>& patterns) {
  if (event.form() == EventForm::kMessage)
    for (const DiscardRegex& pattern : patterns)
      if (pattern.field().empty() && pattern.Matches(event.full_log())) return true;
  return event.json() && IsDiscarded(*event.json(), patterns);
}

}  // namespace trailsift
