#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace trailsift {
namespace {

using simdjson::dom::element_type;

std::optional<JsonValue> FindIn(simdjson::dom::object object, std::string_view path) {
  std::uint64_t tried = 0;  // lengths of keys that led nowhere: a key of the same length is the same key again, and the first wins
  for (const auto field : object) {
    const std::string_view key = field.key;
    if (key.size() > path.size() || path.compare(0, key.size(), key) != 0) continue;
    if (key.size() == path.size()) return field.value;
    if (path[key.size()] != '.') continue;
    const std::uint64_t bit = key.size() < 64 ? std::uint64_t{1} << key.size() : 0;
    if ((tried & bit) != 0) continue;
    tried |= bit;
    simdjson::dom::object inner;
    if (field.value.get(inner) != simdjson::SUCCESS) continue;
    if (auto found = FindIn(inner, path.substr(key.size() + 1))) return found;
  }
  return std::nullopt;
}

template <typename T>
void AppendInteger(T value, std::string& out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

// Numbers and booleans; false for every other type.
bool AppendScalar(JsonValue value, std::string& out) {
  switch (value.type()) {
    case element_type::INT64: AppendInteger(std::int64_t{value.get_int64().value_unsafe()}, out); return true;
    case element_type::UINT64: AppendInteger(std::uint64_t{value.get_uint64().value_unsafe()}, out); return true;
    case element_type::DOUBLE: AppendJsonDouble(value.get_double().value_unsafe(), out); return true;
    case element_type::BOOL: out += value.get_bool().value_unsafe() ? "true" : "false"; return true;
    default: return false;
  }
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t SkipDigits(std::string_view text, std::size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

}  // namespace

std::optional<JsonDocument> JsonDocument::Parse(std::string_view text, std::size_t max_depth) {
  JsonDocument document;
  document.parser_ = std::make_unique<simdjson::dom::parser>();
  // The depth is settled when memory is made; parse makes more where there is less than it takes at least.
  if (document.parser_->allocate(std::max<std::size_t>(text.size(), 64), max_depth) != simdjson::SUCCESS) return std::nullopt;
  if (document.parser_->parse(text.data(), text.size()).get(document.root_) != simdjson::SUCCESS) return std::nullopt;
  return document;
}

std::optional<JsonValue> FindJson(JsonValue value, std::string_view path) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return std::nullopt;
  return FindIn(object, path);
}

std::optional<std::string_view> FindText(JsonValue value, std::string_view path) {
  const auto found = FindJson(value, path);
  std::string_view text;
  if (!found || found->get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::string_view> ScalarText(JsonValue value, Arena& arena) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return text;
  std::string scratch;
  if (!AppendScalar(value, scratch)) return std::nullopt;
  return arena.Copy(scratch);
}

void AppendJson(JsonValue value, std::string& out) {
  switch (value.type()) {
    case element_type::OBJECT: {
      out += '{';
      bool first = true;
      for (const auto field : simdjson::dom::object(value.get_object().value_unsafe())) {
        if (!first) out += ',';
        first = false;
        AppendJsonString(field.key, out);
        out += ':';
        AppendJson(field.value, out);
      }
      out += '}';
      return;
    }
    case element_type::ARRAY: {
      out += '[';
      bool first = true;
      for (const JsonValue element : simdjson::dom::array(value.get_array().value_unsafe())) {
        if (!first) out += ',';
        first = false;
        AppendJson(element, out);
      }
      out += ']';
      return;
    }
    case element_type::STRING: return AppendJsonString(value.get_string().value_unsafe(), out);
    case element_type::NULL_VALUE: out += "null"; return;
    default: AppendScalar(value, out);
  }
}

void AppendJsonString(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
  }
  out.append(text, plain, std::string_view::npos);
  out += '"';
}

void AppendJsonDouble(double value, std::string& out) {
  if (value == 0) {
    out += std::signbit(value) ? "-0.0" : "0.0";
    return;
  }
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));  // d[.ddd]e±dd
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), text.data() + text.size(), exponent);
  if (exponent < -4 || exponent >= 16) {
    out += text;
    return;
  }
  std::string digits(text.substr(0, e));
  if (digits[0] == '-') {
    out += '-';
    digits.erase(0, 1);
  }
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
    out += ".0";
    return;
  }
  out.append(digits, 0, whole);
  out += '.';
  out.append(digits, whole, std::string::npos);
}

bool IsJsonNumber(std::string_view text) {
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t whole = at;
  at = SkipDigits(text, at);
  if (at == whole || (text[whole] == '0' && at > whole + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = ++at;
    at = SkipDigits(text, at);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = at;
    at = SkipDigits(text, at);
    if (at == exponent) return false;
  }
  return at == text.size();
}

}  // namespace trailsift
