#include "detect/arrival_windows.h"

namespace trailsift {

ArrivalWindows::ArrivalWindows(const RuleSet& rules) {
  const auto number = [&](const std::string& name) {
    if (field_numbers_.try_emplace(name, field_names_.size()).second) field_names_.push_back(name);
  };
  for (const std::unique_ptr<Rule>& rule : rules.rules()) {
    if (!rule->is_composite) continue;
    for (const std::string& name : rule->composite.same_fields) number(name);
    for (const std::string& name : rule->composite.different_fields) number(name);
    for (const Rule* target : rule->composite.targets) {
      if (rule->composite.by_group) group_composites_[target].push_back(rule.get());
      else by_sid_[target] = true;
    }
  }
}

std::shared_ptr<ArrivalWindows::Seen> ArrivalWindows::See(const EventValues& values, Millis now, std::string_view agent) const {
  auto seen = std::make_shared<Seen>();
  seen->second = now / kSecond;
  seen->agent = std::string(agent);
  seen->log = std::string(values.event().full_log());
  for (const std::string& name : field_names_) {
    const std::optional<std::string_view> value = values.Get(Condition::Subject::kField, name);
    seen->fields.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  return seen;
}

ArrivalWindows::Outcome ArrivalWindows::Decide(const MatchResult& result, const EventValues& values, Millis now,
                                               std::string_view agent) {
  Outcome outcome;
  const Rule* last = result.alternatives.back().result;
  current_.reset();
  // With `ignore` the event may yet end at the parent.
  if (result.alternatives.size() == 1 && (last == nullptr || (!last->is_target && last->ignore_seconds == 0))) {
    outcome.rule = last;
    return outcome;
  }
  current_ = See(values, now, agent);
  // A composite is asked once an event: asking leaves marks.
  std::unordered_map<const Rule*, bool> asked;
  for (const Alternative& alternative : result.alternatives) {
    bool holds = true;
    for (const Rule* composite : alternative.composites) {
      const auto [entry, is_new] = asked.try_emplace(composite, false);
      if (is_new) {
        std::vector<std::string> previous;
        outcome.counts.push_back(Ask(*composite, previous));
        entry->second = outcome.counts.back().fired;
        if (entry->second) outcome.previous = std::move(previous);
      }
      holds = entry->second;
      if (!holds) break;
    }
    if (!holds) continue;
    outcome.rule = alternative.result;
    if (alternative.composites.empty()) outcome.previous.clear();
    return outcome;
  }
  return outcome;
}

bool ArrivalWindows::Comparable(const Composite& composite, const Seen& earlier) const {
  if (!composite.global_frequency && earlier.agent != current_->agent) return false;
  for (const std::string& name : composite.same_fields) {
    const std::size_t field = field_numbers_.at(name);
    const auto& now = current_->fields[field];
    if (!now || earlier.fields[field] != now) return false;
  }
  for (const std::string& name : composite.different_fields) {
    const std::size_t field = field_numbers_.at(name);
    const auto& now = current_->fields[field];
    if (now && earlier.fields[field] == now) return false;
  }
  return true;
}

ArrivalWindows::Count ArrivalWindows::Ask(const Rule& rule, std::vector<std::string>& previous) {
  Count count{&rule};
  const Composite& composite = rule.composite;
  const Rule* owner = composite.by_group ? &rule : composite.targets.empty() ? nullptr : composite.targets.front();
  const auto found = lists_.find(owner);
  if (found == lists_.end()) return count;
  Seen* newest = nullptr;
  const List& list = found->second;
  for (auto entry = list.rbegin(); entry != list.rend(); ++entry) {
    Seen& earlier = **entry;
    if (current_->second - earlier.second > composite.timeframe / kSecond) return count;
    if (!Comparable(composite, earlier)) {
      ++count.differing;
      continue;
    }
    if (earlier.mark >= rule.info.level) {
      count.used_up = true;
      return count;
    }
    if (previous.size() < kMaxPrevious) previous.push_back(earlier.log);
    if (++count.counted < composite.count) {
      if (newest == nullptr) newest = &earlier;
      continue;
    }
    current_->mark = rule.info.level;
    if (newest != nullptr) newest->mark = rule.info.level;
    count.fired = true;
    return count;
  }
  return count;
}

void ArrivalWindows::Remember(const Rule& rule) {
  if (current_ == nullptr || rule.info.level == 0) return;
  if (by_sid_.contains(&rule)) Append(lists_[&rule], current_);
  const auto groups = group_composites_.find(&rule);
  if (groups == group_composites_.end()) return;
  for (const Rule* composite : groups->second) Append(lists_[composite], current_);
}

void ArrivalWindows::Append(List& list, const std::shared_ptr<Seen>& seen) {
  if (list.size() == kMaxEvents) list.pop_front();
  list.push_back(seen);
}

}  // namespace trailsift
