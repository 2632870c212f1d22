#include "detect/naive_sigma.h"

#include <algorithm>

#include "detect/sigma_record.h"

namespace trailsift {
namespace {

class PlainReading {
 public:
  PlainReading(const Event& event, JsonValue record) : event_(event), record_(record) {}

  bool Holds(const SigmaRule& rule, const SigmaCondition& condition) {
    const auto holds = [&](const SigmaCondition& part) { return Holds(rule, part); };
    switch (condition.kind) {
      case SigmaCondition::Kind::kSearch: return Holds(rule.searches[condition.search]);
      case SigmaCondition::Kind::kNot: return !holds(condition.parts.front());
      case SigmaCondition::Kind::kAnd: return std::all_of(condition.parts.begin(), condition.parts.end(), holds);
      case SigmaCondition::Kind::kOr: return std::any_of(condition.parts.begin(), condition.parts.end(), holds);
    }
    return false;
  }

 private:
  bool Holds(const SigmaSearch& search) {
    return std::any_of(search.maps.begin(), search.maps.end(), [&](const std::vector<SigmaItem>& items) {
      return std::all_of(items.begin(), items.end(), [&](const SigmaItem& item) { return Holds(item); });
    });
  }

  bool Holds(const SigmaItem& item) {
    const auto holds = [&](const SigmaAlternatives& value) {
      return std::any_of(value.begin(), value.end(), [&](const SigmaTest& test) { return Holds(item.field, test); });
    };
    const bool held = item.all ? std::all_of(item.values.begin(), item.values.end(), holds)
                               : std::any_of(item.values.begin(), item.values.end(), holds);
    return held != item.negate;
  }

  bool Holds(const std::string& field, const SigmaTest& test) {
    std::optional<SigmaValue> text;
    if (field.empty()) return SigmaKeywordHolds(test, record_, text, event_.arena());
    SigmaValues values;
    SigmaValues other;
    GetSigmaValues(event_, record_, field, values);
    if (const auto* reference = std::get_if<SigmaFieldRef>(&test)) GetSigmaValues(event_, record_, reference->field, other);
    return SigmaHolds(test, values, other, event_.arena());
  }

  const Event& event_;
  JsonValue record_;
};

}  // namespace

void MatchSigmaNaively(const SigmaRules& rules, const Event& event, std::vector<const SigmaRule*>& matches) {
  matches.clear();
  const std::optional<JsonValue> record = SigmaRecord(event);
  if (!record) return;
  PlainReading reading(event, *record);
  for (const auto& rule : rules.rules())
    if (reading.Holds(*rule, rule->condition)) matches.push_back(rule.get());
}

}  // namespace trailsift
