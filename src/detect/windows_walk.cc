// How a composite finds the events that it counts: chains, and the marks of what is used up.
#include <algorithm>

#include "detect/windows.h"

namespace trailsift {
namespace {

// Of an outcome in Pattern::counted_by.
std::size_t OutcomeIndex(std::size_t chosen, bool ignored) { return chosen * 2 + (ignored ? 1 : 0); }

}  // namespace

Windows::Pattern Windows::MakePattern(const std::vector<Alternative>& alternatives) const {
  Pattern pattern{alternatives, std::vector<std::vector<const Rule*>>(alternatives.size() * 2)};
  const std::optional<std::size_t> component = plan_->ComponentOf(alternatives);
  if (!component) return pattern;
  for (std::size_t i = 0; i < alternatives.size(); ++i)
    for (const bool ignored : {false, true}) {
      const Rule* result = ignored ? alternatives[i].parent : alternatives[i].result;
      if (result == nullptr || result->info.level == 0) continue;
      for (const Rule* composite : plan_->components()[*component].composites) {
        const std::vector<const Rule*>& targets = composite->composite.targets;
        if (composite->composite.log || std::find(targets.begin(), targets.end(), result) != targets.end())
          pattern.counted_by[OutcomeIndex(i, ignored)].push_back(composite);
      }
    }
  return pattern;
}

const std::vector<const Rule*>& Windows::CountedBy(const Entry& entry) const {
  static const std::vector<const Rule*> kNone;
  if (entry.chosen < 0) return kNone;
  return patterns_[entry.pattern].counted_by[OutcomeIndex(static_cast<std::size_t>(entry.chosen), entry.ignored)];
}

std::optional<Hash128> Windows::ChainKey(const Entry& entry, const Rule& composite) {
  chain_key_ = composite.info.id + ':';
  for (const std::size_t field : plan_->ComparisonOf(composite).same) {
    const TextPool::Number number = entry.values[field];
    if (number == TextPool::kNothing) return std::nullopt;
    chain_key_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  return FastHash(chain_key_);
}

void Windows::Join(Entry& entry, std::size_t component) {
  for (const Rule* composite : CountedBy(entry)) {
    const Comparison& comparison = plan_->ComparisonOf(*composite);
    if (comparison.log && entry.values[*comparison.log] == TextPool::kNothing) continue;
    const std::optional<Hash128> key = ChainKey(entry, *composite);
    if (!key) continue;
    Chain& chain = chains_[*key];
    chain.component = component;
    auto place = chain.entries.end();
    if (!chain.entries.empty() && chain.entries.back()->order() > entry.order())
      place = std::lower_bound(chain.entries.begin(), chain.entries.end(), entry.order(),
                               [](const Entry* other, const Order& order) { return other->order() < order; });
    chain.entries.insert(place, &entry);
  }
}

void Windows::Leave(Entry& entry) {
  for (const Rule* composite : CountedBy(entry)) {
    const std::optional<Hash128> key = ChainKey(entry, *composite);
    const auto chain = key ? chains_.find(*key) : chains_.end();
    if (chain == chains_.end()) continue;
    auto& entries = chain->second.entries;
    const auto place = std::lower_bound(entries.begin(), entries.end(), entry.order(),
                                        [](const Entry* other, const Order& order) { return other->order() < order; });
    if (place != entries.end() && *place == &entry) entries.erase(place);
    if (entries.empty()) chains_.erase(chain);
  }
}

void Windows::RebuildChains() {
  chains_.clear();
  for (auto& [key, group] : groups_)
    for (const auto& entry : group.entries) Join(*entry, group.component);
}

int Windows::MarkAsOf(const Entry& entry, const Order& order) {
  if (entry.history == nullptr) return 0;
  const auto& marks = entry.history->marks;
  const auto later = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.by > order; });
  return later == marks.begin() ? 0 : std::prev(later)->level;
}

void Windows::SetMark(Entry& entry, const Order& by, int level) {
  if (entry.history == nullptr) entry.history = std::make_unique<History>();
  auto& marks = entry.history->marks;
  marks.insert(std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.by > by; }), {by, level});
}

void Windows::WithdrawMarks(Group& group, Entry& entry) {
  if (entry.history == nullptr) return;
  const auto withdraw = [&](Entry* marked) {
    if (marked != nullptr && marked->history != nullptr)
      std::erase_if(marked->history->marks, [&](const Mark& mark) { return mark.by == entry.order(); });
  };
  for (const Fire& fire : entry.history->fires) {
    withdraw(&entry);
    if (!fire.marked.second.is_zero()) withdraw(FindEntry(group, fire.marked));
  }
}

void Windows::RebuildMarks(Group& group) {
  for (const auto& entry : group.entries)
    if (entry->history != nullptr) entry->history->marks.clear();
  for (const auto& entry : group.entries) {
    if (entry->history == nullptr) continue;
    for (const Fire& fire : entry->history->fires) {
      SetMark(*entry, entry->order(), fire.level);
      if (fire.marked.second.is_zero()) continue;
      if (Entry* marked = FindEntry(group, fire.marked)) SetMark(*marked, entry->order(), fire.level);
    }
  }
}

Windows::Asked Windows::Ask(Entry& current, const Rule& composite, std::vector<Fire>& fires) {
  const Composite& terms = composite.composite;
  const Comparison& comparison = plan_->ComparisonOf(composite);
  Asked asked{&composite, false, {}};
  const std::optional<Hash128> key = ChainKey(current, composite);
  const auto chain = key ? chains_.find(*key) : chains_.end();
  if (chain == chains_.end()) return asked;
  const std::vector<Entry*>& entries = chain->second.entries;
  const Order now = current.order();
  std::size_t end = entries.size();
  if (entries.back()->order() >= now)
    end = static_cast<std::size_t>(std::lower_bound(entries.begin(), entries.end(), now,
                                                    [](const Entry* other, const Order& order) { return other->order() < order; }) -
                                   entries.begin());
  std::vector<Entry*> counted;  // newest first
  const std::size_t reach = std::max<std::size_t>(kMaxWalk, std::size_t{terms.count} * 4);
  for (std::size_t i = end; i-- > 0;) {
    Entry& earlier = *entries[i];
    if (current.time - earlier.time > terms.timeframe) return asked;
    if (end - i > reach) {
      ++counters_.short_walks;
      return asked;
    }
    const bool differs = std::all_of(comparison.different.begin(), comparison.different.end(), [&](std::size_t field) {
      return current.values[field] == TextPool::kNothing || current.values[field] != earlier.values[field];
    });
    if (!differs) continue;
    // So one of level 0 never fires.
    if (MarkAsOf(earlier, now) >= composite.info.level) return asked;
    counted.push_back(&earlier);
    if (counted.size() + 1 < terms.count) continue;
    // Wazuh uses no earlier event up where one is enough.
    const bool several = terms.count > 2;
    fires.push_back({composite.info.level, several ? counted.front()->order() : Order{}});
    SetMark(current, now, composite.info.level);
    if (several) SetMark(*counted.front(), now, composite.info.level);
    asked.fired = true;
    for (auto each = counted.rbegin(); each != counted.rend(); ++each) asked.contributors.push_back((*each)->order());
    asked.contributors.push_back(now);
    return asked;
  }
  return asked;
}

}  // namespace trailsift
