#include "detect/windows.h"

#include <algorithm>

namespace trailsift {
namespace {

// What a retraction's identity is made of, where an alert's has its rule.
constexpr std::string_view kRetraction = "retraction";

Hash128 GroupKey(const Component& component, const WindowEvent& event) {
  std::string key(reinterpret_cast<const char*>(component.signature.bytes.data()), component.signature.bytes.size());
  for (std::size_t i = 0; i < component.group_fields; ++i) {
    if (!event.values[i]) {
      // An absent value is equal to nothing: the event stands alone.
      key.append(reinterpret_cast<const char*>(event.event.bytes.data()), event.event.bytes.size());
      break;
    }
    key += std::to_string(event.values[i]->size());
    key += ':';
    key += *event.values[i];
  }
  return FastHash(key);
}

bool Contains(const std::vector<Hash128>& hashes, const Hash128& hash) {
  return std::find(hashes.begin(), hashes.end(), hash) != hashes.end();
}

}  // namespace

Windows::Windows(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const CorrelationPlan> plan, WindowOptions options)
    : rules_(std::move(rules)), plan_(std::move(plan)), options_(std::move(options)) {}

void Windows::SeedIssued(const Hash128& event, const Hash128& alert_id, const std::vector<Hash128>& withdrawn) {
  Issued& seed = seeded_[event];
  seed.id = alert_id;
  seed.withdrawn.insert(seed.withdrawn.end(), withdrawn.begin(), withdrawn.end());
}

std::vector<Hash128> Windows::ApplySeeds() {
  std::vector<Hash128> remembered;
  for (auto& [key, group] : groups_) {
    if (seeded_.empty()) break;
    const std::size_t before = remembered.size();
    for (Entry& entry : group.entries)
      if (TakeSeed(entry)) remembered.push_back(entry.event);
    if (remembered.size() > before && options_.track_changes) touched_.push_back(key);
  }
  return remembered;
}

bool Windows::TakeSeed(Entry& entry) {
  const auto seed = seeded_.find(entry.event);
  if (seed == seeded_.end()) return false;
  entry.issued = seed->second.id;
  entry.changed = true;
  if (entry.history == nullptr) entry.history = std::make_unique<History>();
  std::vector<Hash128>& withdrawn = entry.history->withdrawn;
  withdrawn.insert(withdrawn.end(), seed->second.withdrawn.begin(), seed->second.withdrawn.end());
  seeded_.erase(seed);
  return true;
}

const Rule* Windows::ResultOf(const Entry& entry) const {
  if (entry.chosen < 0) return nullptr;
  const Alternative& alternative = patterns_[entry.pattern][static_cast<std::size_t>(entry.chosen)];
  return entry.ignored ? alternative.parent : alternative.result;
}

std::uint32_t Windows::InternPattern(const std::vector<Alternative>& alternatives) {
  std::string key;
  for (const Alternative& alternative : alternatives) {
    for (const Rule* composite : alternative.composites) key += composite->info.id + '&';
    key += alternative.result == nullptr ? "-" : alternative.result->info.id;
    if (alternative.parent != nullptr) key += '<' + alternative.parent->info.id;
    key += ';';
  }
  const auto [found, fresh] = pattern_of_.emplace(std::move(key), static_cast<std::uint32_t>(patterns_.size()));
  if (fresh) patterns_.push_back(alternatives);
  return found->second;
}

std::optional<std::size_t> Windows::FindEntry(const Group& group, Millis time, const Hash128& event) {
  const auto found = std::lower_bound(group.entries.begin(), group.entries.end(), std::pair(time, event),
                                      [](const Entry& entry, const auto& key) { return std::pair(entry.time, entry.event) < key; });
  if (found == group.entries.end() || found->event != event || found->time != time) return std::nullopt;
  return static_cast<std::size_t>(found - group.entries.begin());
}

void Windows::Add(WindowEvent event) {
  const Component& component = plan_->components()[event.component];
  const Hash128 key = GroupKey(component, event);
  Group& group = groups_[key];
  group.component = event.component;

  Entry entry;
  entry.time = event.time;
  entry.event = event.event;
  entry.reference = event.reference;
  entry.pattern = InternPattern(event.alternatives);
  entry.event_id = std::move(event.event_id);
  entry.values = std::move(event.values);
  if (!seeded_.empty()) TakeSeed(entry);

  auto place = group.entries.end();
  if (!group.entries.empty() &&
      std::pair(event.time, event.event) <= std::pair(group.entries.back().time, group.entries.back().event)) {
    place = std::lower_bound(group.entries.begin(), group.entries.end(), std::pair(event.time, event.event),
                             [](const Entry& other, const auto& order) { return std::pair(other.time, other.event) < order; });
    if (place->event == event.event && place->time == event.time) return;
  }
  const auto at = static_cast<std::size_t>(place - group.entries.begin());
  if (at < group.entries.size()) {
    group.late = true;
    ++counters_.late;
  }
  group.entries.insert(place, std::move(entry));
  if (group.dirty_from == SIZE_MAX) dirty_.push_back(key);
  group.dirty_from = std::min(group.dirty_from, at);
  ++size_;
  ++counters_.events;
  if (cut_ != INT64_MIN && event.time < cut_) ++counters_.too_late;
}

void Windows::Evaluate(std::vector<Decision>& out) {
  for (const Hash128& key : dirty_)
    if (const auto found = groups_.find(key); found != groups_.end()) {
      Group& group = found->second;
      const bool was_pending = group.pending;
      EvaluateGroup(group, out);
      if (group.pending && !was_pending) pending_.push_back(key);
      if (options_.track_changes) touched_.push_back(key);
    }
  dirty_.clear();
}

void Windows::EvaluateGroup(Group& group, std::vector<Decision>& out) {
  if (group.dirty_from == SIZE_MAX) return;
  const std::size_t from = group.dirty_from;
  // What needs context that is gone already keeps its outcome: a group holds its events from its longest timeframe before the cut on.
  const auto fixed = [&](const Entry& entry) { return entry.chosen >= 0 && entry.time < cut_; };
  if (group.late) {
    for (std::size_t i = from; i < group.entries.size(); ++i)
      if (Entry& entry = group.entries[i]; !fixed(entry) && entry.history != nullptr) entry.history->fires.clear();
    RebuildMarks(group, group.entries.size());
  }
  const std::pair first(group.entries[from].time, group.entries[from].event);
  ForgetGiven(group, first, {INT64_MAX, {}});
  for (std::size_t i = from; i < group.entries.size(); ++i) {
    if (fixed(group.entries[i])) {
      NoteGiven(group, group.entries[i]);
      continue;
    }
    EvaluateEntry(group, i);
    Settle(group, group.entries[i], out);
  }
  group.dirty_from = SIZE_MAX;
  group.late = false;
}

void Windows::RebuildMarks(Group& group, std::size_t before) {
  for (Entry& entry : group.entries) entry.mark = 0;
  for (std::size_t i = 0; i < before; ++i) {
    const Entry& entry = group.entries[i];
    if (entry.history == nullptr) continue;
    for (const Fire& fire : entry.history->fires) {
      group.entries[i].mark = static_cast<std::int16_t>(fire.level);
      if (fire.marked.is_zero()) continue;
      for (std::size_t j = i; j-- > 0;)
        if (group.entries[j].event == fire.marked) {
          group.entries[j].mark = static_cast<std::int16_t>(fire.level);
          break;
        }
    }
  }
}

void Windows::EvaluateEntry(Group& group, std::size_t at) {
  const std::vector<Alternative>& alternatives = patterns_[group.entries[at].pattern];
  const std::int16_t chosen_before = group.entries[at].chosen;
  const bool ignored_before = group.entries[at].ignored;
  std::vector<Fire> fires;
  std::vector<Asked> asked;  // a composite is asked once: asking again would meet its own marks
  std::size_t chosen = alternatives.size() - 1;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    bool holds = true;
    for (const Rule* composite : alternatives[i].composites) {
      const auto known = std::find_if(asked.begin(), asked.end(), [&](const Asked& each) { return each.composite == composite; });
      holds = (known != asked.end() ? *known : asked.emplace_back(Ask(group, at, *composite, fires))).fired;
      if (!holds) break;
    }
    // A silent composite uses events up, and the walk goes on.
    if (holds && (alternatives[i].result != nullptr || alternatives[i].composites.empty())) {
      chosen = i;
      break;
    }
  }
  Entry& entry = group.entries[at];
  const Alternative& outcome = alternatives[chosen];
  entry.chosen = static_cast<std::int16_t>(chosen);
  entry.ignored = outcome.result != nullptr && Ignores(*outcome.result) && IsIgnored(group, entry, *outcome.result);
  NoteGiven(group, entry);
  std::vector<Hash128> contributors;
  if (!outcome.composites.empty() && !entry.ignored)
    for (Asked& each : asked)
      if (each.composite == outcome.composites.back()) contributors = std::move(each.contributors);
  if (entry.chosen != chosen_before || entry.ignored != ignored_before) entry.changed = true;
  if (entry.history == nullptr) {
    if (fires.empty()) return;
    entry.history = std::make_unique<History>();
  }
  if (!fires.empty() || !entry.history->fires.empty()) entry.changed = true;
  entry.history->fires = std::move(fires);
  entry.history->contributors = std::move(contributors);
}

bool Windows::IsIgnored(const Group& group, const Entry& entry, const Rule& rule) {
  const auto given = group.given.find(&rule);
  if (given == group.given.end()) return false;
  const auto next = given->second.lower_bound(std::pair(entry.time, entry.event));
  return next != given->second.begin() && entry.time - std::prev(next)->first < rule.ignore_seconds * kSecond;
}

void Windows::NoteGiven(Group& group, const Entry& entry) {
  const Rule* rule = ResultOf(entry);
  if (rule != nullptr && !entry.ignored && Ignores(*rule)) group.given[rule].emplace(entry.time, entry.event);
}

void Windows::ForgetGiven(Group& group, std::pair<Millis, Hash128> from, std::pair<Millis, Hash128> to) {
  for (auto& [rule, given] : group.given) given.erase(given.lower_bound(from), given.lower_bound(to));
}

Windows::Asked Windows::Ask(Group& group, std::size_t at, const Rule& composite, std::vector<Fire>& fires) {
  const Composite& terms = composite.composite;
  const Comparison& comparison = plan_->ComparisonOf(composite);
  const Entry& current = group.entries[at];
  Asked asked{&composite, false, {}};
  std::vector<std::size_t> counted;  // newest first
  const std::size_t reach = std::max<std::size_t>(kMaxWalk, std::size_t{terms.count} * 4);
  for (std::size_t i = at; i-- > 0;) {
    const Entry& earlier = group.entries[i];
    if (current.time - earlier.time > terms.timeframe) return asked;
    if (at - i > reach) {
      ++counters_.short_walks;
      return asked;
    }
    const Rule* final_rule = ResultOf(earlier);
    if (final_rule == nullptr || final_rule->info.level == 0) continue;
    if (!terms.log && std::find(terms.targets.begin(), terms.targets.end(), final_rule) == terms.targets.end()) continue;
    if (!comparison.Counts(current.values, earlier.values)) continue;
    // So one of level 0 never fires.
    if (earlier.mark >= composite.info.level) return asked;
    counted.push_back(i);
    if (counted.size() + 1 < terms.count) continue;
    // Wazuh uses no earlier event up where one is enough.
    const bool several = terms.count > 2;
    const auto level = static_cast<std::int16_t>(composite.info.level);
    fires.push_back({composite.info.level, several ? group.entries[counted.front()].event : Hash128{}});
    group.entries[at].mark = level;
    if (several) group.entries[counted.front()].mark = level;
    asked.fired = true;
    for (auto index = counted.rbegin(); index != counted.rend(); ++index) asked.contributors.push_back(group.entries[*index].event);
    asked.contributors.push_back(current.event);
    return asked;
  }
  return asked;
}

Hash128 Windows::OutcomeId(const Entry& entry) const {
  const Rule* rule = ResultOf(entry);
  if (rule == nullptr || !options_.alertable(*rule) || (entry.ignored && rule->no_alert)) return {};
  static const std::vector<Hash128> kNone;
  const std::vector<Hash128>& withdrawn = entry.history == nullptr ? kNone : entry.history->withdrawn;
  const bool composite = entry.history != nullptr && !entry.history->contributors.empty();
  const std::vector<Hash128> alone{entry.event};
  const std::vector<Hash128>& events = composite ? entry.history->contributors : alone;
  Hash128 id = options_.alert_id(rule->info.id, events);
  // An alert that was withdrawn and became right again is a new line and needs an id of its own.
  for (int revision = 1; Contains(withdrawn, id); ++revision)
    id = options_.alert_id(rule->info.id + '#' + std::to_string(revision), events);
  return id;
}

Decision Windows::Describe(const Group& group, const Entry& entry, const Hash128& id) const {
  Decision decision;
  decision.event = entry.event;
  decision.reference = entry.reference;
  decision.time = entry.time;
  decision.rule = ResultOf(entry);
  if (entry.chosen >= 0) decision.matched = patterns_[entry.pattern][static_cast<std::size_t>(entry.chosen)].result;
  decision.id = id;
  if (entry.history == nullptr || entry.history->contributors.empty()) {
    decision.event_ids.push_back(entry.event_id);
    return decision;
  }
  const Component& component = plan_->components()[group.component];
  std::vector<std::size_t> named;
  for (std::size_t i = 0; i < component.fields.size(); ++i) {
    if (component.fields[i].subject != Condition::Subject::kField) continue;
    named.push_back(i);
    decision.window_values.emplace_back(component.fields[i].name, std::vector<std::string>());
  }
  const auto& contributors = entry.history->contributors;
  decision.counted.assign(contributors.begin(), contributors.end() - 1);
  const auto last = std::find_if(group.entries.begin(), group.entries.end(), [&](const Entry& other) { return &other == &entry; });
  const auto position = static_cast<std::size_t>(last - group.entries.begin());
  // Contributors are in event order: walk back through the group once.
  std::vector<const Entry*> found;
  std::size_t wanted = contributors.size();
  for (std::size_t i = position + 1; i-- > 0 && wanted > 0;)
    if (group.entries[i].event == contributors[wanted - 1]) {
      found.push_back(&group.entries[i]);
      --wanted;
    }
  for (auto contributor = found.rbegin(); contributor != found.rend(); ++contributor) {
    decision.event_ids.push_back((*contributor)->event_id);
    for (std::size_t i = 0; i < named.size(); ++i) {
      const auto& value = (*contributor)->values[named[i]];
      auto& distinct = decision.window_values[i].second;
      if (value && std::find(distinct.begin(), distinct.end(), *value) == distinct.end()) distinct.push_back(*value);
    }
  }
  return decision;
}

void Windows::Settle(Group& group, Entry& entry, std::vector<Decision>& out) {
  const Hash128 id = OutcomeId(entry);
  if (id == entry.issued) return;
  if (!entry.issued.is_zero()) {
    group.pending = true;
    return;
  }
  entry.issued = id;
  entry.changed = true;
  out.push_back(Describe(group, entry, id));
}

void Windows::Reconcile(std::vector<Decision>& out) {
  Evaluate(out);
  for (const Hash128& key : pending_) {
    const auto found = groups_.find(key);
    if (found == groups_.end() || !found->second.pending) continue;
    Group& group = found->second;
    group.pending = false;
    if (options_.track_changes) touched_.push_back(key);
    for (Entry& entry : group.entries) ReconcileEntry(group, entry, out);
  }
  pending_.clear();
}

void Windows::ReconcileEntry(const Group& group, Entry& entry, std::vector<Decision>& out) {
  const Hash128 id = OutcomeId(entry);
  if (id == entry.issued || entry.issued.is_zero()) return;
  Decision decision = Describe(group, entry, id);
  if (id.is_zero()) {
    decision.rule = nullptr;
    decision.id = options_.alert_id(kRetraction, {entry.issued});
    decision.retracts = entry.issued;
    ++counters_.retracted;
  } else {
    decision.supersedes.push_back(entry.issued);
    ++counters_.superseded;
  }
  out.push_back(std::move(decision));
  if (entry.history == nullptr) entry.history = std::make_unique<History>();
  entry.history->withdrawn.push_back(entry.issued);
  entry.issued = id;
  entry.changed = true;
}

void Windows::Advance(Millis time, std::vector<Decision>& out) {
  newest_ = std::max(newest_, time);
  if (size_ == 0) return;
  const Millis due = newest_ - options_.lateness;
  if (size_ > options_.max_events) {
    Millis lateness = options_.lateness;
    const std::size_t before = size_;
    while (size_ > options_.max_events && lateness > kSecond) {
      lateness /= 2;
      Evict(newest_ - lateness, out);
    }
    counters_.evicted_for_memory += before - size_;
  } else if (cut_ == INT64_MIN || due - cut_ >= std::max<Millis>(options_.lateness / 8, kMinute)) {
    // Looking through all groups is worth it only now and then.
    Evict(due, out);
  }
}

void Windows::Evict(Millis before, std::vector<Decision>& out) {
  Evaluate(out);
  cut_ = std::max(cut_, before);
  for (auto it = groups_.begin(); it != groups_.end();) {
    Group& group = it->second;
    const Millis keep = before - plan_->components()[group.component].max_timeframe;
    const auto end =
        std::find_if(group.entries.begin(), group.entries.end(), [&](const Entry& entry) { return entry.time >= keep; });
    // What goes has its outcome for good.
    if (group.pending)
      for (auto entry = group.entries.begin(); entry != end; ++entry) ReconcileEntry(group, *entry, out);
    ForgetGiven(group, {INT64_MIN, {}}, {keep, {}});
    size_ -= static_cast<std::size_t>(end - group.entries.begin());
    group.entries.erase(group.entries.begin(), end);
    it = group.entries.empty() ? groups_.erase(it) : std::next(it);
  }
}

std::unordered_set<std::uint64_t> Windows::References() const {
  std::unordered_set<std::uint64_t> references;
  for (const auto& [key, group] : groups_)
    for (const Entry& entry : group.entries) references.insert(entry.reference);
  return references;
}

}  // namespace trailsift
