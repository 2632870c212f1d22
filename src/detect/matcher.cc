#include "detect/matcher.h"

#include <algorithm>

#include "rules/ascii.h"

namespace trailsift {

Matcher::Matcher(const RuleSet& rules)
    : compiled_(rules.compiled()),
      fields_(compiled_.fields().size()),
      tests_(compiled_.tests().size()),
      scans_(compiled_.scans().size()) {}

void Matcher::Match(const Event& event, Millis moment, MatchResult& result) {
  const EventValues values(event, moment, origin_);
  values_ = &values;
  result_ = &result;
  result.alternatives.clear();
  held_ = 0;
  composites_.clear();
  hits_.clear();
  if (++event_number_ >= 1u << 31) {
    event_number_ = 1;
    std::fill(fields_.begin(), fields_.end(), Slot{});
    std::fill(tests_.begin(), tests_.end(), 0);
    for (ScanState& scan : scans_) scan.event = 0;
  }
  tree_ = FitsCloudTrailTree() ? &compiled_.cloudtrail() : &compiled_.general();
  if (!VisitChildren(tree_->roots, [this](const CompiledRule& rule) { return Visit(rule, nullptr); }))
    result.alternatives.push_back({});
  values_ = nullptr;
  result_ = nullptr;
}

void Matcher::MatchAll(const Event& event, Millis moment, std::vector<const Rule*>& results) {
  const EventValues values(event, moment, origin_);
  values_ = &values;
  deepest_ = &results;
  results.clear();
  held_ = 0;
  VisitChildren(tree_->roots, [this](const CompiledRule& rule) {
    VisitDeepest(rule);
    return false;
  });
  values_ = nullptr;
  deepest_ = nullptr;
}

bool Matcher::FitsCloudTrailTree() {
  const Event& event = values_->event();
  if (event.form() != EventForm::kRecord || event.envelope()->source != "cloudtrail" || origin_.location != "Wazuh-AWS")
    return false;
  // Asked, not assumed: what a record with a `source` of its own gives is the view's business.
  return event.Wazuh("aws.source") == "cloudtrail";
}

std::optional<std::string_view> Matcher::Value(std::uint32_t field) {
  Slot& slot = fields_[field];
  if (slot.event != event_number_) {
    const CompiledField& wanted = compiled_.fields()[field];
    const std::optional<std::string_view> value = values_->Get(wanted.subject, wanted.name);
    slot = {event_number_, value.has_value(), value.value_or(std::string_view())};
  }
  if (!slot.present) return std::nullopt;
  return slot.value;
}

inline bool Matcher::TestHolds(std::uint32_t test) {
  const std::uint32_t known = tests_[test];
  return known >> 1 == event_number_ ? (known & 1) != 0 : Decide(test);
}

bool Matcher::Decide(std::uint32_t test) {
  std::uint32_t& known = tests_[test];
  const CompiledTest& wanted = compiled_.tests()[test];
  if (wanted.scan != CompiledTest::kNoScan) {
    RunScan(wanted.scan);
    if (known >> 1 != event_number_) known = event_number_ << 1;
    return (known & 1) != 0;
  }
  const std::optional<std::string_view> value = Value(wanted.field);
  // A value that is not there fails every test, also a negated one.
  const bool holds = value && (wanted.expression != nullptr ? wanted.expression->Holds(*value) : ListHolds(*wanted.list, *value));
  known = event_number_ << 1 | (holds ? 1u : 0u);
  return holds;
}

const std::vector<std::uint32_t>& Matcher::RunScan(std::uint32_t scan) {
  ScanState& state = scans_[scan];
  if (state.event == event_number_) return state.holding;
  state.event = event_number_;
  state.holding.clear();
  const CompiledScan& wanted = compiled_.scans()[scan];
  const std::optional<std::string_view> value = Value(wanted.field);
  if (!value) return state.holding;
  wanted.literals.Scan(*value, [&](std::uint32_t literal) {
    const std::uint32_t test = wanted.tests[literal];
    if (tests_[test] == (event_number_ << 1 | 1u)) return;
    tests_[test] = event_number_ << 1 | 1u;
    state.holding.push_back(test);
  });
  return state.holding;
}

inline bool Matcher::Holds(const CompiledRule& compiled) {
  for (std::uint32_t test : compiled.tests)
    if (!TestHolds(test)) return false;
  return !compiled.has_limits || LimitsHold(*compiled.rule);
}

bool Matcher::LimitsHold(const Rule& rule) {
  if (rule.max_size > 0 && values_->full_size() < rule.max_size) return false;
  if (rule.time || rule.weekdays) {
    const LocalMoment moment = values_->local_moment();
    if (rule.time && !rule.time->Holds(moment.minute)) return false;
    if (rule.weekdays && !rule.weekdays->Holds(moment.weekday)) return false;
  }
  return true;
}

// True when the result is settled for every event on which the composites on the way fire.
bool Matcher::Visit(const CompiledRule& compiled, const Rule* parent) {
  if (++held_ > kMaxHeldRules) return false;
  const Rule& rule = *compiled.rule;
  if (rule.is_composite) composites_.push_back(&rule);
  bool settled = VisitChildren(compiled.children, [&](const CompiledRule& child) { return Visit(child, &rule); });
  if (!settled && !rule.no_alert) {
    result_->alternatives.push_back({composites_, &rule, parent});
    settled = true;
  }
  if (!rule.is_composite) return settled;
  if (!settled) result_->alternatives.push_back({composites_, nullptr, nullptr});
  composites_.pop_back();
  return false;
}

// True when some result stands at or below the rule.
bool Matcher::VisitDeepest(const CompiledRule& compiled) {
  const Rule& rule = *compiled.rule;
  if (rule.is_composite || ++held_ > kMaxHeldRules) return false;
  bool below = false;
  VisitChildren(compiled.children, [&](const CompiledRule& child) {
    below = VisitDeepest(child) || below;
    return false;
  });
  if (below || rule.no_alert) return below;
  if (rule.info.level > 0 && std::find(deepest_->begin(), deepest_->end(), &rule) == deepest_->end()) deepest_->push_back(&rule);
  return true;
}

template <typename Visitor>
bool Matcher::VisitChildren(const ChildIndex& children, Visitor visit) {
  const std::size_t begin = hits_.size();
  AddHits(children);
  const std::size_t end = hits_.size();
  const auto first = hits_.begin() + static_cast<std::ptrdiff_t>(begin);
  if (!std::is_sorted(first, hits_.end())) std::sort(first, hits_.end());  // several indexes answered
  // Both the hits and `always` are in order: walk them as one.
  std::size_t hit = begin;
  std::size_t always = 0;
  bool settled = false;
  while (!settled && (hit < end || always < children.always.size())) {
    const bool from_hits = always == children.always.size() || (hit < end && hits_[hit] < children.always[always]);
    const std::uint32_t position = from_hits ? hits_[hit] : children.always[always];
    if (from_hits) {
      while (hit < end && hits_[hit] == position) ++hit;
    } else {
      ++always;
    }
    const CompiledRule& child = tree_->rules[children.rules[position]];
    settled = Holds(child) && visit(child);
  }
  hits_.resize(begin);
  return settled;
}

void Matcher::AddHits(const ChildIndex& children) {
  for (const ChildIndex::ByValue& index : children.by_value) {
    std::optional<std::string_view> value = Value(index.field);
    if (!value) continue;
    AddHits(index, *value);
    // `$` of PCRE2 also holds before a final newline.
    if (!value->empty() && value->back() == '\n') AddHits(index, value->substr(0, value->size() - 1));
  }
  for (const ChildIndex::ByTest& index : children.by_test)
    if (TestHolds(index.test)) hits_.insert(hits_.end(), index.positions.begin(), index.positions.end());
  for (const ChildIndex::ByScan& index : children.by_scan) {
    for (const std::uint32_t test : RunScan(index.scan)) {
      const auto found = index.positions.find(test);
      if (found != index.positions.end()) hits_.insert(hits_.end(), found->second.begin(), found->second.end());
    }
  }
}

void Matcher::AddHits(const ChildIndex::ByValue& index, std::string_view value) {
  if (value.size() > index.longest) return;
  folded_.assign(value);
  for (char& c : folded_) c = AsciiLower(c);
  const auto found = index.groups.find(std::string_view(folded_));
  if (found == index.groups.end()) return;
  for (const ChildIndex::Group& group : found->second)
    if (group.gate == ChildIndex::kNoGate || TestHolds(group.gate))
      hits_.insert(hits_.end(), group.positions.begin(), group.positions.end());
}

}  // namespace trailsift
