// osmatch, the smaller of Wazuh's two pattern languages: literal text, without regard to ASCII case.
//
// `|` separates alternatives; in each, `^` at the start and `$` at the end anchor. An empty alternative holds for anything. One leading
// `!` turns the answer of the whole pattern round. Nothing is escaped: every other byte stands for itself. An immutable value, to be
// used by any number of threads. (Source: Wazuh 4.x manual, "Regular expression syntax"; answers of its engine.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trailsift {

class OsMatch {
 public:
  explicit OsMatch(std::string_view pattern);

  bool Holds(std::string_view text) const;

  // The texts, lower case, when the pattern is `^a$|^b$|…`; nothing for any other shape.
  std::optional<std::vector<std::string>> ExactLiterals() const;
  // The texts, lower case, when the pattern holds for exactly those that contain one of them; nothing for any other shape.
  std::optional<std::vector<std::string>> Substrings() const;

 private:
  struct Branch {
    std::string literal;  // lower case
    bool at_begin = false;
    bool at_end = false;
  };

  std::vector<Branch> branches_;
  bool negate_ = false;
};

}  // namespace trailsift
