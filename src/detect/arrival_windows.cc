#include "detect/arrival_windows.h"

#include <algorithm>

namespace trailsift {

ArrivalWindows::ArrivalWindows(const RuleSet& rules, const CorrelationPlan& plan) : plan_(plan) {
  for (const std::unique_ptr<Rule>& rule : rules.rules()) {
    if (!rule->is_composite) continue;
    if (rule->composite.log) by_log_ = true;
    for (const Rule* target : rule->composite.targets) {
      if (rule->composite.by_group) group_composites_[target].push_back(rule.get());
      else by_sid_[target] = true;
    }
  }
}

std::string ArrivalWindows::Outcome::PreviousOutput() const {
  std::string text;
  if (counted.size() < 2) return text;
  for (std::size_t i = counted.size() - std::min(counted.size(), kMaxPrevious); i < counted.size(); ++i) {
    if (!text.empty()) text += '\n';
    text += counted[i]->log;
  }
  return text;
}

ArrivalWindows::Outcome ArrivalWindows::Decide(const std::vector<Alternative>& alternatives, const EventValues& values,
                                               std::string_view agent, Millis now) {
  const std::optional<std::size_t> component = plan_.ComponentOf(alternatives);
  ArrivalEvent event;
  if (component) {
    event.agent = std::string(agent);
    event.log = std::string(values.event().full_log());
    for (const ContextField& field : plan_.components()[*component].fields) {
      const std::optional<std::string_view> value = values.Context(field);
      event.values.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
    }
  }
  return Decide(alternatives, component, std::move(event), now);
}

ArrivalWindows::Outcome ArrivalWindows::Decide(const std::vector<Alternative>& alternatives,
                                               const std::optional<std::size_t>& component, ArrivalEvent event, Millis now) {
  Outcome outcome;
  if (!component) {
    outcome.matched = outcome.rule = alternatives.back().result;
    return outcome;
  }
  auto current = std::make_shared<Seen>();
  static_cast<ArrivalEvent&>(*current) = std::move(event);
  current->second = now / kSecond;
  struct Asked {
    bool fired = false;
    std::vector<std::shared_ptr<const ArrivalEvent>> counted;  // in order of arrival
  };
  std::unordered_map<const Rule*, Asked> asked;  // a composite is asked once an event: asking leaves marks
  for (const Alternative& alternative : alternatives) {
    const bool holds = std::all_of(alternative.composites.begin(), alternative.composites.end(), [&](const Rule* composite) {
      const auto [entry, is_new] = asked.try_emplace(composite);
      if (is_new) {
        outcome.counts.push_back(Ask(*composite, *current, entry->second.counted));
        entry->second.fired = outcome.counts.back().fired;
      }
      return entry->second.fired;
    });
    // A silent composite leaves its marks, and the walk goes on.
    if (!holds || (alternative.result == nullptr && !alternative.composites.empty())) continue;
    outcome.matched = alternative.result;
    outcome.rule = ApplyIgnore(alternative, current->second);
    if (!alternative.composites.empty() && outcome.rule == outcome.matched)
      outcome.counted = std::move(asked[alternative.composites.back()].counted);
    break;
  }
  if (outcome.rule != nullptr && outcome.rule->info.level > 0) Remember(*outcome.rule, current);
  return outcome;
}

const Rule* ArrivalWindows::ApplyIgnore(const Alternative& alternative, std::int64_t second) {
  const Rule* rule = alternative.result;
  if (rule == nullptr || !Ignores(*rule)) return rule;
  const auto [since, first] = given_.try_emplace(rule, second);
  if (first) return rule;
  if (second - since->second < rule->ignore_seconds) return alternative.parent;
  since->second = second;
  return rule;
}

ArrivalWindows::Count ArrivalWindows::Ask(const Rule& rule, Seen& current,
                                          std::vector<std::shared_ptr<const ArrivalEvent>>& counted) {
  Count count{&rule};
  const Composite& composite = rule.composite;
  const Comparison& comparison = plan_.ComparisonOf(rule);
  const List& list = composite.log ? all_ : composite.by_group ? of_composite_[&rule] : of_target_[composite.targets.front()];
  Seen* newest = nullptr;
  for (auto entry = list.rbegin(); entry != list.rend(); ++entry) {
    Seen& earlier = **entry;
    if (current.second - earlier.second > composite.timeframe / kSecond) return count;
    if ((!composite.global_frequency && earlier.agent != current.agent) || !comparison.Counts(current.values, earlier.values)) {
      ++count.differing;
      continue;
    }
    if (earlier.mark >= rule.info.level) {
      count.used_up = true;
      return count;
    }
    counted.push_back(*entry);
    if (++count.counted < composite.count) {
      if (newest == nullptr) newest = &earlier;
      continue;
    }
    // Where one earlier event is enough it is not marked.
    current.mark = rule.info.level;
    if (newest != nullptr) newest->mark = rule.info.level;
    std::reverse(counted.begin(), counted.end());
    count.fired = true;
    return count;
  }
  return count;
}

void ArrivalWindows::Remember(const Rule& rule, const std::shared_ptr<Seen>& seen) {
  seen->number = ++remembered_;
  if (by_log_) all_.push_back(seen);
  if (by_sid_.contains(&rule)) of_target_[&rule].push_back(seen);
  if (const auto groups = group_composites_.find(&rule); groups != group_composites_.end())
    for (const Rule* composite : groups->second) of_composite_[composite].push_back(seen);
  // Not at each event: every list must be looked at.
  if (remembered_ % (kMaxEvents / 8) == 0) Forget();
}

void ArrivalWindows::Forget() {
  const auto forget = [&](List& list) {
    while (!list.empty() && list.front()->number + kMaxEvents <= remembered_) list.pop_front();
  };
  forget(all_);
  for (auto& [rule, list] : of_target_) forget(list);
  for (auto& [rule, list] : of_composite_) forget(list);
}

}  // namespace trailsift
