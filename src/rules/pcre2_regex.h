// A PCRE2 pattern: as Wazuh uses it, on bytes, with regard to case, no option set; or on UTF-8, with the options that Sigma knows. Compiled
// once, with JIT where the machine allows it.
//
// Copies share the compiled code; any number of threads may match at once. A match that runs out of its limits (a pattern that explodes
// on some text) counts as no match, so that no pattern can hang the program. PCRE2 is named only in pcre2_regex.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

class Pcre2Regex {
 public:
  struct Options {
    bool utf = false;        // characters instead of bytes
    bool caseless = false;   // (?i)
    bool multiline = false;  // (?m)
    bool dotall = false;     // (?s)
  };
  // kInvalid with PCRE2's message and the offset when the pattern does not compile.
  static Result<Pcre2Regex> Compile(std::string_view pattern) { return Compile(pattern, Options()); }
  static Result<Pcre2Regex> Compile(std::string_view pattern, const Options& options);

  bool Holds(std::string_view text) const;

  // The texts, lower case, when the pattern is `^literal$` or has groups of literals, as `^(?:Put|Delete)Key$` has; nothing when any other
  // sign of the language is in it, or the texts are too many. `$` also holds before a final newline, so a value with one is to be looked
  // up without it.
  const std::optional<std::vector<std::string>>& exact_literals() const { return exact_literals_; }

 private:
  struct Code;
  std::shared_ptr<const Code> code_;
  std::optional<std::vector<std::string>> exact_literals_;
};

}  // namespace trailsift
