// osregex, the larger of Wazuh's two pattern languages, without regard to ASCII case in its literals.
//
// `|` separates alternatives; in each, `^` first and `$` last anchor. Classes: \d digit, \w letter, digit or one of - @ _, \s blank,
// \t tab, \p one of !"#$%&'()*+,-.:;<=>?[]{|}, \. any byte; \D \W \S the bytes outside. \( \) \\ \$ \| \< stand for themselves; any
// other pair is an error. `+` and `*` behind a class repeat it, anywhere else they are literal, as is `.`. Parentheses group one level
// deep, inside an alternative, and change nothing else.
//
// It is not a backtracking language. One scan goes from left to right: a repeated class gives way as soon as the next token takes the
// current byte as well, and at most four such places are remembered to come back to. So `^\d+5$` holds for 15 and not for 555. Wazuh
// answers the same way, and rules are written against its answers. The scan also ends after a number of steps that no honest text
// reaches; the answer is then no.
//
// An immutable value, to be used by any number of threads. (Source: Wazuh 4.x manual, "Regular expression syntax"; answers of its
// engine.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

class OsRegex {
 public:
  // kInvalid with the reason when the pattern is not of the language.
  static Result<OsRegex> Compile(std::string_view pattern);

  bool Holds(std::string_view text) const;

  // The texts, lower case, when the pattern is `^a$|^b$|…`; nothing for any other shape.
  std::optional<std::vector<std::string>> ExactLiterals() const;
  // The texts, lower case, when the pattern holds for exactly those that contain one of them; nothing for any other shape.
  std::optional<std::vector<std::string>> Substrings() const;

 private:
  enum class Repeat : std::uint8_t { kOnce, kPlus, kStar };
  struct Token {
    std::uint16_t classes = 0;  // bit of the class; 0 = the literal byte
    char literal = 0;           // lower case
    Repeat repeat = Repeat::kOnce;
  };
  struct Branch {
    std::vector<Token> tokens;
    bool at_begin = false;
    bool at_end = false;
    std::optional<std::string> whole;  // the only text, lower case, of `^literal$`
    bool impossible = false;  // two parentheses side by side: the engine compares the second with the text, which can't hold
  };

  static Result<Branch> CompileBranch(std::string_view piece);
  // Nothing when there are classes in it.
  static std::optional<std::string> LiteralOf(const Branch& branch);
  static bool Takes(const Token& token, char byte);
  static bool Scan(const Branch& branch, std::string_view text);

  std::vector<Branch> branches_;
};

}  // namespace trailsift
