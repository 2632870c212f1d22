#include "alert/json_scanner.h"

#include "alert/json_text.h"

namespace trailsift {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The value of four hex digits at `pos`, or -1.
int Hex4(std::string_view text, std::size_t pos) {
  if (pos + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = pos; i < pos + 4; ++i) {
    const char c = text[i];
    int digit = -1;
    if (IsDigit(c)) digit = c - '0';
    else if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

void JsonScanner::SkipSpace() {
  while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\t' || text_[pos_] == '\n' || text_[pos_] == '\r')) ++pos_;
}

bool JsonScanner::Take(char sign) {
  SkipSpace();
  if (pos_ >= text_.size() || text_[pos_] != sign) return false;
  ++pos_;
  return true;
}

bool JsonScanner::RawString(std::string_view& raw) {
  SkipSpace();
  const std::size_t begin = pos_ + 1;
  if (!String(nullptr)) return false;
  raw = text_.substr(begin, pos_ - 1 - begin);
  return true;
}

bool JsonScanner::Value(std::string* compact) { return ValueAt(0, compact); }

bool JsonScanner::ValueAt(int depth, std::string* compact) {
  SkipSpace();
  if (pos_ >= text_.size() || depth > kMaxDepth) return false;
  switch (text_[pos_]) {
    case '{': return Members(depth, compact);
    case '[': return Elements(depth, compact);
    case '"': return String(compact);
    case 't': return Word("true", compact);
    case 'f': return Word("false", compact);
    case 'n': return Word("null", compact);
    default: return Number(compact);
  }
}

bool JsonScanner::Members(int depth, std::string* compact) {
  ++pos_;
  if (compact) *compact += '{';
  if (!Take('}')) {
    for (bool first = true;; first = false) {
      if (!first && !Take(',')) return false;
      if (!first && compact) *compact += ',';
      SkipSpace();
      if (!String(compact) || !Take(':')) return false;
      if (compact) *compact += ':';
      if (!ValueAt(depth + 1, compact)) return false;
      if (Take('}')) break;
    }
  }
  if (compact) *compact += '}';
  return true;
}

bool JsonScanner::Elements(int depth, std::string* compact) {
  ++pos_;
  if (compact) *compact += '[';
  if (!Take(']')) {
    for (bool first = true;; first = false) {
      if (!first && !Take(',')) return false;
      if (!first && compact) *compact += ',';
      if (!ValueAt(depth + 1, compact)) return false;
      if (Take(']')) break;
    }
  }
  if (compact) *compact += ']';
  return true;
}

bool JsonScanner::String(std::string* compact) {
  if (pos_ >= text_.size() || text_[pos_] != '"') return false;
  ++pos_;
  if (compact) *compact += '"';
  while (pos_ < text_.size()) {
    const std::size_t end = text_.find_first_of("\"\\", pos_);
    if (end == std::string_view::npos) return false;
    if (compact) AppendEscaped(text_.substr(pos_, end - pos_), *compact);
    pos_ = end;
    if (text_[pos_] == '"') {
      ++pos_;
      if (compact) *compact += '"';
      return true;
    }
    if (!Escape(compact)) return false;
  }
  return false;
}

bool JsonScanner::Escape(std::string* compact) {
  if (pos_ + 1 >= text_.size()) return false;
  std::size_t length = 2;
  bool lone = false;
  if (text_[pos_ + 1] == 'u') {
    const int unit = Hex4(text_, pos_ + 2);
    if (unit < 0) return false;
    length = 6;
    lone = unit >= 0xD800 && unit <= 0xDFFF;
    if (unit >= 0xD800 && unit <= 0xDBFF && text_.substr(pos_ + 6, 2) == "\\u") {
      const int low = Hex4(text_, pos_ + 8);
      if (low >= 0xDC00 && low <= 0xDFFF) {
        length = 12;
        lone = false;
      }
    }
  } else if (std::string_view("\"\\/bfnrt").find(text_[pos_ + 1]) == std::string_view::npos) {
    return false;
  }
  if (compact) {
    if (lone) *compact += "\xEF\xBF\xBD";
    else compact->append(text_, pos_, length);
  }
  pos_ += length;
  return true;
}

bool JsonScanner::Number(std::string* compact) {
  const std::size_t begin = pos_;
  const auto digits = [&] {
    const std::size_t from = pos_;
    while (pos_ < text_.size() && IsDigit(text_[pos_])) ++pos_;
    return pos_ - from;
  };
  if (text_[pos_] == '-') ++pos_;
  const std::size_t whole = pos_;
  const std::size_t count = digits();
  if (count == 0 || (count > 1 && text_[whole] == '0')) return false;
  if (pos_ < text_.size() && text_[pos_] == '.') {
    ++pos_;
    if (digits() == 0) return false;
  }
  if (pos_ < text_.size() && (text_[pos_] == 'e' || text_[pos_] == 'E')) {
    ++pos_;
    if (pos_ < text_.size() && (text_[pos_] == '+' || text_[pos_] == '-')) ++pos_;
    if (digits() == 0) return false;
  }
  if (compact) compact->append(text_, begin, pos_ - begin);
  return true;
}

bool JsonScanner::Word(std::string_view word, std::string* compact) {
  if (text_.substr(pos_, word.size()) != word) return false;
  pos_ += word.size();
  if (compact) *compact += word;
  return true;
}

bool AppendIfArray(std::string_view text, std::string& out) {
  if (text.empty() || text[0] != '[') return false;
  const std::size_t before = out.size();
  JsonScanner scanner(text);
  if (scanner.Value(&out) && scanner.at_end()) return true;
  out.resize(before);
  return false;
}

}  // namespace trailsift
