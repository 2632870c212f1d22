#include "alert/alert.h"

namespace trailsift {
namespace {

// Numbers in the hashed text are 8 bytes, least first, on every machine.
void AppendNumber(std::uint64_t number, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(number >> shift & 0xFF);
}

const RuleInfo& RetractionRule() {
  static const RuleInfo rule = [] {
    RuleInfo info;
    info.id = std::to_string(kRetractionRule);
    info.level = 3;
    info.description = "Alert withdrawn: a late event shows that it does not hold";
    info.groups = {"trailsift", "amazon", "aws"};
    return info;
  }();
  return rule;
}

}  // namespace

Hash128 AlertId(std::string_view rule_id, const std::vector<Hash128>& events) {
  std::string text;
  text.reserve(16 + rule_id.size() + 16 * events.size());
  AppendNumber(rule_id.size(), text);
  text += rule_id;
  AppendNumber(events.size(), text);
  for (const Hash128& event : events) text.append(event.bytes.begin(), event.bytes.end());
  return StrongHash(text);
}

Alert MakeRetraction(const Retraction& retraction) {
  Alert alert;
  alert.rule = &RetractionRule();
  alert.id = AlertId(alert.rule->id, {retraction.alert});
  alert.event = retraction.event;
  alert.event_time = retraction.event_time;
  alert.arrival = retraction.arrival;
  alert.description = "Alert " + retraction.alert.ToHex() + " withdrawn: a late event shows that it does not hold";
  alert.events = retraction.events;
  alert.retracts = retraction.alert;
  return alert;
}

}  // namespace trailsift
