#include "event/message.h"

#include "event/json_scan.h"
#include "event/text_repair.h"

namespace trailsift {

bool LooksLikeJsonMessage(std::string_view line) {
  if (line.empty() || line[0] != '{') return false;
  const std::size_t next = line.find_first_not_of(' ', 1);
  return next != std::string_view::npos && line[next] == '"';
}

std::optional<JsonValue> MessageParser::Parse(std::string_view line) {
  if (!LooksLikeJsonMessage(line)) return std::nullopt;
  const std::size_t end = SkipJsonValue(line, 0);
  if (end == std::string_view::npos) return std::nullopt;
  text_.assign(line, 0, end);
  for (const bool repaired : {false, true}) {
    if (repaired) text_ = RepairJson(line.substr(0, end));
    const std::size_t size = text_.size();
    text_.append(simdjson::SIMDJSON_PADDING, '\0');
    JsonValue value;
    if (parser_.parse(text_.data(), size, false).get(value) == simdjson::SUCCESS) return value;
  }
  return std::nullopt;
}

}  // namespace trailsift
