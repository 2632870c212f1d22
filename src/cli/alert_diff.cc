#include "cli/alert_diff.h"

#include <optional>

#include "base/bytes.h"

namespace trailsift {
namespace {

struct Entry {
  Hash128 id;
  AlertDiff::Side side;
  int level;
  std::string rule;
  std::string line;
};

Entry ReadEntry(const Hash128& id, std::string_view bytes) {
  Entry entry{id, static_cast<AlertDiff::Side>(bytes.front()), 0, {}, {}};
  ByteReader reader(bytes.substr(1));
  reader.I64();
  reader.Hash();
  entry.level = reader.U8();
  entry.rule = reader.String();
  entry.line = reader.String();
  return entry;
}

}  // namespace

std::string AlertDiff::Pack(const Alert& alert, std::string_view line) {
  std::string packed;
  ByteWriter writer(packed);
  writer.I64(alert.event_time);
  writer.Hash(alert.id);
  writer.U8(static_cast<std::uint8_t>(alert.rule->level));
  writer.String(alert.rule->id);
  writer.String(line);
  return packed;
}

Status AlertDiff::Add(Side side, std::string_view packed) {
  ByteReader reader(packed);
  const Millis time = reader.I64();
  const Hash128 id = reader.Hash();
  return sorter_.Add(time, id, static_cast<char>(side) + std::string(packed));
}

Result<AlertDiff::Counts> AlertDiff::Drain(const std::function<Status(const AlertChange&)>& visit) {
  Counts counts;
  std::optional<Entry> alone;  // its like has not come, if there is one
  const auto tell_alone = [&]() -> Status {
    if (!alone) return Status::Ok();
    const bool added = alone->side == Side::kNew;
    ++(added ? counts.added : counts.removed);
    const AlertChange change{added ? AlertChange::Kind::kAdded : AlertChange::Kind::kRemoved, 0, alone->rule, alone->line};
    alone.reset();
    return visit(change);
  };
  TRAILSIFT_RETURN_IF_ERROR(sorter_.Drain([&](const Hash128& id, const std::string& bytes) -> Status {
    Entry entry = ReadEntry(id, bytes);
    if (!alone || alone->id != id) {
      TRAILSIFT_RETURN_IF_ERROR(tell_alone());
      alone = std::move(entry);
      return Status::Ok();
    }
    const Entry& before = entry.side == Side::kOld ? entry : *alone;
    const Entry& after = entry.side == Side::kOld ? *alone : entry;
    const AlertChange change{AlertChange::Kind::kLevel, before.level, after.rule, after.line};
    const bool same = before.level == after.level;
    ++(same ? counts.same : counts.level);
    alone.reset();
    return same ? Status::Ok() : visit(change);
  }));
  TRAILSIFT_RETURN_IF_ERROR(tell_alone());
  return counts;
}

}  // namespace trailsift
