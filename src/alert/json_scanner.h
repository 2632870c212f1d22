// A strict reader of JSON text that keeps what a document model would change: the digits of numbers and the order and number of
// members. Alerts need it twice: a text that is an array goes into `data` with its inner types, and start-up reads the ids of
// lines already written, which may hold numbers of any length or nesting that no document model takes, and none of them may be
// missed.
//
// A Scanner borrows its text. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace trailsift {

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text) {}

  // Passes one value and the white space before it; false where the text holds no valid value there (the position is then of no
  // use). With `compact` its text is appended without white space; in strings, raw control characters are escaped, invalid UTF-8
  // and lone surrogates become U+FFFD.
  bool Value(std::string* compact = nullptr);

  // Passes white space and `sign`; false and unmoved (but for white space) where something else stands.
  bool Take(char sign);

  // Passes a string and gives what stands between its quotes, escapes not resolved.
  bool RawString(std::string_view& raw);

  bool at_end() const { return pos_ == text_.size(); }
  std::size_t position() const { return pos_; }

  // Deeper nesting is refused.
  static constexpr int kMaxDepth = 1200;

 private:
  void SkipSpace();
  bool ValueAt(int depth, std::string* compact);
  bool Members(int depth, std::string* compact);
  bool Elements(int depth, std::string* compact);
  bool String(std::string* compact);
  bool Escape(std::string* compact);
  bool Number(std::string* compact);
  bool Word(std::string_view word, std::string* compact);

  std::string_view text_;
  std::size_t pos_ = 0;
};

// Calls `member(name, scanner)` for each member of the object at the scanner; `name` is raw. The callback passes the value and
// answers whether that went well. False where no valid object stands there.
template <typename Member>
bool ScanObject(JsonScanner& scanner, Member&& member) {
  if (!scanner.Take('{')) return false;
  if (scanner.Take('}')) return true;
  do {
    std::string_view name;
    if (!scanner.RawString(name) || !scanner.Take(':') || !member(name, scanner)) return false;
  } while (scanner.Take(','));
  return scanner.Take('}');
}

// Appends the array that `text` is, compact, when the whole text is one JSON array; else leaves `out` as it was and answers false.
bool AppendIfArray(std::string_view text, std::string& out);

}  // namespace trailsift
