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
    for (const auto& entry : group.entries) {
      if (!TakeSeed(*entry)) continue;
      remembered.push_back(entry->event);
      NoteChange(key, *entry);
      pending_.push_back({key, entry->order()});
    }
  }
  return remembered;
}

bool Windows::TakeSeed(Entry& entry) {
  const auto seed = seeded_.find(entry.event);
  if (seed == seeded_.end()) return false;
  entry.issued = seed->second.id;
  if (entry.history == nullptr) entry.history = std::make_unique<History>();
  std::vector<Hash128>& withdrawn = entry.history->withdrawn;
  withdrawn.insert(withdrawn.end(), seed->second.withdrawn.begin(), seed->second.withdrawn.end());
  seeded_.erase(seed);
  return true;
}

void Windows::NoteChange(const Hash128& key, Entry& entry) {
  if (entry.changed) return;
  entry.changed = true;
  if (options_.track_changes) changed_.push_back({key, entry.order()});
}

const Rule* Windows::ResultOf(const Entry& entry) const {
  if (entry.chosen < 0) return nullptr;
  const Alternative& alternative = patterns_[entry.pattern].alternatives[static_cast<std::size_t>(entry.chosen)];
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
  if (fresh) patterns_.push_back(MakePattern(alternatives));
  return found->second;
}

std::size_t Windows::LowerBound(const Group& group, const Order& order) {
  const auto& entries = group.entries;
  // Mostly at or near the end.
  if (entries.empty() || entries.back()->order() < order) return entries.size();
  const auto found = std::lower_bound(entries.begin(), entries.end(), order,
                                      [](const auto& entry, const Order& wanted) { return entry->order() < wanted; });
  return static_cast<std::size_t>(found - entries.begin());
}

Windows::Entry* Windows::FindEntry(const Group& group, const Order& order) {
  const std::size_t at = LowerBound(group, order);
  return at < group.entries.size() && group.entries[at]->order() == order ? group.entries[at].get() : nullptr;
}

Windows::Entry* Windows::FindPlace(const Place& place, Group** group) {
  const auto found = groups_.find(place.group);
  if (found == groups_.end()) return nullptr;
  *group = &found->second;
  return FindEntry(found->second, place.order);
}

void Windows::Add(const WindowEvent& event) {
  const Component& component = plan_->components()[event.component];
  const Hash128 key = GroupKey(component, event);
  Group& group = groups_[key];
  group.component = event.component;

  const Order order(event.time, event.event);
  const std::size_t at = LowerBound(group, order);
  if (at < group.entries.size()) {
    if (group.entries[at]->order() == order) return;
    ++counters_.late;
  }
  auto entry = std::make_unique<Entry>();
  entry->time = event.time;
  entry->event = event.event;
  entry->reference = event.reference;
  entry->pattern = InternPattern(event.alternatives);
  entry->event_id = PackedId(event.event_id);
  entry->values = TextPool::Row(texts_, event.values);
  if (!seeded_.empty()) TakeSeed(*entry);
  if (options_.track_changes) changed_.push_back({key, order});
  group.entries.insert(group.entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
  if (group.dirty_from == SIZE_MAX) dirty_.push_back(key);
  group.dirty_from = std::min(group.dirty_from, at);
  ++group.fresh;
  ++size_;
  ++counters_.events;
  if (cut_ != INT64_MIN && event.time < cut_) ++counters_.too_late;
}

void Windows::Evaluate(std::vector<Decision>& out) {
  for (const Hash128& key : dirty_)
    if (const auto found = groups_.find(key); found != groups_.end()) EvaluateGroup(key, found->second, out);
  dirty_.clear();
}

void Windows::EvaluateGroup(const Hash128& key, Group& group, std::vector<Decision>& out) {
  if (group.dirty_from == SIZE_MAX) return;
  // An outcome depends on the events of the longest timeframe before it: up to there one that is new or has changed is felt.
  const Millis reach = plan_->components()[group.component].max_timeframe;
  Millis felt_until = INT64_MIN;
  for (std::size_t i = group.dirty_from; i < group.entries.size(); ++i) {
    Entry& entry = *group.entries[i];
    const bool fresh = entry.chosen < 0;
    if (!fresh && entry.time > felt_until) {
      if (group.fresh == 0) break;
      continue;
    }
    // What needs context that is gone already keeps its outcome: a group holds its events from its longest timeframe before the cut on.
    if (!fresh && entry.time < cut_) continue;
    const Evaluated evaluated = EvaluateEntry(group, entry);
    if (fresh) --group.fresh;
    if (evaluated.others) felt_until = std::max(felt_until, entry.time + reach);
    if (!evaluated.own) continue;
    NoteChange(key, entry);
    Settle(key, group, entry, out);
  }
  group.dirty_from = SIZE_MAX;
}

Windows::Evaluated Windows::EvaluateEntry(Group& group, Entry& entry) {
  const std::vector<Alternative>& alternatives = patterns_[entry.pattern].alternatives;
  WithdrawMarks(group, entry);
  std::vector<Fire> fires;
  std::vector<Asked> asked;  // a composite is asked once: asking again would meet its own marks
  std::size_t chosen = alternatives.size() - 1;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    bool holds = true;
    for (const Rule* composite : alternatives[i].composites) {
      const auto known = std::find_if(asked.begin(), asked.end(), [&](const Asked& each) { return each.composite == composite; });
      holds = (known != asked.end() ? *known : asked.emplace_back(Ask(entry, *composite, fires))).fired;
      if (!holds) break;
    }
    // A silent composite uses events up, and the walk goes on.
    if (holds && (alternatives[i].result != nullptr || alternatives[i].composites.empty())) {
      chosen = i;
      break;
    }
  }
  const Alternative& outcome = alternatives[chosen];
  const bool ignored = outcome.result != nullptr && Ignores(*outcome.result) && IsIgnored(group, entry, *outcome.result);
  Evaluated evaluated;
  if (entry.chosen != static_cast<std::int16_t>(chosen) || entry.ignored != ignored) {
    evaluated.others = true;
    ForgetGiven(group, entry);
    Leave(entry);
    entry.chosen = static_cast<std::int16_t>(chosen);
    entry.ignored = ignored;
    NoteGiven(group, entry);
    Join(entry, group.component);
  }
  std::vector<Order> contributors;
  if (!outcome.composites.empty() && !ignored)
    for (Asked& each : asked)
      if (each.composite == outcome.composites.back()) contributors = std::move(each.contributors);
  if (entry.history == nullptr && !(fires.empty() && contributors.empty())) entry.history = std::make_unique<History>();
  evaluated.own = evaluated.others;
  if (entry.history == nullptr) return evaluated;
  evaluated.others = evaluated.others || entry.history->fires != fires;
  evaluated.own = evaluated.others || entry.history->contributors != contributors;
  entry.history->fires = std::move(fires);
  entry.history->contributors = std::move(contributors);
  return evaluated;
}

bool Windows::IsIgnored(const Group& group, const Entry& entry, const Rule& rule) {
  const auto given = group.given.find(&rule);
  if (given == group.given.end()) return false;
  const auto next = given->second.lower_bound(entry.order());
  return next != given->second.begin() && entry.time - std::prev(next)->first < rule.ignore_seconds * kSecond;
}

void Windows::NoteGiven(Group& group, const Entry& entry) {
  const Rule* rule = ResultOf(entry);
  if (rule != nullptr && !entry.ignored && Ignores(*rule)) group.given[rule].insert(entry.order());
}

void Windows::ForgetGiven(Group& group, const Entry& entry) {
  const Rule* rule = ResultOf(entry);
  if (rule != nullptr && !entry.ignored && Ignores(*rule)) group.given[rule].erase(entry.order());
}

Hash128 Windows::OutcomeId(const Entry& entry) const {
  const Rule* rule = ResultOf(entry);
  if (rule == nullptr || !options_.alertable(*rule) || (entry.ignored && rule->no_alert)) return {};
  static const std::vector<Hash128> kNone;
  const std::vector<Hash128>& withdrawn = entry.history == nullptr ? kNone : entry.history->withdrawn;
  const bool composite = entry.history != nullptr && !entry.history->contributors.empty();
  std::vector<Hash128> events;
  if (composite)
    for (const Order& contributor : entry.history->contributors) events.push_back(contributor.second);
  else events.push_back(entry.event);
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
  if (entry.chosen >= 0) decision.matched = patterns_[entry.pattern].alternatives[static_cast<std::size_t>(entry.chosen)].result;
  decision.id = id;
  if (entry.history == nullptr || entry.history->contributors.empty()) {
    decision.event_ids.push_back(entry.event_id.ToString());
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
  for (const Order& order : contributors) {
    const Entry* contributor = FindEntry(group, order);
    if (contributor == nullptr) continue;
    if (&order != &contributors.back()) decision.counted.emplace_back(order.second, contributor->reference);
    decision.event_ids.push_back(contributor->event_id.ToString());
    for (std::size_t i = 0; i < named.size(); ++i) {
      const std::optional<std::string_view> value = contributor->values.Text(named[i]);
      auto& distinct = decision.window_values[i].second;
      if (value && std::find(distinct.begin(), distinct.end(), *value) == distinct.end()) distinct.emplace_back(*value);
    }
  }
  return decision;
}

void Windows::Settle(const Hash128& key, Group& group, Entry& entry, std::vector<Decision>& out) {
  const Hash128 id = OutcomeId(entry);
  if (id == entry.issued) return;
  if (!entry.issued.is_zero()) {
    pending_.push_back({key, entry.order()});
    return;
  }
  entry.issued = id;
  NoteChange(key, entry);
  out.push_back(Describe(group, entry, id));
}

bool Windows::Reconcile(std::vector<Decision>& out, std::size_t most) {
  Evaluate(out);
  // The last first.
  std::sort(pending_.begin(), pending_.end(),
            [](const Place& a, const Place& b) { return std::tie(a.order, a.group) > std::tie(b.order, b.group); });
  const std::size_t before = out.size();
  while (!pending_.empty() && out.size() - before < most) {
    const Place place = pending_.back();
    pending_.pop_back();
    Group* group = nullptr;
    if (Entry* entry = FindPlace(place, &group)) ReconcileEntry(place.group, *group, *entry, out);
  }
  return !pending_.empty();
}

void Windows::ReconcileEntry(const Hash128& key, const Group& group, Entry& entry, std::vector<Decision>& out) {
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
  NoteChange(key, entry);
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
  const auto keep_from = [&](std::size_t component) { return before - plan_->components()[component].max_timeframe; };
  // What goes has its outcome for good.
  std::vector<Place> pending = std::exchange(pending_, {});
  for (const Place& place : pending) {
    Group* group = nullptr;
    Entry* entry = FindPlace(place, &group);
    if (entry == nullptr) continue;
    if (entry->time < keep_from(group->component)) ReconcileEntry(place.group, *group, *entry, out);
    else pending_.push_back(place);
  }
  for (auto it = chains_.begin(); it != chains_.end();) {
    auto& entries = it->second.entries;
    const Millis keep = keep_from(it->second.component);
    entries.erase(entries.begin(),
                  std::find_if(entries.begin(), entries.end(), [&](const Entry* entry) { return entry->time >= keep; }));
    it = entries.empty() ? chains_.erase(it) : std::next(it);
  }
  for (auto it = groups_.begin(); it != groups_.end();) {
    Group& group = it->second;
    const Millis keep = keep_from(group.component);
    const auto end =
        std::find_if(group.entries.begin(), group.entries.end(), [&](const auto& entry) { return entry->time >= keep; });
    for (auto& [rule, given] : group.given) given.erase(given.begin(), given.lower_bound({keep, {}}));
    size_ -= static_cast<std::size_t>(end - group.entries.begin());
    group.entries.erase(group.entries.begin(), end);
    it = group.entries.empty() ? groups_.erase(it) : std::next(it);
  }
}

std::unordered_set<std::uint64_t> Windows::References() const {
  std::unordered_set<std::uint64_t> references;
  for (const auto& [key, group] : groups_)
    for (const auto& entry : group.entries) references.insert(entry->reference);
  return references;
}

}  // namespace trailsift
