#include "rules/expression.h"

#include "rules/ascii.h"

namespace trailsift {

Result<Expression> Expression::Compile(ExpressionType type, std::string_view pattern, bool negate) {
  Expression expression;
  expression.type_ = type;
  expression.pattern_ = std::string(pattern);
  expression.negate_ = negate;
  switch (type) {
    case ExpressionType::kOsMatch: expression.compiled_ = std::make_shared<const OsMatch>(pattern); break;
    case ExpressionType::kOsRegex: {
      Result<OsRegex> regex = OsRegex::Compile(pattern);
      if (!regex.ok()) return regex.status();
      expression.compiled_ = std::make_shared<const OsRegex>(std::move(regex).value());
      break;
    }
    case ExpressionType::kPcre2: {
      Result<Pcre2Regex> regex = Pcre2Regex::Compile(pattern);
      if (!regex.ok()) return regex.status();
      expression.compiled_ = std::move(regex).value();
      break;
    }
    case ExpressionType::kExact: expression.compiled_ = std::string(pattern); break;
    case ExpressionType::kAddresses: return Status(Code::kInternal, "addresses are not compiled from one text");
  }
  return expression;
}

Expression Expression::Addresses(AddressSet addresses, std::string shown, bool negate) {
  Expression expression;
  expression.type_ = ExpressionType::kAddresses;
  expression.pattern_ = std::move(shown);
  expression.negate_ = negate;
  expression.compiled_ = std::make_shared<const AddressSet>(std::move(addresses));
  return expression;
}

bool Expression::Holds(std::string_view text) const {
  bool holds = true;
  switch (compiled_.index()) {
    case 1: holds = std::get<1>(compiled_)->Holds(text); break;
    case 2: holds = std::get<2>(compiled_)->Holds(text); break;
    case 3: holds = std::get<3>(compiled_).Holds(text); break;
    case 4: holds = std::get<4>(compiled_) == text; break;
    case 5: holds = std::get<5>(compiled_)->Holds(text); break;
    default: break;
  }
  return holds != negate_;
}

std::optional<std::string> Expression::ExactLiteral() const {
  std::optional<std::vector<std::string>> literals = ExactLiterals();
  if (!literals || literals->size() != 1) return std::nullopt;
  return std::move(literals->front());
}

std::optional<std::vector<std::string>> Expression::ExactLiterals() const {
  if (negate_) return std::nullopt;
  switch (compiled_.index()) {
    case 1: return std::get<1>(compiled_)->ExactLiterals();
    case 2: return std::get<2>(compiled_)->ExactLiterals();
    case 3: return std::get<3>(compiled_).exact_literals();
    case 4: return std::vector<std::string>{AsciiLower(std::get<4>(compiled_))};
    default: return std::nullopt;
  }
}

std::optional<std::vector<std::string>> Expression::Substrings() const {
  if (negate_) return std::nullopt;
  switch (compiled_.index()) {
    case 1: return std::get<1>(compiled_)->Substrings();
    case 2: return std::get<2>(compiled_)->Substrings();
    default: return std::nullopt;
  }
}

}  // namespace trailsift
