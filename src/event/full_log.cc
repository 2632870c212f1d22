#include "event/full_log.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "event/wazuh_record.h"
#include "event/wazuh_text.h"

namespace trailsift {
namespace {

using simdjson::dom::element_type;

// The message under way: raw writes at the end of a text. Room comes first, for as many bytes as the writes behind it have at most.
class Pen {
 public:
  explicit Pen(std::string& out) : out_(out), used_(out.size()) {}
  ~Pen() { out_.resize(used_); }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;

  std::size_t used() const { return used_; }
  [[gnu::always_inline]] void Room(std::size_t size) {
    if (out_.size() - used_ < size) [[unlikely]]
      Grow(size);
  }
  char* At() { return out_.data() + used_; }
  void Advance(std::size_t size) { used_ += size; }

  void Raw(char c) { out_[used_++] = c; }
  [[gnu::always_inline]] void Put(std::string_view text) {
    Room(text.size());
    std::memcpy(At(), text.data(), text.size());
    Advance(text.size());
  }
  template <std::size_t size>
  void Put(const char (&text)[size]) {
    Put(std::string_view(text, size - 1));
  }
  // With quotes and escapes, ASCII only.
  void String(std::string_view text);

 private:
  [[gnu::noinline]] void Grow(std::size_t size) { out_.resize(used_ + std::max<std::size_t>(size, 2048)); }
  void Unit(std::uint32_t unit) {
    Raw('\\');
    Raw('u');
    for (int shift = 12; shift >= 0; shift -= 4) Raw("0123456789abcdef"[(unit >> shift) & 15]);
  }
  std::size_t NonAscii(std::string_view text);

  std::string& out_;
  std::size_t used_;
};

// Writes the escape of the non-ASCII character that begins `text` and returns its length; the text is valid UTF-8 (simdjson saw to it),
// an envelope's perhaps not: a byte that begins nothing stands for U+FFFD. At most 12 bytes.
std::size_t Pen::NonAscii(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::size_t size = byte(0) < 0xC2 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : byte(0) < 0xF5 ? 4 : 1;
  if (size == 1 || size > text.size()) {
    Unit(0xFFFD);
    return 1;
  }
  std::uint32_t point = byte(0) & (0x7Fu >> size);
  bool whole = true;
  for (std::size_t i = 1; i < size; ++i) {
    whole = whole && (byte(i) & 0xC0) == 0x80;
    point = point << 6 | (byte(i) & 0x3F);
  }
  if (!whole || (point & 0xFFFFF800) == 0xD800 || point > 0x10FFFF) {
    Unit(0xFFFD);
    return 1;
  }
  if (point < 0x10000) {
    Unit(point);
  } else {
    Unit(0xD800 + ((point - 0x10000) >> 10 & 0x3FF));
    Unit(0xDC00 + (point & 0x3FF));
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

// Bytes that are looked at together (a vector of GCC's and clang's).
using Sixteen [[gnu::vector_size(16)]] = unsigned char;
using Eight [[gnu::vector_size(8)]] = unsigned char;

// Copies as many bytes as the vector has; false where one of them needs an escape.
template <typename Vector>
[[gnu::always_inline]] inline bool CopyVector(const char* from, char* to) {
  Vector bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  std::memcpy(to, &bytes, sizeof bytes);
  const auto special = (bytes < 0x20) | (bytes >= 0x7F) | (bytes == '"') | (bytes == '\\');
  std::uint64_t words[sizeof bytes / 8];
  std::memcpy(words, &special, sizeof special);
  std::uint64_t any = 0;
  for (const std::uint64_t word : words) any |= word;
  return any == 0;
}

// Copies the bytes that need no escape up to the first that does, and answers how many. The last vector overlaps the one before it.
std::size_t CopyPlain(const char* from, std::size_t size, char* to) {
  std::size_t at = 0;
  while (at + 16 <= size && CopyVector<Sixteen>(from + at, to + at)) at += 16;
  if (at + 16 > size && size >= 16 && (at == size || CopyVector<Sixteen>(from + size - 16, to + size - 16))) return size;
  if (size >= 8 && size < 16 && CopyVector<Eight>(from, to) && CopyVector<Eight>(from + size - 8, to + size - 8)) return size;
  for (; at < size && IsPlain(from[at]); ++at) to[at] = from[at];
  return at;
}

void Pen::String(std::string_view text) {
  Room(text.size() + 2);
  Raw('"');
  for (;;) {
    const std::size_t plain = CopyPlain(text.data(), text.size(), At());
    Advance(plain);
    if (plain == text.size()) break;
    text.remove_prefix(plain);
    Room(text.size() + 12);  // an escape, the rest and the quote
    const auto byte = static_cast<unsigned char>(text.front());
    std::size_t size = 1;
    if (byte >= 0x80) {
      size = NonAscii(text);
    } else if (const char letter = ShortEscape(byte); letter != '\0') {
      Raw('\\');
      Raw(letter);
    } else {
      Unit(byte);
    }
    text.remove_prefix(size);
  }
  Raw('"');
}

class Writer {
 public:
  Writer(const Envelope& envelope, Pen& pen) : envelope_(envelope), pen_(pen) {}

  void Member(std::string_view key, std::string_view value) {
    pen_.String(key);
    pen_.Put(": ");
    pen_.String(value);
  }

  void Members(simdjson::dom::object object, bool settled, WazuhPlace place, bool first) {
    for (const auto field : object) {
      if (place == WazuhPlace::kTop && IsReplaced(field.key, object, envelope_)) continue;
      const auto node = ChangeValue(field.value, settled);
      if (!node) continue;
      if (!first) pen_.Put(", ");
      first = false;
      pen_.String(field.key);
      pen_.Put(": ");
      if (const auto wrap = WrapOf(place, field.key, node->value)) {
        Wrapped(*wrap, node->value);
      } else {
        Value(node->value, node->settled, PlaceBelow(place, field.key));
      }
    }
  }

 private:
  void Wrapped(const WazuhWrap& wrap, JsonValue value) {
    pen_.Put("{");
    pen_.String(wrap.member);
    pen_.Put(": ");
    if (wrap.python_text) {
      std::string text;
      AppendPythonStr(value, text);
      pen_.String(text);
    } else {
      Value(value, true, WazuhPlace::kElsewhere);
    }
    pen_.Put("}");
  }

  void Value(JsonValue value, bool settled, WazuhPlace place) {
    switch (value.type()) {
      case element_type::OBJECT:
        pen_.Put("{");
        Members(value.get_object().value_unsafe(), settled, place, true);
        pen_.Put("}");
        return;
      case element_type::ARRAY: {
        pen_.Put("[");
        bool first = true;
        for (const JsonValue element : simdjson::dom::array(value.get_array().value_unsafe())) {
          if (!first) pen_.Put(", ");
          first = false;
          Value(element, true, WazuhPlace::kElsewhere);  // lists are not looked into
        }
        pen_.Put("]");
        return;
      }
      case element_type::STRING: return pen_.String(value.get_string().value_unsafe());
      case element_type::BOOL: return pen_.Put(value.get_bool().value_unsafe() ? "true" : "false");
      case element_type::NULL_VALUE: return pen_.Put("null");
      case element_type::DOUBLE:
        // Python's Infinity is no JSON.
        if (const double number = value.get_double().value_unsafe(); IsInfinite(number))
          return pen_.Put(number < 0 ? "-1e400" : "1e400");
        break;
      default: break;
    }
    std::string text;
    AppendJson(value, text);
    pen_.Put(text);
  }

  const Envelope& envelope_;
  Pen& pen_;
};

}  // namespace

void AppendAsciiJsonString(std::string_view text, std::string& out) { Pen(out).String(text); }

void AppendFullLog(simdjson::dom::object record, const Envelope& envelope, std::string& out) {
  Pen pen(out);
  Writer writer(envelope, pen);
  pen.Put(R"({"integration": "aws", "aws": {)");
  const std::size_t begin = pen.used();
  if (envelope.collector != Envelope::Collector::kService) {
    pen.Put(R"("log_info": {)");
    if (envelope.collector == Envelope::Collector::kBucket) {
      writer.Member("aws_account_alias", envelope.account_alias);
      pen.Put(", ");
    }
    writer.Member("log_file", envelope.log_file);
    pen.Put(", ");
    writer.Member("s3bucket", envelope.bucket);
    pen.Put("}");
  }
  writer.Members(record, envelope.as_is, envelope.as_is ? WazuhPlace::kElsewhere : WazuhPlace::kTop, pen.used() == begin);
  const auto append = [&](std::string_view key, std::string_view value) {
    if (pen.used() > begin) pen.Put(", ");
    writer.Member(key, value);
  };
  if (!envelope.source.empty()) append("source", envelope.source);
  if (!envelope.account_id.empty()) append("aws_account_id", envelope.account_id);
  if (!envelope.as_is)
    if (const auto address = SourceIpAddress(record)) append("source_ip_address", *address);
  pen.Put("}}");
}

}  // namespace trailsift
