#include "aws/flat_json.h"

#include <cstdint>

namespace trailsift {
namespace {

constexpr int kMaxDepth = 16;
// Of a name with those of the objects around it: each member holds the whole of it.
constexpr std::size_t kMaxName = 256;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // `members` null: only passed over. `prefix`: of the names.
  bool ReadObject(std::map<std::string, std::string>* members, const std::string& prefix, int depth) {
    if (depth > kMaxDepth || !Take('{')) return false;
    if (Take('}')) return true;
    do {
      std::string name;
      std::string value;
      Blanks();
      if (!ReadString(name) || !Take(':')) return false;
      if (prefix.size() + name.size() > kMaxName) return false;
      Blanks();
      if (members == nullptr) {
        if (!SkipValue(depth)) return false;
      } else if (Peek() == '"') {
        if (!ReadString(value)) return false;
        members->emplace(prefix + name, std::move(value));
      } else if (Peek() == '{') {
        if (!ReadObject(members, prefix + name + '.', depth + 1)) return false;
      } else {
        const std::size_t begin = pos_;
        const bool number = Peek() == '-' || (Peek() >= '0' && Peek() <= '9');
        if (!SkipValue(depth)) return false;
        if (number) members->emplace(prefix + name, text_.substr(begin, pos_ - begin));
      }
    } while (Take(','));
    return Take('}');
  }

  bool AtEnd() {
    Blanks();
    return pos_ == text_.size();
  }

 private:
  char Peek() const { return pos_ < text_.size() ? text_[pos_] : '\0'; }

  void Blanks() {
    while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\t' || text_[pos_] == '\n' || text_[pos_] == '\r')) ++pos_;
  }

  bool Take(char c) {
    Blanks();
    if (pos_ >= text_.size() || text_[pos_] != c) return false;
    ++pos_;
    return true;
  }

  bool SkipValue(int depth) {
    if (Peek() == '{') return ReadObject(nullptr, "", depth + 1);
    if (Peek() == '[') return SkipArray(depth + 1);
    if (Peek() == '"') {
      std::string ignored;
      return ReadString(ignored);
    }
    const std::size_t begin = pos_;
    while (pos_ < text_.size() &&
           std::string_view("+-.0123456789abcdefghijklmnopqrstuvwxyzE").find(text_[pos_]) != std::string_view::npos) {
      ++pos_;
    }
    return pos_ > begin;
  }

  bool SkipArray(int depth) {
    if (depth > kMaxDepth || !Take('[')) return false;
    if (Take(']')) return true;
    do {
      Blanks();
      if (!SkipValue(depth)) return false;
    } while (Take(','));
    return Take(']');
  }

  bool ReadString(std::string& out) {
    if (Peek() != '"') return false;
    ++pos_;
    while (pos_ < text_.size()) {
      const char c = text_[pos_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') out += c;
      else if (!ReadEscape(out)) return false;
    }
    return false;
  }

  bool ReadEscape(std::string& out) {
    const char c = Peek();
    ++pos_;
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = kFrom.find(c); at != std::string_view::npos) {
      out += kTo[at];
      return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !ReadHex(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      std::uint32_t low = 0;
      if (text_.substr(pos_, 2) != "\\u") return false;
      pos_ += 2;
      if (!ReadHex(low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return false;
    }
    AppendUtf8(code, out);
    return true;
  }

  bool ReadHex(std::uint32_t& code) {
    if (text_.size() - pos_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[pos_++];
      std::uint32_t digit;
      if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A' + 10);
      else return false;
      code = code * 16 + digit;
    }
    return true;
  }

  static void AppendUtf8(std::uint32_t code, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    }
  }

  std::string_view text_;
  std::size_t pos_ = 0;
};

}  // namespace

std::optional<std::map<std::string, std::string>> ParseFlatJson(std::string_view text) {
  std::map<std::string, std::string> members;
  Reader reader(text);
  if (!reader.ReadObject(&members, "", 1) || !reader.AtEnd()) return std::nullopt;
  return members;
}

}  // namespace trailsift
