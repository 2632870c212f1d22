// Some records of a log, as event/batch takes them: what the readers of single formats fill.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace trailsift {

// What a record does not say of itself in CloudTrail's words.
struct LogFacts {
  std::string source;          // aws.source, as Wazuh's collector names it
  std::optional<Millis> time;  // when it happened; nothing where the log does not say so
};

struct LogChunk {
  std::string json;             // the records, separated by commas
  std::vector<LogFacts> facts;  // one a record

  void Add(std::string_view record, LogFacts about) {
    if (!facts.empty()) json += ',';
    json += record;
    facts.push_back(std::move(about));
  }
};

}  // namespace trailsift
