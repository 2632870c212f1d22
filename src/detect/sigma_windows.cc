#include "detect/sigma_windows.h"

#include <algorithm>

#include "base/bytes.h"
#include "detect/sigma_span.h"

namespace trailsift {
namespace {

// The rule of a retraction's identity.
constexpr std::string_view kRetraction = "retraction";

bool IsNear(Millis a, Millis b, Millis timespan) { return a <= b ? b - a <= timespan : a - b <= timespan; }

}  // namespace

SigmaWindows::SigmaWindows(std::shared_ptr<const SigmaPlan> plan, SigmaWindowOptions options)
    : plan_(std::move(plan)), options_(std::move(options)) {}

std::size_t SigmaWindows::LowerBound(const Group& group, const Order& order) {
  const auto at = std::lower_bound(group.entries.begin(), group.entries.end(), order,
                                   [](const auto& entry, const Order& wanted) { return entry->order() < wanted; });
  return static_cast<std::size_t>(at - group.entries.begin());
}

const SigmaWindows::Entry* SigmaWindows::Find(const Group& group, const Order& order) {
  const std::size_t at = LowerBound(group, order);
  return at < group.entries.size() && group.entries[at]->order() == order ? group.entries[at].get() : nullptr;
}

std::optional<Hash128> SigmaWindows::KeyOf(std::size_t correlation, const std::vector<std::optional<std::string>>& values) const {
  const SigmaPlan::Node& node = plan_->node(correlation);
  std::string text;
  ByteWriter writer(text);
  writer.Hash(node.signature);
  for (std::size_t i = 0; i < node.groups; ++i) {
    if (!values[i]) return std::nullopt;
    writer.String(*values[i]);
  }
  return FastHash(text);
}

void SigmaWindows::Touch(const Hash128& key, Group& group, const Order& order) {
  group.dirty = std::min(group.dirty, order);
  dirty_.emplace(group.correlation, key);
}

void SigmaWindows::Insert(const Hash128& key, std::size_t correlation, Entry entry) {
  Group& group = groups_[key];
  group.correlation = correlation;
  const Order order = entry.order();
  const std::size_t at = LowerBound(group, order);
  if (at < group.entries.size() && group.entries[at]->order() == order) return;
  if (entry.inner == nullptr) {
    ++counters_.events;
    if (entry.time < cut_) ++counters_.too_late;
    if (options_.track_changes) changed_.emplace_back(key, order);
  }
  const auto place =
      group.entries.insert(group.entries.begin() + static_cast<std::ptrdiff_t>(at), std::make_unique<Entry>(std::move(entry)));
  ++size_;
  if (!seeds_.empty()) {
    if (const Entry* raising = RaisingOf(group, **place)) TakeSeeds(key, group, *raising);
  }
  Touch(key, group, order);
}

void SigmaWindows::Add(const SigmaWindowEvent& event) {
  const std::optional<Hash128> key = KeyOf(event.correlation, event.values);
  if (!key) return;
  Entry entry;
  entry.time = event.time;
  entry.event = event.event;
  entry.reference = event.reference;
  entry.inputs = event.inputs;
  entry.event_id = PackedId(event.event_id);
  entry.values = TextPool::Row(texts_, event.values);
  Insert(*key, event.correlation, std::move(entry));
}

void SigmaWindows::Evaluate(std::vector<SigmaDecision>& out) {
  // A firing touches only groups of correlations that come behind.
  while (!dirty_.empty()) {
    const Work work = *dirty_.begin();
    dirty_.erase(dirty_.begin());
    if (const auto found = groups_.find(work.second); found != groups_.end()) EvaluateGroup(work.second, found->second, out);
  }
}

void SigmaWindows::EvaluateGroup(const Hash128& key, Group& group, std::vector<SigmaDecision>& out) {
  const auto first =
      std::find_if(group.firings.begin(), group.firings.end(), [&](const Firing& firing) { return firing.last >= group.dirty; });
  const auto kept = static_cast<std::size_t>(first - group.firings.begin());
  const std::vector<Firing> old(first, group.firings.end());
  const std::vector<Firing> now = Scan(group, old, kept);
  group.dirty = kNever;
  if (now == old) return;
  group.firings.resize(kept);
  group.firings.insert(group.firings.end(), now.begin(), now.end());
  NoteGroup(key, group);
  for (const Firing& firing : old)
    if (std::find(now.begin(), now.end(), firing) == now.end()) TellOuter(key, group, firing, false);
  for (const Firing& firing : now)
    if (std::find(old.begin(), old.end(), firing) == old.end()) TellOuter(key, group, firing, true);
  Settle(key, group, out);
}

// Stands for the combination of the values that are measured; 0 where one is absent.
std::uint64_t SigmaWindows::MeasuredOf(const Entry& entry, const SigmaPlan::Node& node) {
  if (node.measured == 1) return entry.values[node.groups];
  std::string numbers;
  for (std::size_t i = 0; i < node.measured; ++i) {
    if (entry.values[node.groups + i] == TextPool::kNothing) return 0;
    ByteWriter(numbers).U32(entry.values[node.groups + i]);
  }
  return numbers.empty() ? 0 : Checksum(numbers, 0);
}

// The firings from the dirty place on; before it there are `kept`.
std::vector<SigmaWindows::Firing> SigmaWindows::Scan(Group& group, const std::vector<Firing>& old, std::size_t kept) {
  const SigmaCorrelation& correlation = CorrelationOf(group);
  const SigmaPlan::Node& node = NodeOf(group);
  const std::size_t begin = LowerBound(group, group.dirty);
  SigmaSpan span(correlation);
  const auto add = [&](const Entry& entry) {
    SigmaSpan::Item item;
    item.time = entry.time;
    item.inputs = entry.inputs;
    item.value = MeasuredOf(entry, node);
    if (node.measured == 1)
      if (const auto text = entry.values.Text(node.groups)) item.number = SigmaSpan::NumberOf(*text);
    return span.Add(item);
  };
  std::size_t left = LowerBound(group, {group.dirty.first - correlation.timespan, {}});
  for (std::size_t i = left; i < begin; ++i) left += add(*group.entries[i]);

  std::vector<Firing> firings;
  Millis fired = kept > 0 ? group.firings[kept - 1].last.first : group.quiet_from;
  const auto is_quiet = [&](Millis time) { return fired != INT64_MIN && IsNear(time, fired, correlation.timespan); };
  for (std::size_t i = begin; i < group.entries.size(); ++i) {
    Entry& entry = *group.entries[i];
    left += add(entry);
    const bool fresh = std::exchange(entry.fresh, false);
    if (entry.time < cut_) {
      // A part of what it depends on may be gone: what was decided stays, and what is new must leave it be.
      const auto decided = std::find_if(old.begin(), old.end(), [&](const Firing& firing) { return firing.last >= entry.order(); });
      if (decided != old.end() && decided->last == entry.order()) {
        firings.push_back(*decided);
        fired = entry.time;
        continue;
      }
      if (!fresh) continue;
      const bool precedes = decided != old.end() && decided->last.first < cut_;
      if (precedes && IsNear(entry.time, decided->last.first, correlation.timespan)) continue;
    }
    if (is_quiet(entry.time) || !span.Holds()) continue;
    firings.push_back(MakeFiring(group, left, i));
    fired = entry.time;
  }
  return firings;
}

void SigmaWindows::Collect(const Group& group, const Order& first, const Order& last, std::map<Order, const Entry*>& out) const {
  for (std::size_t i = LowerBound(group, first); i < group.entries.size() && group.entries[i]->order() <= last; ++i) {
    const Entry& entry = *group.entries[i];
    if (entry.inner == nullptr) {
      out.emplace(entry.order(), &entry);
    } else if (const auto inner = groups_.find(entry.inner->group); inner != groups_.end()) {
      Collect(inner->second, entry.inner->first, entry.inner->last, out);
    }
  }
}

const SigmaWindows::Entry* SigmaWindows::RaisingOf(const Group& group, const Entry& entry) const {
  std::map<Order, const Entry*> events;
  Collect(group, entry.order(), entry.order(), events);
  return events.empty() ? nullptr : events.rbegin()->second;
}

SigmaWindows::Firing SigmaWindows::MakeFiring(const Group& group, std::size_t first, std::size_t last) const {
  Firing firing{group.entries[first]->order(), group.entries[last]->order(), {}};
  std::map<Order, const Entry*> events;
  Collect(group, firing.first, firing.last, events);
  std::vector<Hash128> identities;
  for (const auto& [order, entry] : events) identities.push_back(order.second);
  firing.content = options_.alert_id(CorrelationOf(group).info.id, identities);
  return firing;
}

void SigmaWindows::TellOuter(const Hash128& key, const Group& group, const Firing& firing, bool holds) {
  const Entry* last = Find(group, firing.last);
  if (last == nullptr) return;
  for (const SigmaPlan::Onward& onward : NodeOf(group).onward) {
    std::vector<std::optional<std::string>> values;
    for (std::size_t i = 0; i < plan_->node(onward.correlation).width; ++i) {
      const auto text = last->values.Text(onward.offset + i);
      values.push_back(text ? std::optional<std::string>(*text) : std::nullopt);
    }
    const std::optional<Hash128> outer = KeyOf(onward.correlation, values);
    if (!outer) continue;
    // A firing of the same events for another input would be the same event.
    std::string place;
    ByteWriter(place).Hash(firing.content);
    ByteWriter(place).U64(onward.input);
    const Order order{firing.last.first, FastHash(place)};
    if (holds) {
      Entry entry;
      entry.time = order.first;
      entry.event = order.second;
      entry.inputs = std::uint64_t{1} << onward.input;
      entry.values = TextPool::Row(texts_, values);
      entry.inner = std::make_unique<const Inner>(Inner{key, firing.first, firing.last});
      entry.changed = false;
      Insert(*outer, onward.correlation, std::move(entry));
      continue;
    }
    const auto found = groups_.find(*outer);
    if (found == groups_.end() || Find(found->second, order) == nullptr) continue;
    found->second.entries.erase(found->second.entries.begin() + static_cast<std::ptrdiff_t>(LowerBound(found->second, order)));
    --size_;
    Touch(*outer, found->second, order);
  }
}

bool SigmaWindows::IsReported(const Group& group) const {
  const SigmaCorrelation& correlation = CorrelationOf(group);
  return correlation.is_reported && options_.alertable(correlation.info);
}

Hash128 SigmaWindows::IdOf(const Group& group, const Firing& firing) const {
  const auto is_withdrawn = [&](const Hash128& id) {
    return std::any_of(group.withdrawn.begin(), group.withdrawn.end(), [&](const Issued& each) { return each.id == id; });
  };
  // An alert that was withdrawn and became right again is a new line and needs an id of its own.
  Hash128 id = firing.content;
  for (int revision = 1; is_withdrawn(id); ++revision)
    id = options_.alert_id(CorrelationOf(group).info.id + '#' + std::to_string(revision), {firing.content});
  return id;
}

SigmaWindows::Difference SigmaWindows::Compare(const Group& group) const {
  Difference difference;
  std::set<Hash128> issued;
  for (const Issued& each : group.issued) issued.insert(each.id);
  std::set<Hash128> valid;
  for (const Firing& firing : group.firings) {
    const Hash128 id = IdOf(group, firing);
    valid.insert(id);
    if (!issued.contains(id)) difference.missing.push_back(&firing);
  }
  for (const Issued& each : group.issued)
    if (!valid.contains(each.id)) difference.invalid.push_back(each);
  return difference;
}

void SigmaWindows::Issue(const Hash128& key, Group& group, const Firing& firing, std::vector<Hash128> supersedes,
                         std::vector<SigmaDecision>& out) {
  const SigmaCorrelation& correlation = CorrelationOf(group);
  std::map<Order, const Entry*> events;
  Collect(group, firing.first, firing.last, events);
  if (events.empty()) return;
  SigmaDecision decision;
  decision.correlation = &correlation;
  const Entry& raising = *events.rbegin()->second;
  decision.event = raising.event;
  decision.reference = raising.reference;
  decision.time = raising.time;
  decision.id = IdOf(group, firing);
  auto at = events.begin();
  if (events.size() > SigmaDecision::kMostEvents)
    std::advance(at, static_cast<std::ptrdiff_t>(events.size() - SigmaDecision::kMostEvents));
  for (; at != events.end(); ++at) {
    decision.event_ids.push_back(at->second->event_id.ToString());
    if (at->second != &raising) decision.counted.emplace_back(at->second->event, at->second->reference);
  }
  if (const Entry* last = Find(group, firing.last))
    for (std::size_t i = 0; i < correlation.group_by.size(); ++i)
      decision.group.emplace_back(correlation.group_by[i], last->values.Text(i).value_or(std::string_view()));
  decision.supersedes = std::move(supersedes);
  group.issued.push_back({decision.id, firing.last.first, raising.event, raising.event_id.ToString()});
  NoteGroup(key, group);
  out.push_back(std::move(decision));
}

void SigmaWindows::Settle(const Hash128& key, Group& group, std::vector<SigmaDecision>& out) {
  if (!IsReported(group)) return;
  const Difference difference = Compare(group);
  bool waits = !difference.invalid.empty();
  for (const Firing* firing : difference.missing) {
    // What may take the place of an alert waits with it.
    const bool replaces = std::any_of(difference.invalid.begin(), difference.invalid.end(), [&](const Issued& issued) {
      return IsNear(issued.time, firing->last.first, CorrelationOf(group).timespan);
    });
    waits = waits || replaces;
    if (!replaces) Issue(key, group, *firing, {}, out);
  }
  if (waits) pending_.emplace(group.correlation, key);
}

void SigmaWindows::Withdraw(Group& group, const Hash128& id) {
  const auto at = std::find_if(group.issued.begin(), group.issued.end(), [&](const Issued& each) { return each.id == id; });
  if (at == group.issued.end()) return;
  group.withdrawn.push_back(std::move(*at));
  group.issued.erase(at);
}

void SigmaWindows::ReconcileGroup(const Hash128& key, Group& group, std::vector<SigmaDecision>& out) {
  if (!IsReported(group)) return;
  Difference difference = Compare(group);
  if (difference.invalid.empty() && difference.missing.empty()) return;
  for (const Firing* firing : difference.missing) {
    std::vector<Hash128> supersedes;
    for (auto at = difference.invalid.begin(); at != difference.invalid.end();) {
      if (!IsNear(at->time, firing->last.first, CorrelationOf(group).timespan)) {
        ++at;
        continue;
      }
      supersedes.push_back(at->id);
      Withdraw(group, at->id);
      at = difference.invalid.erase(at);
      ++counters_.superseded;
    }
    Issue(key, group, *firing, std::move(supersedes), out);
  }
  for (const Issued& issued : difference.invalid) {
    SigmaDecision decision;
    decision.event = issued.event;
    decision.event_ids = {issued.event_id};
    decision.time = issued.time;
    decision.id = options_.alert_id(kRetraction, {issued.id});
    decision.retracts = issued.id;
    Withdraw(group, issued.id);
    ++counters_.retracted;
    out.push_back(std::move(decision));
  }
  NoteGroup(key, group);
}

bool SigmaWindows::Reconcile(std::vector<SigmaDecision>& out, std::size_t most) {
  Evaluate(out);
  const std::size_t before = out.size();
  while (!pending_.empty() && out.size() - before < most) {
    const Work work = *pending_.begin();
    pending_.erase(pending_.begin());
    if (const auto found = groups_.find(work.second); found != groups_.end()) ReconcileGroup(work.second, found->second, out);
  }
  return !pending_.empty();
}

void SigmaWindows::Advance(Millis time, std::vector<SigmaDecision>& out) {
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

void SigmaWindows::Evict(Millis before, std::vector<SigmaDecision>& out) {
  Evaluate(out);
  cut_ = std::max(cut_, before);
  // What goes has its outcome for good.
  for (auto at = pending_.begin(); at != pending_.end();) {
    const auto found = groups_.find(at->second);
    const bool goes = found == groups_.end() || found->second.entries.empty() ||
                      found->second.entries.front()->time < before - NodeOf(found->second).horizon;
    if (found != groups_.end() && goes) ReconcileGroup(at->second, found->second, out);
    at = goes ? pending_.erase(at) : std::next(at);
  }
  for (auto at = groups_.begin(); at != groups_.end();) {
    Group& group = at->second;
    const Millis keep = before - NodeOf(group).horizon;
    const std::size_t gone = LowerBound(group, {keep, {}});
    size_ -= gone;
    group.entries.erase(group.entries.begin(), group.entries.begin() + static_cast<std::ptrdiff_t>(gone));
    const auto firing =
        std::find_if(group.firings.begin(), group.firings.end(), [&](const Firing& each) { return each.last.first >= keep; });
    if (firing != group.firings.begin()) {
      group.quiet_from = std::max(group.quiet_from, std::prev(firing)->last.first);
      group.firings.erase(group.firings.begin(), firing);
      NoteGroup(at->first, group);
    }
    for (std::vector<Issued>* list : {&group.issued, &group.withdrawn})
      list->erase(std::remove_if(list->begin(), list->end(), [&](const Issued& each) { return each.time < keep; }), list->end());
    if (group.entries.empty()) NoteGroup(at->first, group);
    at = group.entries.empty() ? groups_.erase(at) : std::next(at);
  }
}

std::unordered_set<std::uint64_t> SigmaWindows::References() const {
  std::unordered_set<std::uint64_t> references;
  for (const auto& [key, group] : groups_)
    for (const auto& entry : group.entries)
      if (entry->inner == nullptr) references.insert(entry->reference);
  return references;
}

}  // namespace trailsift
