#include "cli/logtest_input.h"

#include <optional>

#include "event/message.h"

namespace trailsift {
namespace {

constexpr const char* kOneLine = "each line is an event of its own: `jq -c . FILE | trailsift logtest` puts it on one line";
constexpr const char* kRecords = "`jq -c '.Records[]' FILE | trailsift logtest` sends them one by one";

}  // namespace

std::string OddLine(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || (line[begin] != '{' && line[begin] != '[')) return "";
  const std::string_view text = line.substr(begin);
  // `[` begins many a plain log; an array of objects is none.
  if (text[0] == '[') {
    const std::size_t next = text.find_first_not_of(" \t", 1);
    if (next != std::string_view::npos && text[next] == '{')
      return "an array of JSON is no event: `jq -c '.[]' FILE | trailsift logtest` sends its objects one by one";
    return "";
  }
  MessageParser parser;
  const std::optional<JsonValue> json = parser.Parse(text);
  if (!json) return std::string("broken JSON, so there are no fields; ") + kOneLine;
  if (begin > 0) return "blanks before { : Wazuh takes such a line for plain text, not for JSON";
  const std::optional<JsonValue> records = FindJson(*json, "Records");
  if (!records || !records->is_array()) return "";
  const std::size_t count = records->get_array().value_unsafe().size();
  return "a whole CloudTrail object with " + std::to_string(count) + (count == 1 ? " record" : " records") +
         " is no event: " + kRecords;
}

}  // namespace trailsift
