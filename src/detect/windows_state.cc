// How remembered events are written to the state log and read back (docs/format/state.md).
#include <algorithm>

#include "base/bytes.h"
#include "detect/windows.h"

namespace trailsift {
namespace {

template <typename Items, typename HashOf>
void PutHashes(ByteWriter& writer, const Items& items, HashOf hash_of) {
  writer.U32(static_cast<std::uint32_t>(items.size()));
  for (const auto& item : items) writer.Hash(hash_of(item));
}

std::vector<Hash128> GetHashes(ByteReader& reader) {
  std::vector<Hash128> hashes;
  const std::uint32_t count = reader.U32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) hashes.push_back(reader.Hash());
  return hashes;
}

constexpr std::uint32_t kNoRule = UINT32_MAX;

}  // namespace

void Windows::AppendEntry(const Hash128& key, const Group& group, const Entry& entry, std::string& out) const {
  std::string body;
  ByteWriter writer(body);
  writer.Hash(key);
  writer.Hash(plan_->components()[group.component].signature);
  writer.I64(entry.time);
  writer.Hash(entry.event);
  writer.U64(entry.reference);
  writer.Hash(entry.issued);
  writer.U32(static_cast<std::uint32_t>(static_cast<std::int32_t>(entry.chosen)));
  writer.U8(entry.ignored ? 1 : 0);
  writer.String(entry.event_id.ToString());
  writer.U32(static_cast<std::uint32_t>(entry.values.size()));
  for (std::size_t i = 0; i < entry.values.size(); ++i) {
    const std::optional<std::string_view> value = entry.values.Text(i);
    writer.U8(value ? 1 : 0);
    if (value) writer.String(*value);
  }
  const auto& alternatives = patterns_[entry.pattern].alternatives;
  writer.U32(static_cast<std::uint32_t>(alternatives.size()));
  for (const Alternative& alternative : alternatives) {
    writer.U32(static_cast<std::uint32_t>(alternative.composites.size()));
    for (const Rule* composite : alternative.composites) writer.U32(static_cast<std::uint32_t>(composite->id));
    for (const Rule* rule : {alternative.result, alternative.parent})
      writer.U32(rule == nullptr ? kNoRule : static_cast<std::uint32_t>(rule->id));
  }
  writer.U8(entry.history != nullptr ? 1 : 0);
  if (entry.history != nullptr) {
    writer.U32(static_cast<std::uint32_t>(entry.history->fires.size()));
    for (const Fire& fire : entry.history->fires) {
      writer.U32(static_cast<std::uint32_t>(fire.level));
      writer.Hash(fire.marked.second);
    }
    PutHashes(writer, entry.history->contributors, [](const Order& order) { return order.second; });
    PutHashes(writer, entry.history->withdrawn, [](const Hash128& hash) { return hash; });
  }
  ByteWriter(out).String(body);
}

void Windows::AppendChanges(std::string& out) {
  for (const Place& place : changed_) {
    Group* group = nullptr;
    Entry* entry = FindPlace(place, &group);
    if (entry == nullptr || !entry->changed) continue;
    AppendEntry(place.group, *group, *entry, out);
    entry->changed = false;
  }
  changed_.clear();
}

void Windows::AppendAll(std::string& out) const {
  for (const auto& [key, group] : groups_)
    for (const auto& entry : group.entries) AppendEntry(key, group, *entry, out);
}

Status Windows::Restore(std::string_view bytes) {
  ByteReader frames(bytes);
  while (!frames.at_end()) {
    ByteReader reader(frames.String());
    if (!frames.ok()) return Status(Code::kCorrupt, "the state log holds a window event that is cut");
    const Hash128 key = reader.Hash();
    const Hash128 signature = reader.Hash();
    Entry entry;
    std::vector<std::optional<std::string>> texts;
    entry.time = reader.I64();
    entry.event = reader.Hash();
    entry.reference = reader.U64();
    entry.issued = reader.Hash();
    entry.chosen = static_cast<std::int16_t>(static_cast<std::int32_t>(reader.U32()));
    entry.ignored = reader.U8() != 0;
    entry.event_id = PackedId(reader.String());
    const std::uint32_t values = reader.U32();
    for (std::uint32_t i = 0; i < values && reader.ok(); ++i)
      texts.push_back(reader.U8() != 0 ? std::optional<std::string>(reader.String()) : std::nullopt);
    std::vector<Alternative> alternatives;
    bool known = true;
    const auto rule = [&](std::uint32_t id) {
      const Rule* found = rules_->Find(static_cast<int>(id));
      known = known && found != nullptr;
      return found;
    };
    const std::uint32_t alternative_count = reader.U32();
    for (std::uint32_t i = 0; i < alternative_count && reader.ok(); ++i) {
      Alternative alternative;
      const std::uint32_t composites = reader.U32();
      for (std::uint32_t j = 0; j < composites && reader.ok(); ++j) alternative.composites.push_back(rule(reader.U32()));
      for (const Rule** place : {&alternative.result, &alternative.parent}) {
        const std::uint32_t id = reader.U32();
        *place = id == kNoRule ? nullptr : rule(id);
      }
      alternatives.push_back(std::move(alternative));
    }
    if (reader.U8() != 0) {
      entry.history = std::make_unique<History>();
      const std::uint32_t fires = reader.U32();
      for (std::uint32_t i = 0; i < fires && reader.ok(); ++i) {
        const int level = static_cast<int>(reader.U32());
        entry.history->fires.push_back({level, {0, reader.Hash()}});
      }
      for (const Hash128& hash : GetHashes(reader)) entry.history->contributors.emplace_back(0, hash);
      entry.history->withdrawn = GetHashes(reader);
    }
    if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds a window event that does not decode");

    const auto& components = plan_->components();
    const auto component =
        std::find_if(components.begin(), components.end(), [&](const Component& c) { return c.signature == signature; });
    if (!known || component == components.end() || alternatives.empty() || component->fields.size() != texts.size() ||
        entry.chosen >= static_cast<int>(alternatives.size())) {
      ++counters_.forgotten;
      continue;
    }
    entry.pattern = InternPattern(alternatives);
    entry.values = TextPool::Row(texts_, texts);
    entry.changed = false;
    Group& group = groups_[key];
    group.component = static_cast<std::size_t>(component - components.begin());
    const std::size_t at = LowerBound(group, entry.order());
    auto kept = std::make_unique<Entry>(std::move(entry));
    if (at < group.entries.size() && group.entries[at]->order() == kept->order()) {
      group.entries[at] = std::move(kept);
      continue;
    }
    group.entries.insert(group.entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(kept));
    ++size_;
  }
  return Status::Ok();
}

// What is written names events by their identity alone.
void Windows::FindTimes(Group& group) {
  std::unordered_map<Hash128, Millis, HashOfHash128> times;
  const auto complete = [&](Order& order) {
    if (const auto found = times.find(order.second); found != times.end()) order.first = found->second;
  };
  for (const auto& entry : group.entries) {
    times.emplace(entry->event, entry->time);
    if (entry->history == nullptr) continue;
    for (Fire& fire : entry->history->fires) complete(fire.marked);
    for (Order& contributor : entry->history->contributors) complete(contributor);
  }
}

void Windows::FinishRestore(Millis cut) {
  cut_ = cut;
  for (auto& [key, group] : groups_) {
    FindTimes(group);
    RebuildMarks(group);
    for (std::size_t i = 0; i < group.entries.size(); ++i) {
      const Entry& entry = *group.entries[i];
      newest_ = std::max(newest_, entry.time);
      if (entry.chosen < 0) {
        ++group.fresh;
        group.dirty_from = std::min(group.dirty_from, i);
        continue;
      }
      NoteGiven(group, entry);
      // What waited for Reconcile when the process ended waits again.
      if (OutcomeId(entry) != entry.issued) pending_.push_back({key, entry.order()});
    }
    if (group.fresh > 0) dirty_.push_back(key);
  }
  RebuildChains();
}

}  // namespace trailsift
