// A checked Sigma correlation: what a correlation document means after every fault was reported and every reference resolved. Owns its
// strings. Immutable once it stands in a SigmaRules. Source: SigmaHQ sigma-specification 2.1, sigma-correlation-rules-specification.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "rules/rule.h"

namespace trailsift {

// One comparison of a condition; of several each must hold.
struct SigmaThreshold {
  enum class Kind : std::uint8_t { kAbove, kAtLeast, kBelow, kAtMost, kEqual, kUnequal };
  Kind kind = Kind::kAtLeast;
  double value = 0;

  bool Holds(double measured) const;
};

struct SigmaCorrelation {
  enum class Type : std::uint8_t {
    kEventCount,
    kValueCount,
    kTemporal,
    kTemporalOrdered,
    kValueSum,
    kValueAverage,
    kValuePercentile,  // value_median: 50
  };
  // Temporal ones tell rules apart by a bit each.
  static constexpr std::size_t kMaxInputs = 64;

  // A rule that is referred to, in the order of `rules`.
  struct Input {
    bool is_correlation = false;
    std::size_t index = 0;              // of the detections, or of the correlations
    std::vector<std::string> group_by;  // the fields of its events that `group_by` means, aliases resolved
  };

  RuleInfo info;     // id: `uuid`, or made of the title; description: the title
  std::string uuid;  // empty: it has none
  std::string name;  // by which others may refer to it; may be empty
  Place place;
  Type type = Type::kEventCount;
  std::vector<Input> inputs;               // at least one
  std::vector<std::string> group_by;       // as written: fields or aliases
  Millis timespan = 0;                     // exactly that far apart still is inside
  std::vector<SigmaThreshold> thresholds;  // a temporal one that names none: at least as many as there are inputs
  std::vector<std::string> fields;         // that are measured: of value_count and the like; several only of value_count
  double percentile = 50;
  bool generate = false;    // the rules that are referred to report, too
  bool is_reported = true;  // not referred to, unless by one with `generate`
};

}  // namespace trailsift
