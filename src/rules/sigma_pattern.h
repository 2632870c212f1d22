// A text as Sigma rules write it: `*` stands for anything, `?` for one character, a backslash takes the meaning from `*`, `?` and itself.
// Compared without regard to case, unless told otherwise. Source: SigmaHQ sigma-specification 2.1, sigma-rules-specification.md.
//
// An immutable value; any number of threads may ask.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trailsift {

enum class SigmaWhere { kWhole, kStart, kEnd, kAnywhere };

class SigmaPattern {
 public:
  struct Options {
    SigmaWhere where = SigmaWhere::kWhole;
    bool cased = false;
    bool any_dash = false;  // `windash`: each of - / – — ― stands for any of them
  };
  static SigmaPattern Parse(std::string_view text, const Options& options);
  // The same where no sign has a meaning.
  static SigmaPattern Plain(std::string_view text, const Options& options);

  bool Holds(std::string_view value) const;
  // The same where the caller has folded the value (base/case_fold.h); as it is when the pattern is cased.
  bool HoldsFolded(std::string_view value) const;
  bool cased() const { return cased_; }

  // The folded text, when the pattern holds for exactly the values that fold to it, or for those that contain it. Not when it is cased.
  std::optional<std::string_view> Exact() const;
  std::optional<std::string_view> Substring() const;

 private:
  // What an asterisk at either end leaves to be asked; kGlob: `text_` holds signs.
  enum class Shape { kEqual, kPrefix, kSuffix, kContains, kGlob };

  static SigmaPattern Make(std::string signs, const Options& options);

  Shape shape_ = Shape::kEqual;
  bool cased_ = false;
  std::string text_;
};

// The text behind the escapes; nothing when it has wildcards.
std::optional<std::string> SigmaPlainText(std::string_view text);

}  // namespace trailsift
