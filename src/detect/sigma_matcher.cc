#include "detect/sigma_matcher.h"

#include <algorithm>

namespace trailsift {

SigmaMatcher::SigmaMatcher(const SigmaRules& rules)
    : compiled_(rules.compiled()), fields_(compiled_.fields().size()), items_(compiled_.items().size()) {}

void SigmaMatcher::Match(const Event& event, const RecordHeader& header, std::vector<const SigmaRule*>& matches) {
  matches.clear();
  if (compiled_.rules().empty()) return;
  const std::optional<JsonValue> record = SigmaRecord(event);
  if (!record) return;
  event_ = &event;
  header_ = &header;
  record_ = *record;
  text_.reset();
  if (++event_number_ >= 1u << 31) {
    event_number_ = 1;
    for (Slot& slot : fields_) slot.event = 0;
    std::fill(items_.begin(), items_.end(), 0);
  }
  AddCandidates();
  for (const std::uint32_t number : candidates_) {
    const CompiledSigmaRule& rule = compiled_.rules()[number];
    if (Holds(rule.condition)) matches.push_back(rule.rule);
  }
}

void SigmaMatcher::AddCandidates() {
  candidates_ = compiled_.always();
  Arena& arena = event_->arena();
  for (const SigmaByValue& index : compiled_.by_value()) {
    for (const SigmaValue& value : Values(index.field).each) {
      const std::string_view folded = value.Folded(arena);
      if (folded.size() > index.longest) continue;
      const auto found = index.rules.find(folded);
      if (found != index.rules.end()) candidates_.insert(candidates_.end(), found->second.begin(), found->second.end());
    }
  }
  for (const SigmaByText& index : compiled_.by_text())
    for (const SigmaValue& value : Values(index.field).each)
      index.literals.Scan(value.Folded(arena), [&](std::uint32_t literal) { candidates_.push_back(index.rules[literal]); });
  std::sort(candidates_.begin(), candidates_.end());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
}

const SigmaValues& SigmaMatcher::Values(std::uint32_t field) {
  Slot& slot = fields_[field];
  if (slot.event == event_number_) return slot.values;
  slot.event = event_number_;
  const std::string& name = compiled_.fields()[field];
  // What every stage asks for was found in the one pass over the record's top.
  const std::string_view known = name == "eventName" ? header_->event_name : name == "eventSource" ? header_->event_source : "";
  if (known.empty()) {
    GetSigmaValues(*event_, record_, name, slot.values);
  } else {
    slot.values.found = true;
    slot.values.has_null = false;
    slot.values.each.assign(1, SigmaValue(known));
  }
  return slot.values;
}

bool SigmaMatcher::Holds(const SigmaNode& node) {
  const auto holds = [this](const SigmaNode& part) { return Holds(part); };
  switch (node.kind) {
    case SigmaNode::Kind::kItem: return ItemHolds(node.item);
    case SigmaNode::Kind::kNot: return !Holds(node.parts.front());
    case SigmaNode::Kind::kAnd: return std::all_of(node.parts.begin(), node.parts.end(), holds);
    case SigmaNode::Kind::kOr: return std::any_of(node.parts.begin(), node.parts.end(), holds);
  }
  return false;
}

bool SigmaMatcher::ItemHolds(std::uint32_t item) {
  std::uint32_t& known = items_[item];
  if (known >> 1 != event_number_) known = event_number_ << 1 | (Decide(compiled_.items()[item]) ? 1u : 0u);
  return (known & 1) != 0;
}

bool SigmaMatcher::Decide(const CompiledSigmaItem& compiled) {
  static const SigmaValues kNone;
  const SigmaItem& item = *compiled.item;
  std::size_t reference = 0;
  const auto holds = [&](const SigmaAlternatives& value) {
    bool held = false;
    for (const SigmaTest& test : value) {
      // Counted whether or not it is asked.
      const bool refers = std::holds_alternative<SigmaFieldRef>(test);
      const SigmaValues& other = refers ? Values(compiled.other_fields[reference++]) : kNone;
      if (held) continue;
      held = item.field.empty() ? SigmaKeywordHolds(test, record_, text_, event_->arena())
                                : SigmaHolds(test, Values(compiled.field), other, event_->arena());
    }
    return held;
  };
  const bool held = item.all ? std::all_of(item.values.begin(), item.values.end(), holds)
                             : std::any_of(item.values.begin(), item.values.end(), holds);
  return held != item.negate;
}

}  // namespace trailsift
