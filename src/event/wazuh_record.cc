#include "event/wazuh_record.h"

#include "event/ascii_fold.h"

namespace trailsift {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// Begins with digits, a dot, digits, any one character, digits, a dot, a digit (Python's re.match, which backtracks: the "any one
// character" may be a digit of a run of three or more).
bool LooksLikeIpv4(std::string_view text) {
  const auto dot_and_digit = [&](std::size_t at) { return at + 1 < text.size() && text[at] == '.' && IsDigit(text[at + 1]); };
  const std::size_t first = SkipDigits(text, 0);
  if (first == 0 || !dot_and_digit(first)) return false;
  const std::size_t second = SkipDigits(text, first + 1);
  if (second - (first + 1) >= 3 && dot_and_digit(second)) return true;
  if (second >= text.size() || text[second] == '\n') return false;
  const std::size_t third = SkipDigits(text, second + 1);
  return third > second + 1 && dot_and_digit(third);
}

}  // namespace

std::optional<WazuhWrap> WrapOf(WazuhPlace place, std::string_view key, JsonValue value) {
  if (place == WazuhPlace::kElsewhere) return std::nullopt;
  if (place == WazuhPlace::kRequestParameters) {
    if (key == "disableApiTermination" && value.is_bool()) return WazuhWrap{"value"};
    return std::nullopt;
  }
  if (value.is_object()) return std::nullopt;
  if (key == "tags") return WazuhWrap{"value"};
  if (key == "requestParameters" || key == "responseElements" || key == "additionalEventData") return WazuhWrap{"string", true};
  return std::nullopt;
}

std::optional<std::string_view> SourceIpAddress(simdjson::dom::object record) {
  JsonValue value;
  if (record.at_key("sourceIPAddress").get(value) != simdjson::SUCCESS) return std::nullopt;
  const auto node = ChangeValue(value, false);
  std::string_view text;
  if (!node || node->value.get(text) != simdjson::SUCCESS || !LooksLikeIpv4(text)) return std::nullopt;
  return text;
}

bool IsReplaced(std::string_view key, simdjson::dom::object record, const Envelope& envelope) {
  if (EqualsFold(key, "source")) return !envelope.source.empty();
  if (EqualsFold(key, "aws_account_id")) return !envelope.account_id.empty();
  return EqualsFold(key, "source_ip_address") && SourceIpAddress(record).has_value();
}

}  // namespace trailsift
