// One object's records, decoded: inflates, finds the records, says exactly what could not be read. A Batch owns the parsed document
// (the object's bytes are let go once it is made); events borrow from it. It moves by unique_ptr and belongs to one thread at a
// time.
//
// An object is one of: {"Records": [...]}, an array of records, a single record, or any of these one after another (JSON lines).
// Text that a strict parser refuses but that can be read without doubt (text_repair.h) costs nothing; what remains unreadable costs
// its own record only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/sha256.h"
#include "base/status.h"

namespace trailsift {

// What a document of records turned out to be; anything but kRecords is counted and yields no records.
enum class ObjectKind { kRecords, kDigest, kEmpty };

// A record that could not be used, with its own bytes, to be written to quarantine.
struct BadRecord {
  std::size_t index = 0;  // position among the object's records
  std::string reason;     // `record 17 at byte 20311: …`
  std::string bytes;      // at most 1 MiB of it
};

class Batch {
 public:
  // Decodes an object. `name` decides nothing but messages: gzip is told by its first two bytes, one document or many by the text.
  // `bytes` is taken over; a capacity of 64 bytes more than its size saves a copy. Never fails as a whole: what went wrong is in
  // object_fault() and bad_records().
  // With `hash` it is told the inflated bytes' hash, where the object is whole.
  static std::unique_ptr<Batch> Decode(std::string bytes, std::string_view name, std::optional<Sha256Value>* hash = nullptr);

  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  ObjectKind kind() const { return kind_; }
  // The records that can be used, in file order, and for each its position in the object (bad ones leave gaps).
  const std::vector<JsonValue>& records() const { return records_; }
  const std::vector<std::uint32_t>& indexes() const { return indexes_; }
  const std::vector<BadRecord>& bad_records() const { return bad_records_; }
  // Not ok when the object itself is damaged (cut gzip, `Records` absent, no JSON, over the limit): it is to be quarantined.
  // Records found before the damage are in records() all the same. The message begins with the object's name.
  const Status& object_fault() const { return object_fault_; }
  // Bytes after inflating.
  std::size_t inflated_size() const { return inflated_size_; }

  static constexpr std::size_t kMaxInflated = 256u << 20;
  static constexpr std::size_t kMaxDepth = 1024;         // levels of nesting within a record
  static constexpr std::size_t kMaxBadBytes = 1u << 20;  // kept of a bad record

 private:
  struct Storage;
  Batch();
  static std::unique_ptr<Storage>& SpareStorage();

  friend class BatchBuilder;
  std::unique_ptr<Storage> storage_;
  ObjectKind kind_ = ObjectKind::kRecords;
  std::vector<JsonValue> records_;
  std::vector<std::uint32_t> indexes_;
  std::vector<BadRecord> bad_records_;
  Status object_fault_;
  std::size_t inflated_size_ = 0;
};

}  // namespace trailsift
