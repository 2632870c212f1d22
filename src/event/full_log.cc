#include "event/full_log.h"

#include <cstdint>
#include <cstring>

#include "event/wazuh_record.h"
#include "event/wazuh_text.h"

namespace trailsift {
namespace {

using simdjson::dom::element_type;

void AppendUnit(std::uint32_t unit, std::string& out) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[(unit >> shift) & 15];
}

// Appends the escape of the non-ASCII character at `text[at]` and returns its length; the text is valid UTF-8 (simdjson saw to it),
// an envelope's perhaps not: a byte that begins nothing stands for U+FFFD.
std::size_t AppendNonAscii(std::string_view text, std::size_t at, std::string& out) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  const std::size_t size = byte(0) < 0xC2 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : byte(0) < 0xF5 ? 4 : 1;
  if (size == 1 || at + size > text.size()) {
    AppendUnit(0xFFFD, out);
    return 1;
  }
  std::uint32_t point = byte(0) & (0x7Fu >> size);
  bool whole = true;
  for (std::size_t i = 1; i < size; ++i) {
    whole = whole && (byte(i) & 0xC0) == 0x80;
    point = point << 6 | (byte(i) & 0x3F);
  }
  if (!whole || (point & 0xFFFFF800) == 0xD800 || point > 0x10FFFF) {
    AppendUnit(0xFFFD, out);
    return 1;
  }
  if (point < 0x10000) {
    AppendUnit(point, out);
  } else {
    AppendUnit(0xD800 + ((point - 0x10000) >> 10 & 0x3FF), out);
    AppendUnit(0xDC00 + (point & 0x3FF), out);
  }
  return size;
}

// The letter of a short escape, or nothing.
char ShortEscape(unsigned char byte) {
  switch (byte) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return '\0';
  }
}

bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

// How many bytes from the beginning on need no escape, eight at a time.
std::size_t PlainPrefix(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  // A top bit where a byte is zero; those above the lowest such byte may be wrong, and only whether there is one counts.
  const auto zeros = [](std::uint64_t word) { return (word - kOnes) & ~word & kTops; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kTops;
    if (((word & kTops) | below_space | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\') | zeros(word ^ kOnes * 0x7F)) != 0)
      break;
  }
  while (at < text.size() && IsPlain(text[at])) ++at;
  return at;
}

void AppendMember(std::string_view key, std::string_view value, std::string& out) {
  AppendAsciiJsonString(key, out);
  out += ": ";
  AppendAsciiJsonString(value, out);
}

class Writer {
 public:
  Writer(const Envelope& envelope, std::string& out) : envelope_(envelope), out_(out) {}

  void Members(simdjson::dom::object object, bool settled, WazuhPlace place, bool first) {
    for (const auto field : object) {
      if (place == WazuhPlace::kTop && IsReplaced(field.key, object, envelope_)) continue;
      const auto node = ChangeValue(field.value, settled);
      if (!node) continue;
      if (!first) out_.append(", ", 2);
      first = false;
      AppendAsciiJsonString(field.key, out_);
      out_.append(": ", 2);
      if (const auto wrap = WrapOf(place, field.key, node->value)) {
        Wrapped(*wrap, node->value);
      } else {
        Value(node->value, node->settled, PlaceBelow(place, field.key));
      }
    }
  }

 private:
  void Wrapped(const WazuhWrap& wrap, JsonValue value) {
    out_ += '{';
    AppendAsciiJsonString(wrap.member, out_);
    out_ += ": ";
    if (wrap.python_text) {
      std::string text;
      AppendPythonStr(value, text);
      AppendAsciiJsonString(text, out_);
    } else {
      Value(value, true, WazuhPlace::kElsewhere);
    }
    out_ += '}';
  }

  void Value(JsonValue value, bool settled, WazuhPlace place) {
    switch (value.type()) {
      case element_type::OBJECT:
        out_ += '{';
        Members(value.get_object().value_unsafe(), settled, place, true);
        out_ += '}';
        return;
      case element_type::ARRAY: {
        out_ += '[';
        bool first = true;
        for (const JsonValue element : simdjson::dom::array(value.get_array().value_unsafe())) {
          if (!first) out_ += ", ";
          first = false;
          Value(element, true, WazuhPlace::kElsewhere);  // lists are not looked into
        }
        out_ += ']';
        return;
      }
      case element_type::STRING: return AppendAsciiJsonString(value.get_string().value_unsafe(), out_);
      case element_type::NULL_VALUE: out_ += "null"; return;
      case element_type::DOUBLE:
        if (const double number = value.get_double().value_unsafe(); IsInfinite(number)) {
          out_ += number < 0 ? "-1e400" : "1e400";  // Python's Infinity is no JSON
          return;
        }
        return AppendJson(value, out_);
      default: AppendJson(value, out_);
    }
  }

  const Envelope& envelope_;
  std::string& out_;
};

}  // namespace

void AppendAsciiJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (;;) {
    const std::size_t plain = PlainPrefix(text);
    out.append(text, 0, plain);
    if (plain == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[plain]);
    std::size_t size = 1;
    if (byte >= 0x80) {
      size = AppendNonAscii(text, plain, out);
    } else if (const char letter = ShortEscape(byte); letter != '\0') {
      out += '\\';
      out += letter;
    } else {
      AppendUnit(byte, out);
    }
    text.remove_prefix(plain + size);
  }
  out += '"';
}

void AppendFullLog(simdjson::dom::object record, const Envelope& envelope, std::string& out) {
  out += R"({"integration": "aws", "aws": {)";
  const std::size_t begin = out.size();
  if (envelope.collector != Envelope::Collector::kService) {
    out += R"("log_info": {)";
    if (envelope.collector == Envelope::Collector::kBucket) {
      AppendMember("aws_account_alias", envelope.account_alias, out);
      out += ", ";
    }
    AppendMember("log_file", envelope.log_file, out);
    out += ", ";
    AppendMember("s3bucket", envelope.bucket, out);
    out += '}';
  }
  Writer(envelope, out)
      .Members(record, envelope.as_is, envelope.as_is ? WazuhPlace::kElsewhere : WazuhPlace::kTop, out.size() == begin);
  const auto append = [&](std::string_view key, std::string_view value) {
    if (out.size() > begin) out += ", ";
    AppendMember(key, value, out);
  };
  if (!envelope.source.empty()) append("source", envelope.source);
  if (!envelope.account_id.empty()) append("aws_account_id", envelope.account_id);
  if (!envelope.as_is)
    if (const auto address = SourceIpAddress(record)) append("source_ip_address", *address);
  out += "}}";
}

}  // namespace trailsift
