// A test on a text: one of the pattern languages that a rule may use, compiled, with its negation. A value: copies are cheap enough for
// load time, and any number of threads may ask at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "rules/address_set.h"
#include "rules/osmatch.h"
#include "rules/osregex.h"
#include "rules/pcre2_regex.h"

namespace trailsift {

enum class ExpressionType {
  kOsMatch,
  kOsRegex,
  kPcre2,
  kExact,      // the whole text, case counts (<action>)
  kAddresses,  // <srcip>, <dstip>
};

class Expression {
 public:
  // Holds for everything.
  Expression() = default;

  // kInvalid with the reason when the pattern is not of the language. Not for kAddresses.
  static Result<Expression> Compile(ExpressionType type, std::string_view pattern, bool negate);
  static Expression Addresses(AddressSet addresses, std::string shown, bool negate);

  bool Holds(std::string_view text) const;

  ExpressionType type() const { return type_; }
  const std::string& pattern() const { return pattern_; }
  bool negate() const { return negate_; }

  // The literal, lower case, of a pattern `^literal$` that is not negated; nothing for any other. Such an expression holds for no text
  // whose lower-case form (for kPcre2: less one final newline) differs from it.
  std::optional<std::string> ExactLiteral() const;
  // The same for `^a$|^b$|…`.
  std::optional<std::vector<std::string>> ExactLiterals() const;
  // The texts, lower case, when the expression holds for exactly those that contain one of them, in whatever case.
  std::optional<std::vector<std::string>> Substrings() const;

 private:
  ExpressionType type_ = ExpressionType::kOsMatch;
  std::string pattern_;
  bool negate_ = false;
  std::variant<std::monostate, std::shared_ptr<const OsMatch>, std::shared_ptr<const OsRegex>, Pcre2Regex, std::string,
               std::shared_ptr<const AddressSet>>
      compiled_;
};

}  // namespace trailsift
