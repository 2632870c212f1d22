#include "detect/sigma_record.h"

#include "event/ascii_fold.h"

namespace trailsift {

std::optional<JsonValue> SigmaRecord(const Event& event) {
  const std::optional<JsonValue> record = event.record();
  if (!record || !record->is_object()) return std::nullopt;
  // A message is one of CloudTrail's when the collector of Wazuh has wrapped it as such.
  const bool ours = event.form() == EventForm::kRecord
                        ? event.envelope()->source == "cloudtrail"
                        : event.Wazuh("integration") == "aws" && event.Wazuh("aws.source") == "cloudtrail";
  return ours ? record : std::nullopt;
}

void GetSigmaValues(const Event& event, JsonValue record, std::string_view field, SigmaValues& values) {
  if (!StartsWithFold(field, "trailsift.")) return FindSigmaValues(record, field, values);
  values = {};
  const std::optional<std::string_view> derived = event.Wazuh(field);
  values.found = derived.has_value();
  if (derived) values.each.emplace_back(*derived);
}

bool SigmaKeywordHolds(const SigmaTest& test, JsonValue record, std::optional<SigmaValue>& text, Arena& arena) {
  if (AnySigmaLeaf(record, [&](const SigmaValue& value) { return SigmaHoldsFor(test, value, arena); })) return true;
  if (!text) {
    std::string json;
    AppendJson(record, json);
    text.emplace(arena.Copy(json));
  }
  return SigmaHoldsFor(test, *text, arena);
}

}  // namespace trailsift
