// The modifiers behind a field's name, parted and checked against each other. Pure function. Source: SigmaHQ sigma-specification 2.1,
// sigma-appendix-modifiers.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "rules/pcre2_regex.h"
#include "rules/sigma_encoding.h"
#include "rules/sigma_tests.h"

namespace trailsift {

struct SigmaModifiers {
  // What the values are.
  enum class Kind { kText, kRegex, kNetwork, kNumber, kTime, kExists, kFieldRef };
  enum class Base64 { kNone, kWhole, kOffset };

  Kind kind = Kind::kText;
  SigmaPattern::Options text;  // kText, kFieldRef
  std::optional<Utf16Form> utf16;
  Base64 base64 = Base64::kNone;
  Pcre2Regex::Options regex;              // kRegex
  SigmaOrder order = SigmaOrder::kEqual;  // kNumber, kTime
  SigmaTime::Part part = SigmaTime::Part::kMinute;
  bool all = false;
  bool negate = false;
  bool expand = false;

  bool plain_text() const {
    return kind == Kind::kText && text.where == SigmaWhere::kWhole && !text.cased && !text.any_dash && !utf16 &&
           base64 == Base64::kNone;
  }
};

// `modifiers`: what stands behind the first `|`. kInvalid with what is wrong and, behind a newline, what to do about it.
Result<SigmaModifiers> ParseSigmaModifiers(std::string_view modifiers);

}  // namespace trailsift
