#include "event/wazuh_text.h"

#include <algorithm>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace trailsift {
namespace {

using simdjson::dom::element_type;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

double AsDouble(JsonValue value) {
  switch (value.type()) {
    case element_type::INT64: return static_cast<double>(value.get_int64().value_unsafe());
    case element_type::UINT64: return static_cast<double>(value.get_uint64().value_unsafe());
    default: return value.get_double().value_unsafe();
  }
}

bool IsInt32(double number) { return number >= INT32_MIN && number <= INT32_MAX && number == std::trunc(number); }

void AppendInt32(double number, std::string& out) { out += std::to_string(static_cast<std::int32_t>(number)); }

// A field's number: "%i" when it is a 32-bit integer, else "%f".
void AppendFieldNumber(double number, std::string& out) {
  if (IsInt32(number)) return AppendInt32(number, out);
  if (IsInfinite(number)) {
    out += number < 0 ? "-inf" : "inf";
    return;
  }
  char buffer[400];  // DBL_MAX has 309 digits before its point
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, 6).ptr);
}

// A number inside an array: 15 significant digits unless those read back as another number, then 17.
void AppendArrayNumber(double number, std::string& out) {
  if (IsInt32(number)) return AppendInt32(number, out);
  if (IsInfinite(number)) {
    out += "null";
    return;
  }
  char buffer[64];
  char* end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::general, 15).ptr;
  double back = 0;
  std::from_chars(buffer, end, back);
  if (std::fabs(back - number) > std::max(std::fabs(back), std::fabs(number)) * DBL_EPSILON) {
    end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::general, 17).ptr;
  }
  out.append(buffer, end);
}

void AppendFormatted(JsonValue value, std::size_t depth, std::string& out);

// `{`, each member on a line of its own, indented by tabs, `}` on a line of its own, also when there is no member.
void AppendFormattedObject(simdjson::dom::object object, std::size_t depth, std::string& out) {
  out += "{\n";
  bool first = true;
  for (const auto field : object) {
    if (!first) out += ",\n";
    first = false;
    out.append(depth + 1, '\t');
    AppendJsonString(field.key, out);
    out += ":\t";
    AppendFormatted(field.value, depth + 1, out);
  }
  if (!first) out += '\n';
  out.append(depth, '\t');
  out += '}';
}

void AppendFormatted(JsonValue value, std::size_t depth, std::string& out) {
  switch (value.type()) {
    case element_type::OBJECT: return AppendFormattedObject(value.get_object().value_unsafe(), depth, out);
    case element_type::ARRAY: {
      out += '[';
      bool first = true;
      for (const JsonValue element : simdjson::dom::array(value.get_array().value_unsafe())) {
        if (!first) out += ", ";
        first = false;
        AppendFormatted(element, depth + 1, out);
      }
      out += ']';
      return;
    }
    case element_type::STRING: return AppendJsonString(value.get_string().value_unsafe(), out);
    case element_type::BOOL: out += value.get_bool().value_unsafe() ? "true" : "false"; return;
    case element_type::NULL_VALUE: out += "null"; return;
    default: return AppendArrayNumber(AsDouble(value), out);
  }
}

std::string_view WithoutNul(std::string_view text, Arena& arena) {
  if (text.empty() || std::memchr(text.data(), '\0', text.size()) == nullptr) return text;
  std::string clean;
  for (const char byte : text) {
    if (byte == '\0') {
      clean += kReplacement;
    } else {
      clean += byte;
    }
  }
  return arena.Copy(clean);
}

// Length of the UTF-8 sequence at `text[at]`, which is valid, and its code point.
std::size_t DecodeUtf8(std::string_view text, std::size_t at, std::uint32_t* point) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  if (byte(0) < 0x80) return *point = byte(0), 1;
  if (byte(0) < 0xE0) return *point = (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F), 2;
  if (byte(0) < 0xF0) return *point = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3;
  *point = (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  return 4;
}

// What str.isprintable() calls unprintable, in blocks: separators, controls, formats, private use. Unassigned points are not told
// apart.
bool IsPrintable(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0xAD) return false;
  if (point >= 0x2000 && point <= 0x200F) return false;
  if ((point >= 0x2028 && point <= 0x202F) || (point >= 0x205F && point <= 0x206F)) return false;
  if (point == 0x3000 || point == 0xFEFF || (point >= 0xE000 && point <= 0xF8FF) || (point >= 0xFFF9 && point <= 0xFFFB))
    return false;
  return point < 0xE0000;
}

void AppendHex(std::uint32_t point, int digits, std::string& out) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[(point >> shift) & 15];
}

void AppendPythonRepr(std::string_view text, std::string& out) {
  const char quote = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t point = 0;
    const std::size_t size = DecodeUtf8(text, at, &point);
    if (point == static_cast<unsigned char>(quote) || point == '\\') {
      out += '\\';
      out += text[at];
    } else if (point == '\n') {
      out += "\\n";
    } else if (point == '\r') {
      out += "\\r";
    } else if (point == '\t') {
      out += "\\t";
    } else if (IsPrintable(point)) {
      out.append(text, at, size);
    } else if (point < 0x100) {
      out += "\\x";
      AppendHex(point, 2, out);
    } else if (point < 0x10000) {
      out += "\\u";
      AppendHex(point, 4, out);
    } else {
      out += "\\U";
      AppendHex(point, 8, out);
    }
    at += size;
  }
  out += quote;
}

// repr(): as str(), but for strings.
void AppendPythonValue(JsonValue value, std::string& out) {
  if (value.type() == element_type::STRING) return AppendPythonRepr(value.get_string().value_unsafe(), out);
  AppendPythonStr(value, out);
}

}  // namespace

bool IsInfinite(double value) { return std::fabs(value) >= DBL_MAX; }

std::optional<std::string_view> WazuhText(JsonValue value, Arena& arena) {
  switch (value.type()) {
    case element_type::STRING: return WithoutNul(value.get_string().value_unsafe(), arena);
    case element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    case element_type::NULL_VALUE: return "null";
    case element_type::OBJECT: return std::nullopt;
    default: break;
  }
  std::string text;
  if (value.type() == element_type::ARRAY) {
    AppendFormatted(value, 0, text);
  } else {
    AppendFieldNumber(AsDouble(value), text);
  }
  return arena.Copy(text);
}

void AppendPythonStr(JsonValue value, std::string& out) {
  switch (value.type()) {
    case element_type::STRING: out += value.get_string().value_unsafe(); return;
    case element_type::BOOL: out += value.get_bool().value_unsafe() ? "True" : "False"; return;
    case element_type::NULL_VALUE: out += "None"; return;
    case element_type::DOUBLE:
      if (const double number = value.get_double().value_unsafe(); IsInfinite(number)) {
        out += number < 0 ? "-inf" : "inf";
        return;
      }
      return AppendJson(value, out);
    case element_type::ARRAY: {
      out += '[';
      bool first = true;
      for (const JsonValue element : simdjson::dom::array(value.get_array().value_unsafe())) {
        if (!first) out += ", ";
        first = false;
        AppendPythonValue(element, out);
      }
      out += ']';
      return;
    }
    case element_type::OBJECT: {
      out += '{';
      bool first = true;
      for (const auto field : simdjson::dom::object(value.get_object().value_unsafe())) {
        if (!first) out += ", ";
        first = false;
        AppendPythonRepr(field.key, out);
        out += ": ";
        AppendPythonValue(field.value, out);
      }
      out += '}';
      return;
    }
    default: AppendJson(value, out);
  }
}

}  // namespace trailsift
