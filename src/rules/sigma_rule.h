// A checked Sigma rule: what a detection document means, after every fault was reported and every modifier resolved, before it is compiled.
// Owns its strings. Immutable once it stands in a SigmaRules. Source: SigmaHQ sigma-specification 2.1.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "rules/rule.h"
#include "rules/sigma_tests.h"

namespace trailsift {

// One value as the rule writes it: any of the tests that it stands for must hold.
using SigmaAlternatives = std::vector<SigmaTest>;

// `field|modifiers: values`.
struct SigmaItem {
  std::string field;  // empty: keywords, sought in the whole record
  std::vector<SigmaAlternatives> values;
  bool all = false;     // each value must hold, not any
  bool negate = false;  // `neq`
  Place place;
  std::string written;  // `eventName|startswith: ["Get","List"]`
};

// A named search: one of the maps must hold, and of a map each item.
struct SigmaSearch {
  std::string name;
  std::vector<std::vector<SigmaItem>> maps;
  Place place;
};

struct SigmaCondition {
  enum class Kind { kSearch, kNot, kAnd, kOr };
  Kind kind = Kind::kSearch;
  std::size_t search = 0;             // kSearch: in SigmaRule::searches
  std::vector<SigmaCondition> parts;  // the others; kNot has one
};

struct SigmaRule {
  RuleInfo info;     // id: `uuid`, or made of the title; description: the title, which is no template
  std::string uuid;  // empty: it has none
  std::string name;  // by which correlations may refer to it; may be empty
  Place place;
  std::vector<SigmaSearch> searches;
  SigmaCondition condition;
  std::size_t index = 0;    // in SigmaRules::rules
  bool is_reported = true;  // raises alerts of its own: no correlation refers to it, or one with `generate`
};

}  // namespace trailsift
