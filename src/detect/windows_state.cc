// How remembered events are written to the state log and read back (docs/format/state.md).
#include <algorithm>

#include "base/bytes.h"
#include "detect/windows.h"

namespace trailsift {
namespace {

void PutHashes(ByteWriter& writer, const std::vector<Hash128>& hashes) {
  writer.U32(static_cast<std::uint32_t>(hashes.size()));
  for (const Hash128& hash : hashes) writer.Hash(hash);
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
  writer.String(entry.event_id);
  writer.U32(static_cast<std::uint32_t>(entry.values.size()));
  for (const auto& value : entry.values) {
    writer.U8(value ? 1 : 0);
    if (value) writer.String(*value);
  }
  const auto& alternatives = patterns_[entry.pattern];
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
      writer.Hash(fire.marked);
    }
    PutHashes(writer, entry.history->contributors);
    PutHashes(writer, entry.history->withdrawn);
  }
  ByteWriter(out).String(body);
}

void Windows::AppendChanges(std::string& out) {
  for (const Hash128& key : touched_) {
    const auto found = groups_.find(key);
    if (found == groups_.end()) continue;
    for (Entry& entry : found->second.entries)
      if (entry.changed) {
        AppendEntry(key, found->second, entry, out);
        entry.changed = false;
      }
  }
  touched_.clear();
}

void Windows::AppendAll(std::string& out) const {
  for (const auto& [key, group] : groups_)
    for (const Entry& entry : group.entries) AppendEntry(key, group, entry, out);
}

Status Windows::Restore(std::string_view bytes) {
  ByteReader frames(bytes);
  while (!frames.at_end()) {
    ByteReader reader(frames.String());
    if (!frames.ok()) return Status(Code::kCorrupt, "the state log holds a window event that is cut");
    const Hash128 key = reader.Hash();
    const Hash128 signature = reader.Hash();
    Entry entry;
    entry.time = reader.I64();
    entry.event = reader.Hash();
    entry.reference = reader.U64();
    entry.issued = reader.Hash();
    entry.chosen = static_cast<std::int16_t>(static_cast<std::int32_t>(reader.U32()));
    entry.ignored = reader.U8() != 0;
    entry.event_id = reader.String();
    const std::uint32_t values = reader.U32();
    for (std::uint32_t i = 0; i < values && reader.ok(); ++i)
      entry.values.push_back(reader.U8() != 0 ? std::optional<std::string>(reader.String()) : std::nullopt);
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
        entry.history->fires.push_back({level, reader.Hash()});
      }
      entry.history->contributors = GetHashes(reader);
      entry.history->withdrawn = GetHashes(reader);
    }
    if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds a window event that does not decode");

    const auto& components = plan_->components();
    const auto component =
        std::find_if(components.begin(), components.end(), [&](const Component& c) { return c.signature == signature; });
    if (!known || component == components.end() || alternatives.empty() || component->fields.size() != entry.values.size() ||
        entry.chosen >= static_cast<int>(alternatives.size())) {
      ++counters_.forgotten;
      continue;
    }
    entry.pattern = InternPattern(alternatives);
    entry.changed = false;
    Group& group = groups_[key];
    group.component = static_cast<std::size_t>(component - components.begin());
    if (const auto at = FindEntry(group, entry.time, entry.event)) {
      group.entries[*at] = std::move(entry);
      continue;
    }
    const auto place =
        std::lower_bound(group.entries.begin(), group.entries.end(), std::pair(entry.time, entry.event),
                         [](const Entry& other, const auto& order) { return std::pair(other.time, other.event) < order; });
    group.entries.insert(place, std::move(entry));
    ++size_;
  }
  return Status::Ok();
}

void Windows::FinishRestore(Millis cut) {
  cut_ = cut;
  for (auto& [key, group] : groups_) {
    RebuildMarks(group, group.entries.size());
    for (const Entry& entry : group.entries) NoteGiven(group, entry);
    group.pending = true;  // what waited for Reconcile when the process ended waits again
    pending_.push_back(key);
    if (!group.entries.empty()) newest_ = std::max(newest_, group.entries.back().time);
  }
}

}  // namespace trailsift
