// What one object gives to Wazuh: its records as the messages that Wazuh's own collector would send, each a datagram for the queue. No rule
// is asked. Makes no decision that depends on other objects. One MessageMaker a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/status.h"
#include "base/time.h"
#include "event/batch.h"
#include "event/short_message.h"
#include "formats/log_chunk.h"
#include "pipeline/flow.h"

namespace trailsift {

struct Datagram {
  std::size_t at = 0;  // in MessageReport::text
  std::size_t size = 0;
  Hash128 event;
  Millis time = 0;              // of the event
  std::int32_t shortened = -1;  // in MessageReport::shortened
};

// A record whose message was too long.
struct ShortenedRecord {
  std::uint32_t index = 0;  // of the record in its object
  std::string record;       // as it stands in the object, or the whole message
  std::string reason;       // `a message of 80213 bytes, …`
};

struct MessageReport {
  std::string text;                 // all datagrams, one behind the other
  std::vector<Datagram> datagrams;  // in file order
  std::vector<ShortenedRecord> shortened;
  std::uint64_t discarded = 0;
  std::vector<BadRecord> bad_records;
  Status object_fault;
  std::uint64_t digests = 0;  // 1 for a digest file, which holds no records
};

class MessageMaker {
 public:
  // `max_datagram`: what is longer is shortened; at least kLeastMessage and a header.
  explicit MessageMaker(std::size_t max_datagram) : max_datagram_(max_datagram) {}

  // `object`: its envelope, discard patterns, format and time in the name are used.
  MessageReport Make(std::string bytes, const FlowObject& object) const;

 private:
  void MakeOfTrail(std::string bytes, const FlowObject& object, MessageReport& report) const;
  // A line that travels without an envelope.
  void AddMessage(std::string_view line, const LogFacts& facts, std::uint32_t index, const FlowObject& object,
                  MessageReport& report) const;
  // Shortens the datagram at the end of `report` where that is too long. `whole`: what is kept of it then.
  void AddDatagram(Datagram made, std::uint32_t index, const std::function<std::string()>& whole,
                   ShortMessage (*shorten)(std::string_view, std::size_t), MessageReport& report) const;
  // `facts`: of a log of another kind than CloudTrail's.
  void AddRecord(JsonValue record, std::uint32_t index, const Envelope& envelope, const FlowObject& object, const LogFacts* facts,
                 MessageReport& report) const;

  const std::size_t max_datagram_;
};

// As the readers of a Wazuh rule see the event of a file that could not be read: `error_msg` beside `aws`.
std::string ErrorMessage(const Envelope& envelope, std::string_view error);

}  // namespace trailsift
