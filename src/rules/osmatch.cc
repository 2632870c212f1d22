#include "rules/osmatch.h"

#include <algorithm>

#include "rules/ascii.h"

namespace trailsift {
namespace {

// `literal` is lower case already and as long as the text.
bool SameFolded(std::string_view text, std::string_view literal) {
  for (std::size_t i = 0; i < literal.size(); ++i)
    if (AsciiLower(text[i]) != literal[i]) return false;
  return true;
}

bool ContainsFolded(std::string_view text, std::string_view literal) {
  const auto found = std::search(text.begin(), text.end(), literal.begin(), literal.end(),
                                 [](char in_text, char in_literal) { return AsciiLower(in_text) == in_literal; });
  return literal.empty() || found != text.end();
}

}  // namespace

OsMatch::OsMatch(std::string_view pattern) {
  if (!pattern.empty() && pattern.front() == '!') {
    negate_ = true;
    pattern.remove_prefix(1);
  }
  for (;;) {
    const std::size_t bar = pattern.find('|');
    std::string_view piece = pattern.substr(0, bar);
    Branch branch;
    if (!piece.empty() && piece.front() == '^') {
      branch.at_begin = true;
      piece.remove_prefix(1);
    }
    if (!piece.empty() && piece.back() == '$') {
      branch.at_end = true;
      piece.remove_suffix(1);
    }
    branch.literal = AsciiLower(piece);
    branches_.push_back(std::move(branch));
    if (bar == std::string_view::npos) break;
    pattern.remove_prefix(bar + 1);
  }
}

bool OsMatch::Holds(std::string_view text) const {
  bool found = false;
  for (const Branch& branch : branches_) {
    const std::size_t size = branch.literal.size();
    if (size > text.size()) continue;
    if (branch.at_begin && branch.at_end) found = size == text.size() && SameFolded(text, branch.literal);
    else if (branch.at_begin) found = SameFolded(text, branch.literal);
    else if (branch.at_end) found = SameFolded(text.substr(text.size() - size), branch.literal);
    else found = ContainsFolded(text, branch.literal);
    if (found) break;
  }
  return found != negate_;
}

std::optional<std::vector<std::string>> OsMatch::ExactLiterals() const {
  if (negate_) return std::nullopt;
  std::vector<std::string> literals;
  for (const Branch& branch : branches_) {
    if (!branch.at_begin || !branch.at_end) return std::nullopt;
    literals.push_back(branch.literal);
  }
  return literals;
}

std::optional<std::vector<std::string>> OsMatch::Substrings() const {
  if (negate_) return std::nullopt;
  std::vector<std::string> literals;
  for (const Branch& branch : branches_) {
    if (branch.at_begin || branch.at_end || branch.literal.empty()) return std::nullopt;
    literals.push_back(branch.literal);
  }
  return literals;
}

}  // namespace trailsift
