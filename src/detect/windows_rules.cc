// How remembered events go over to other rules while the program runs.
#include <algorithm>

#include "detect/windows.h"

namespace trailsift {
namespace {

// The same alternatives in the words of `rules`; nothing when one of the rules is gone.
std::optional<std::vector<Alternative>> Translate(const std::vector<Alternative>& alternatives, const RuleSet& rules) {
  std::vector<Alternative> translated = alternatives;
  for (Alternative& alternative : translated) {
    for (const Rule*& composite : alternative.composites) {
      composite = rules.Find(composite->id);
      if (composite == nullptr) return std::nullopt;
    }
    for (const Rule** rule : {&alternative.result, &alternative.parent}) {
      if (*rule == nullptr) continue;
      *rule = rules.Find((*rule)->id);
      if (*rule == nullptr) return std::nullopt;
    }
  }
  return translated;
}

// Whether all composites of the alternatives are still counted in the component: else its events lack the values that they compare.
bool CountedIn(const CorrelationPlan& plan, const std::vector<Alternative>& alternatives, std::size_t component) {
  return std::all_of(alternatives.begin(), alternatives.end(), [&](const Alternative& alternative) {
    return std::all_of(alternative.composites.begin(), alternative.composites.end(),
                       [&](const Rule* composite) { return composite->is_composite && plan.ComponentOf(*composite) == component; });
  });
}

}  // namespace

void Windows::TakeRules(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const CorrelationPlan> plan) {
  std::vector<bool> known(patterns_.size());
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    std::optional<std::vector<Alternative>> translated = Translate(patterns_[i].alternatives, *rules);
    known[i] = translated.has_value();
    // What can't be said any more is never looked at again: its events go below.
    patterns_[i] = {};
    if (translated) patterns_[i].alternatives = std::move(*translated);
  }
  std::erase_if(pattern_of_, [&](const auto& item) { return !known[item.second]; });

  std::vector<std::optional<std::size_t>> component_of;
  for (const Component& before : plan_->components()) {
    const auto& now = plan->components();
    const auto found = std::find_if(now.begin(), now.end(), [&](const Component& c) { return c.signature == before.signature; });
    component_of.push_back(found == now.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - now.begin())));
  }
  rules_ = std::move(rules);
  plan_ = std::move(plan);
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    if (known[i]) patterns_[i] = MakePattern(patterns_[i].alternatives);
  chains_.clear();
  for (auto item = groups_.begin(); item != groups_.end();) {
    Group& group = item->second;
    const std::optional<std::size_t> component = component_of[group.component];
    const std::size_t gone = std::erase_if(group.entries, [&](const auto& entry) {
      return !component || !known[entry->pattern] || !CountedIn(*plan_, patterns_[entry->pattern].alternatives, *component);
    });
    size_ -= gone;
    counters_.forgotten += gone;
    if (group.entries.empty()) {
      item = groups_.erase(item);
      continue;
    }
    group.component = *component;
    if (gone > 0) RebuildMarks(group);
    group.given.clear();
    for (const auto& entry : group.entries) NoteGiven(group, *entry);
    ++item;
  }
  RebuildChains();
}

}  // namespace trailsift
