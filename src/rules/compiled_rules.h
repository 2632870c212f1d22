// The rules in the form that detect/matcher walks: every distinct test once, children found by the values they ask for.
//
// Two trees over the same tests: the general one, and one for CloudTrail records as the collector wraps them, in which what the wrapping
// makes constant (integration, aws.source, the decoder, the place) is already decided and rules of other sources are gone. Immutable;
// borrows the rules, whose set owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/literal_scan.h"
#include "rules/rule.h"

namespace trailsift {

// A value that some test looks at.
struct CompiledField {
  Condition::Subject subject = Condition::Subject::kField;
  std::string name;  // lower case; empty for kLog, kLocation, kDecoder
};

// One test, shared by all rules that have it.
struct CompiledTest {
  static constexpr std::uint32_t kNoScan = UINT32_MAX;

  std::uint32_t field = 0;
  const Expression* expression = nullptr;  // or
  const ListCondition* list = nullptr;
  std::uint32_t scan = kNoScan;  // the test is decided by this scan
};

// All tests that ask whether a field contains a text, decided in one pass over its value.
struct CompiledScan {
  std::uint32_t field = 0;
  LiteralScan literals;
  std::vector<std::uint32_t> tests;  // by literal
};

// What the collector's wrapping makes of a value, the same for every CloudTrail record.
struct FixedValue {
  bool known = false;                     // false: it differs from record to record
  std::optional<std::string_view> value;  // nothing: never there
};
FixedValue CloudTrailValue(const CompiledField& field);

struct ChildIndex {
  static constexpr std::uint32_t kNoGate = UINT32_MAX;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  // Children that ask for one value, and then for one further test: where that fails none of them is looked at.
  struct Group {
    std::uint32_t gate = kNoGate;
    std::vector<std::uint32_t> positions;
  };
  struct ByValue {
    std::uint32_t field = 0;
    std::size_t longest = 0;                                                            // no key is longer
    std::unordered_map<std::string, std::vector<Group>, Hash, std::equal_to<>> groups;  // by lower-case value
  };
  struct ByTest {
    std::uint32_t test = 0;
    std::vector<std::uint32_t> positions;
  };
  struct ByScan {
    std::uint32_t scan = 0;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> positions;  // by test that holds
  };
  std::vector<std::uint32_t> rules;   // by position: the order in which they are tried
  std::vector<std::uint32_t> always;  // positions of the children that no index covers
  std::vector<ByValue> by_value;
  std::vector<ByTest> by_test;  // candidates when a list holds the value
  std::vector<ByScan> by_scan;
};

struct CompiledRule {
  const Rule* rule = nullptr;
  bool has_limits = false;           // max_size, time or weekdays
  std::vector<std::uint32_t> tests;  // in the order in which they are worth asking
  ChildIndex children;
};

struct CompiledTree {
  std::vector<CompiledRule> rules;
  ChildIndex roots;
};

class CompiledRules {
 public:
  CompiledRules(const std::vector<std::unique_ptr<Rule>>& rules, const std::vector<const Rule*>& roots);

  const std::vector<CompiledField>& fields() const { return fields_; }
  const std::vector<CompiledTest>& tests() const { return tests_; }
  const std::vector<CompiledScan>& scans() const { return scans_; }
  const CompiledTree& general() const { return general_; }
  const CompiledTree& cloudtrail() const { return cloudtrail_; }

 private:
  friend class RuleCompiler;
  std::vector<CompiledField> fields_;
  std::vector<CompiledTest> tests_;
  std::vector<CompiledScan> scans_;
  CompiledTree general_;
  CompiledTree cloudtrail_;
};

// What a list says to a present value.
bool ListHolds(const ListCondition& condition, std::string_view value);

}  // namespace trailsift
