#include "event/embedded_json.h"

namespace trailsift {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// What is no escape stays as it is.
std::string DecodePercent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexDigit(text[i + 2]);
    if (low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

std::optional<JsonValue> EmbeddedJson::Parse(std::string_view text) {
  if (text.empty() || text.size() > kMaxSize) return std::nullopt;
  JsonValue value;
  // No JSON text begins so, but one that is encoded does: with its brace or the white space before it.
  const auto error =
      text.front() == '%' ? parser_.parse(DecodePercent(text)).get(value) : parser_.parse(text.data(), text.size()).get(value);
  return error == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
}

}  // namespace trailsift
