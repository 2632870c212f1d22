// Sigma rules in the form that detect/sigma_matcher walks: every distinct item and field once, and the rules found by what they cannot do
// without. Immutable; borrows the rules.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/literal_scan.h"
#include "rules/sigma_rule.h"

namespace trailsift {

struct CompiledSigmaItem {
  std::uint32_t field = 0;  // that of an item without one is not looked at
  const SigmaItem* item = nullptr;
  std::vector<std::uint32_t> other_fields;  // of the item's SigmaFieldRefs, in their order
};

// A rule's condition over items. Of an AND and an OR the parts are asked in order, until one decides.
struct SigmaNode {
  enum class Kind : std::uint8_t { kItem, kNot, kAnd, kOr };
  Kind kind = Kind::kItem;
  std::uint32_t item = 0;
  std::vector<SigmaNode> parts;
};

struct CompiledSigmaRule {
  const SigmaRule* rule = nullptr;
  SigmaNode condition;
};

// Rules that hold only where the field is one of some values; by folded value.
struct SigmaByValue {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::uint32_t field = 0;
  std::size_t longest = 0;  // no key is longer
  std::unordered_map<std::string, std::vector<std::uint32_t>, Hash, std::equal_to<>> rules;
};

// Rules that hold only where the field contains one of some texts.
struct SigmaByText {
  std::uint32_t field = 0;
  LiteralScan literals;
  std::vector<std::uint32_t> rules;  // by literal
};

class CompiledSigma {
 public:
  explicit CompiledSigma(const std::vector<std::unique_ptr<const SigmaRule>>& rules);

  const std::vector<std::string>& fields() const { return fields_; }
  const std::vector<CompiledSigmaItem>& items() const { return items_; }
  const std::vector<CompiledSigmaRule>& rules() const { return rules_; }
  const std::vector<SigmaByValue>& by_value() const { return by_value_; }
  const std::vector<SigmaByText>& by_text() const { return by_text_; }
  // Rules that no index covers.
  const std::vector<std::uint32_t>& always() const { return always_; }

 private:
  friend class SigmaCompiler;
  std::vector<std::string> fields_;
  std::vector<CompiledSigmaItem> items_;
  std::vector<CompiledSigmaRule> rules_;
  std::vector<SigmaByValue> by_value_;
  std::vector<SigmaByText> by_text_;
  std::vector<std::uint32_t> always_;
};

}  // namespace trailsift
