// How what Sigma's correlations remember is written to the state log and read back (docs/format/state.md). Firings that are
// events of other correlations are not: they follow from the firings.
#include <algorithm>

#include "base/bytes.h"
#include "detect/sigma_windows.h"

namespace trailsift {
namespace {

constexpr std::uint8_t kEntry = 'e';
constexpr std::uint8_t kGroup = 'g';
constexpr std::uint8_t kCut = 'c';
constexpr std::uint8_t kGone = 'x';  // a group that was forgotten

void AppendCut(Millis cut, std::string& out) {
  std::string body;
  ByteWriter(body).U8(kCut);
  ByteWriter(body).I64(cut);
  ByteWriter(out).String(body);
}

}  // namespace

void SigmaWindows::NoteGroup(const Hash128& key, Group& group) {
  if (group.changed || !options_.track_changes) return;
  group.changed = true;
  changed_groups_.push_back(key);
}

void SigmaWindows::AppendEntry(const Hash128& key, const Group& group, const Entry& entry, std::string& out) const {
  std::string body;
  ByteWriter writer(body);
  writer.U8(kEntry);
  writer.Hash(key);
  writer.Hash(NodeOf(group).signature);
  writer.I64(entry.time);
  writer.Hash(entry.event);
  writer.U64(entry.reference);
  writer.U64(entry.inputs);
  writer.String(entry.event_id.ToString());
  writer.U32(static_cast<std::uint32_t>(entry.values.size()));
  for (std::size_t i = 0; i < entry.values.size(); ++i) {
    const std::optional<std::string_view> value = entry.values.Text(i);
    writer.U8(value ? 1 : 0);
    if (value) writer.String(*value);
  }
  ByteWriter(out).String(body);
}

void SigmaWindows::AppendGroup(const Hash128& key, const Group& group, std::string& out) const {
  std::string body;
  ByteWriter writer(body);
  writer.U8(kGroup);
  writer.Hash(key);
  writer.Hash(NodeOf(group).signature);
  writer.I64(group.quiet_from);
  for (const std::vector<Issued>* list : {&group.issued, &group.withdrawn}) {
    writer.U32(static_cast<std::uint32_t>(list->size()));
    for (const Issued& each : *list) {
      writer.Hash(each.id);
      writer.I64(each.time);
      writer.Hash(each.event);
      writer.String(each.event_id);
    }
  }
  for (const Firing& firing : group.firings) {
    for (const Order& order : {firing.first, firing.last}) {
      writer.I64(order.first);
      writer.Hash(order.second);
    }
    writer.Hash(firing.content);
  }
  ByteWriter(out).String(body);
}

void SigmaWindows::AppendChanges(std::string& out) {
  for (const auto& [key, order] : changed_) {
    const auto found = groups_.find(key);
    if (found == groups_.end()) continue;
    const std::size_t at = LowerBound(found->second, order);
    if (at == found->second.entries.size() || found->second.entries[at]->order() != order) continue;
    Entry& entry = *found->second.entries[at];
    if (std::exchange(entry.changed, false)) AppendEntry(key, found->second, entry, out);
  }
  changed_.clear();
  for (const Hash128& key : changed_groups_) {
    const auto found = groups_.find(key);
    if (found != groups_.end()) {
      found->second.changed = false;
      AppendGroup(key, found->second, out);
      continue;
    }
    std::string body;
    ByteWriter(body).U8(kGone);
    ByteWriter(body).Hash(key);
    ByteWriter(out).String(body);
  }
  changed_groups_.clear();
  if (cut_ != written_cut_) AppendCut(cut_, out);
  written_cut_ = cut_;
}

void SigmaWindows::AppendAll(std::string& out) const {
  for (const auto& [key, group] : groups_) {
    for (const auto& entry : group.entries)
      if (entry->inner == nullptr) AppendEntry(key, group, *entry, out);
    AppendGroup(key, group, out);
  }
  AppendCut(cut_, out);
}

Status SigmaWindows::Restore(std::string_view bytes) {
  ByteReader frames(bytes);
  while (!frames.at_end()) {
    ByteReader reader(frames.String());
    if (!frames.ok()) return {Code::kCorrupt, "the state log holds a part of a correlation that is cut"};
    const std::uint8_t kind = reader.U8();
    if (kind == kCut) {
      cut_ = reader.I64();
      if (!reader.ok()) return {Code::kCorrupt, "the state log holds a cut of a correlation that does not decode"};
      continue;
    }
    const Hash128 key = reader.Hash();
    if (kind == kGone && reader.ok()) {
      if (const auto found = groups_.find(key); found != groups_.end()) {
        size_ -= found->second.entries.size();
        groups_.erase(found);
      }
      continue;
    }
    const Hash128 signature = reader.Hash();
    std::size_t correlation = 0;
    while (correlation < plan_->correlations().size() && plan_->node(correlation).signature != signature) ++correlation;
    const bool known = correlation < plan_->correlations().size();
    if (kind == kGroup) {
      Group read;
      read.quiet_from = reader.I64();
      for (std::vector<Issued>* list : {&read.issued, &read.withdrawn}) {
        const std::uint32_t count = reader.U32();
        for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
          Issued each;
          each.id = reader.Hash();
          each.time = reader.I64();
          each.event = reader.Hash();
          each.event_id = reader.String();
          list->push_back(each);
        }
      }
      while (!reader.at_end()) {
        Firing& firing = read.firings.emplace_back();
        for (Order* order : {&firing.first, &firing.last}) {
          order->first = reader.I64();
          order->second = reader.Hash();
        }
        firing.content = reader.Hash();
      }
      if (!reader.ok()) return {Code::kCorrupt, "the state log holds a group of a correlation that does not decode"};
      if (!known) continue;
      Group& group = groups_[key];
      group.correlation = correlation;
      group.quiet_from = read.quiet_from;
      group.issued = std::move(read.issued);
      group.withdrawn = std::move(read.withdrawn);
      group.firings = std::move(read.firings);
      continue;
    }
    Entry entry;
    entry.time = reader.I64();
    entry.event = reader.Hash();
    entry.reference = reader.U64();
    entry.inputs = reader.U64();
    entry.event_id = PackedId(reader.String());
    std::vector<std::optional<std::string>> values;
    const std::uint32_t count = reader.U32();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i)
      values.push_back(reader.U8() != 0 ? std::optional<std::string>(reader.String()) : std::nullopt);
    if (!reader.ok() || kind != kEntry)
      return {Code::kCorrupt, "the state log holds an event of a correlation that does not decode"};
    if (!known || values.size() != plan_->node(correlation).width) {
      ++counters_.forgotten;
      continue;
    }
    entry.values = TextPool::Row(texts_, values);
    entry.changed = false;
    entry.fresh = false;
    Group& group = groups_[key];
    group.correlation = correlation;
    const std::size_t at = LowerBound(group, entry.order());
    if (at < group.entries.size() && group.entries[at]->order() == entry.order()) continue;
    group.entries.insert(group.entries.begin() + static_cast<std::ptrdiff_t>(at), std::make_unique<Entry>(std::move(entry)));
    ++size_;
  }
  return Status::Ok();
}

void SigmaWindows::FinishRestore() {
  std::set<Work> order;  // inner correlations first
  for (const auto& [key, group] : groups_) order.emplace(group.correlation, key);
  for (const auto& [correlation, key] : order) {
    const Group& group = groups_.find(key)->second;
    for (const Firing& firing : group.firings) TellOuter(key, group, firing, true);
    // What waited for Reconcile when the process ended waits again.
    if (IsReported(group)) pending_.emplace(correlation, key);
  }
  for (auto at = groups_.begin(); at != groups_.end();) at = at->second.entries.empty() ? groups_.erase(at) : std::next(at);
  // All that was decided, with what it depended on.
  dirty_.clear();
  for (auto& [key, group] : groups_) {
    group.dirty = kNever;
    newest_ = std::max(newest_, group.entries.back()->time);
    for (const auto& entry : group.entries) entry->fresh = false;
  }
  written_cut_ = cut_;
}

void SigmaWindows::TakePlan(std::shared_ptr<const SigmaPlan> plan) {
  std::string all;
  AppendAll(all);
  groups_.clear();
  dirty_.clear();
  pending_.clear();
  size_ = 0;
  plan_ = std::move(plan);
  const Millis newest = newest_;
  [[maybe_unused]] const Status status = Restore(all);  // it was written a moment ago
  FinishRestore();
  newest_ = newest;
}

void SigmaWindows::SeedIssued(const Hash128& event, std::string_view rule_id, const Hash128& alert_id,
                              const std::vector<Hash128>& withdrawn) {
  if (!alert_id.is_zero()) seeds_.emplace(event, Seed{std::string(rule_id), alert_id});
  seeded_withdrawn_.insert(withdrawn.begin(), withdrawn.end());
}

void SigmaWindows::TakeSeeds(const Hash128& key, Group& group, const Entry& raising) {
  const auto [begin, end] = seeds_.equal_range(raising.event);
  for (auto at = begin; at != end; ++at) {
    const Hash128& id = at->second.id;
    const auto has = [&](const Issued& each) { return each.id == id; };
    if (at->second.rule_id != CorrelationOf(group).info.id || std::any_of(group.issued.begin(), group.issued.end(), has) ||
        std::any_of(group.withdrawn.begin(), group.withdrawn.end(), has))
      continue;
    group.issued.push_back({id, raising.time, raising.event, raising.event_id.ToString()});
    if (seeded_withdrawn_.contains(id)) Withdraw(group, id);
    NoteGroup(key, group);
    pending_.emplace(group.correlation, key);
  }
}

void SigmaWindows::ApplySeeds() {
  for (auto& [key, group] : groups_) {
    for (const auto& entry : group.entries)
      if (const Entry* raising = RaisingOf(group, *entry)) TakeSeeds(key, group, *raising);
    const std::vector<Issued> issued = group.issued;
    for (const Issued& each : issued) {
      if (!seeded_withdrawn_.contains(each.id)) continue;
      Withdraw(group, each.id);
      NoteGroup(key, group);
    }
  }
}

}  // namespace trailsift
