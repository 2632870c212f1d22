// What the resolver remembers, as frames of the state log (docs/format/state.md), and back.
#include <algorithm>

#include "base/bytes.h"
#include "pipeline/resolver.h"

namespace trailsift {
namespace {

constexpr Millis kEarlierPatience = 7 * kDay;

}  // namespace

void Resolver::AppendObject(std::uint64_t number, const ObjectOrigin& origin, StateLog& log) const {
  std::string payload;
  ByteWriter writer(payload);
  writer.U64(number);
  writer.I64(origin.source);
  writer.String(origin.key);
  writer.I64(origin.name_time);
  writer.String(origin.account);
  log.Append(StateFrame::kObject, payload);
}

void Resolver::AppendEarlier(const Hash128& event, const Earlier& earlier, StateLog& log) const {
  std::string payload;
  ByteWriter writer(payload);
  writer.Hash(event);
  writer.I64(earlier.found);
  writer.Hash(earlier.id);
  writer.U32(static_cast<std::uint32_t>(earlier.withdrawn.size()));
  for (const Hash128& id : earlier.withdrawn) writer.Hash(id);
  if (!earlier.sigma_rule.empty()) {
    writer.Hash(earlier.event);
    writer.String(earlier.sigma_rule);
  }
  log.Append(StateFrame::kEarlier, payload);
}

void Resolver::SaveChanges(StateLog& log) {
  for (const Hash128& event : new_earlier_)
    if (const auto earlier = earlier_.find(event); earlier != earlier_.end()) AppendEarlier(event, earlier->second, log);
  new_earlier_.clear();
  for (const Hash128& event : came_again_) {
    std::string again;
    ByteWriter(again).Hash(event);
    log.Append(StateFrame::kCameAgain, again);
  }
  came_again_.clear();
  for (const std::uint64_t number : new_numbers_)
    if (const auto origin = origins_.find(number); origin != origins_.end()) AppendObject(number, origin->second, log);
  new_numbers_.clear();
  std::string payload;
  for (const auto& [place, events] : new_seen_) SeenEvents::AppendFrame(place.first, place.second, events, payload);
  new_seen_.clear();
  if (!payload.empty()) log.Append(StateFrame::kSeen, payload);
  payload.clear();
  sigma_windows_.AppendChanges(payload);
  if (!payload.empty()) log.Append(StateFrame::kSigmaWindows, payload);
  payload.clear();
  windows_.AppendChanges(payload);
  if (payload.empty()) return;
  log.Append(StateFrame::kWindowEvents, payload);
  payload.clear();
  ByteWriter(payload).I64(windows_.cut());
  log.Append(StateFrame::kCut, payload);
}

void Resolver::SaveAll(StateLog& log) {
  for (const auto& [event, earlier] : earlier_) AppendEarlier(event, earlier, log);
  new_earlier_.clear();
  came_again_.clear();
  ForgetOrigins();
  for (const auto& [number, origin] : origins_) AppendObject(number, origin, log);
  std::string payload;
  seen_.AppendAll(payload);
  log.Append(StateFrame::kSeen, payload);
  payload.clear();
  windows_.AppendAll(payload);
  log.Append(StateFrame::kWindowEvents, payload);
  payload.clear();
  ByteWriter(payload).I64(windows_.cut());
  log.Append(StateFrame::kCut, payload);
  payload.clear();
  sigma_windows_.AppendAll(payload);
  log.Append(StateFrame::kSigmaWindows, payload);
  new_numbers_.clear();
  new_seen_.clear();
  std::string changes;
  windows_.AppendChanges(changes);
  sigma_windows_.AppendChanges(changes);
}

Status Resolver::Restore(StateFrame type, std::string_view payload) {
  ByteReader reader(payload);
  switch (type) {
    case StateFrame::kWindowEvents: return windows_.Restore(payload);
    case StateFrame::kSigmaWindows: return sigma_windows_.Restore(payload);
    case StateFrame::kSeen:
      return seen_.Restore(payload) ? Status::Ok() : Status(Code::kCorrupt, "the state log holds identities that do not decode");
    case StateFrame::kObject: {
      const std::uint64_t number = reader.U64();
      ObjectOrigin origin;
      origin.source = reader.I64();
      origin.key = reader.String();
      origin.name_time = reader.I64();
      origin.account = reader.String();
      if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds an object that does not decode");
      origins_[number] = std::move(origin);
      next_number_ = std::max(next_number_, number + 1);
      return Status::Ok();
    }
    case StateFrame::kEarlier: {
      const Hash128 event = reader.Hash();
      Earlier earlier;
      earlier.found = reader.I64();
      earlier.id = reader.Hash();
      const std::uint32_t withdrawn = reader.U32();
      for (std::uint32_t i = 0; i < withdrawn && reader.ok(); ++i) earlier.withdrawn.push_back(reader.Hash());
      if (!reader.at_end()) {
        earlier.event = reader.Hash();
        earlier.sigma_rule = reader.String();
      }
      if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds an earlier alert that does not decode");
      // An event that has not come again in so long a time will not.
      if (earlier.found > NowMillis() - kEarlierPatience) earlier_[event] = std::move(earlier);
      return Status::Ok();
    }
    case StateFrame::kCameAgain: {
      const Hash128 event = reader.Hash();
      if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds an event that does not decode");
      earlier_.erase(event);
      return Status::Ok();
    }
    case StateFrame::kCut: {
      const Millis cut = reader.I64();
      if (!reader.ok()) return Status(Code::kCorrupt, "the state log holds a cut that does not decode");
      restored_cut_ = cut;
      return Status::Ok();
    }
  }
  return Status(Code::kCorrupt, "the state log holds a frame of an unknown type; was it written by a newer version?");
}

void Resolver::FinishRestore() {
  windows_.FinishRestore(restored_cut_);
  sigma_windows_.FinishRestore();
}

}  // namespace trailsift
