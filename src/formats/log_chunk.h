// Some records of a log, as event/batch takes them, or some messages: what the readers of single formats fill.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/time.h"

namespace trailsift {

// What a record does not say of itself in CloudTrail's words.
struct LogFacts {
  std::string source;                         // aws.source, as Wazuh's collector names it
  std::optional<Millis> time = std::nullopt;  // when it happened; nothing where the log does not say so
  bool as_is = false;                         // Envelope::as_is
  // Where the log names its events by itself, so that one that comes again in another object is known; else its place names it.
  std::optional<Hash128> identity = std::nullopt;
};

struct LogChunk {
  std::string json;                   // the records, separated by commas
  std::vector<std::string> messages;  // whole lines that travel without an envelope; a log has either these or records
  std::size_t message_bytes = 0;
  std::vector<LogFacts> facts;  // one a record or message

  std::size_t size() const { return json.size() + message_bytes; }

  void Add(std::string_view record, LogFacts about) {
    if (!facts.empty()) json += ',';
    json += record;
    facts.push_back(std::move(about));
  }
  void AddMessage(std::string message, LogFacts about) {
    message_bytes += message.size();
    messages.push_back(std::move(message));
    facts.push_back(std::move(about));
  }
};

}  // namespace trailsift
