// One CloudTrail record (or one message of another kind) while rules look at it.
//
// Event is a view: it borrows the batch's parsed document, the object's Envelope and an Arena, and is valid as long as they are. It
// offers two views of the same record: the bare one (json(), Sigma's) and Wazuh's (wazuh(), field names such as `aws.eventName`,
// values as text; shared/reference facts 1.6 and 5, restated in docs/wazuh-compatibility.md). One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/time.h"

namespace trailsift {

// What the collector knows of an object and puts around each of its records. Outlives the events of the object.
struct Envelope {
  // Who collected it, which decides what stands in aws.log_info: a bucket's object, one that a queue named (without the account's alias), or
  // an answer of a service (no log_info at all).
  enum class Collector { kBucket, kSubscriber, kService };

  Collector collector = Collector::kBucket;
  // The record is shown as its service wrote it, without the changes that Wazuh's collector makes to what it finds in buckets.
  bool as_is = false;
  std::string source = "cloudtrail";  // aws.source; empty: the record's own, if it has one
  std::string account_alias;          // aws.log_info.aws_account_alias
  std::string log_file;               // aws.log_info.log_file: the key
  std::string bucket;                 // aws.log_info.s3bucket
  std::string account_id;             // aws.aws_account_id: the account folder that was walked; may be empty for a loose file
};

// What an event is made of.
enum class EventForm {
  kRecord,   // a bare CloudTrail record; Wazuh's view wraps it in its envelope and applies the collector's changes
  kMessage,  // a whole log line as Wazuh's socket takes it, possibly not JSON at all; taken as it is
};

// The members at the top of a record that every stage asks for, found in one pass. Views into the document; empty where absent or
// not a string.
struct RecordHeader {
  std::string_view event_id;
  std::string_view event_source;
  std::string_view event_name;
  std::string_view event_time;
  std::string_view error_code;
  std::string_view aws_region;
  std::string_view recipient_account_id;
  std::string_view event_type;
  std::string_view event_category;
};
RecordHeader ReadHeader(JsonValue record);

// What kind of CloudTrail event a record is; all are matched alike, each kind is counted.
enum class RecordKind { kApiCall, kInsight, kAggregated, kNetworkActivity, kOther };
RecordKind KindOf(const RecordHeader& header);

// Identity of an event (design decision 4): eventID and recipientAccountId; where a record has no eventID, the place it stands at.
Hash128 EventIdentity(const RecordHeader& header, std::string_view bucket, std::string_view key, std::size_t index);

class Event;

// Fills in `trailsift.*` names (actor, target, …). Implemented in enrich/, handed in by whoever makes events, and outlives them. Any
// number of threads may ask.
class Deriver {
 public:
  virtual ~Deriver() = default;
  // The value of `name`, or nothing. The view lives as long as the event's document and `arena`.
  virtual std::optional<std::string_view> Derive(const Event& event, std::string_view name, Arena& arena) const = 0;
};

// One leaf of Wazuh's view.
struct WazuhLeaf {
  std::string_view name;   // dotted, as written in the record
  std::string_view value;  // text, as Wazuh's JSON decoder makes it
  bool is_array = false;   // the value is the formatted JSON text of an array
};

class Event {
 public:
  // `envelope`, `arena` and the document behind `json` are borrowed. For kMessage `raw` is the line and `json` its parsed value, or
  // nothing when it does not parse; the envelope is not used. `deriver` may be nullptr: no name is derived then.
  static Event Record(JsonValue json, const Envelope& envelope, Arena& arena, const Deriver* deriver);
  static Event Message(std::string_view raw, std::optional<JsonValue> json, Arena& arena, const Deriver* deriver);

  EventForm form() const { return form_; }
  const Envelope* envelope() const { return envelope_; }
  // The bare record: for kRecord itself; for kMessage the object `aws` when there is one, else the whole; nothing without JSON.
  std::optional<JsonValue> record() const;
  const std::optional<JsonValue>& json() const { return json_; }
  Arena& arena() const { return *arena_; }

  // The value of a dotted name in Wazuh's view, found without regard to ASCII case, the first in message order; nothing when
  // absent. Names that begin `trailsift.` ask the deriver. The view lives as long as the arena.
  std::optional<std::string_view> Wazuh(std::string_view name) const;

  // Every leaf of Wazuh's view in message order (without `trailsift.*`).
  void ForEachWazuhLeaf(const std::function<void(const WazuhLeaf&)>& visit) const;

  // Wazuh's decoder took the line for JSON: prematch `^{\s*"`. Always true for kRecord.
  bool is_wazuh_json() const;

  // The message text that Wazuh's collector would have sent (separators `, ` and `: `, non-ASCII as \uXXXX); for kMessage the raw
  // line. Built at the first call, kept in the arena.
  std::string_view full_log() const;

 private:
  Event() = default;

  EventForm form_ = EventForm::kRecord;
  std::optional<JsonValue> json_;
  std::string_view raw_;
  const Envelope* envelope_ = nullptr;
  Arena* arena_ = nullptr;
  const Deriver* deriver_ = nullptr;
  mutable std::string_view full_log_;
};

}  // namespace trailsift
