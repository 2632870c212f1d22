// For tests only: what a LogReader finds in an object, as text.
#pragma once

#include <string>

#include "base/json.h"
#include "formats/log_reader.h"

namespace trailsift {

// One record a line: `source time json`, messages as `message time text`, bad records as `bad INDEX REASON`, the object's fault as `fault …`.
inline std::string Read(LogFormat format, const std::string& bytes, const std::string& name = "x.gz") {
  LogReader reader(format, bytes, name);
  std::string out;
  const auto time_of = [](const LogFacts& facts) { return facts.time ? FormatIsoTime(*facts.time) : std::string("-"); };
  while (const std::optional<LogPart> part = reader.Next()) {
    for (std::size_t i = 0; i < part->messages.size(); ++i)
      out += "message " + time_of(part->facts[i]) + ' ' + part->messages[i] + '\n';
    for (std::size_t i = 0; part->batch != nullptr && i < part->batch->records().size(); ++i) {
      const LogFacts& facts = part->facts[part->batch->indexes()[i]];
      out += facts.source + ' ' + time_of(facts) + ' ';
      AppendJson(part->batch->records()[i], out);
      out += '\n';
    }
  }
  for (const BadRecord& bad : reader.TakeBadRecords()) out += "bad " + std::to_string(bad.index) + ' ' + bad.reason + '\n';
  if (!reader.object_fault().ok()) out += "fault " + reader.object_fault().message() + '\n';
  return out;
}

}  // namespace trailsift
