#include "rules/sigma_correlation.h"

namespace trailsift {

bool SigmaThreshold::Holds(double measured) const {
  switch (kind) {
    case Kind::kAbove: return measured > value;
    case Kind::kAtLeast: return measured >= value;
    case Kind::kBelow: return measured < value;
    case Kind::kAtMost: return measured <= value;
    case Kind::kEqual: return measured == value;
    case Kind::kUnequal: return measured != value;
  }
  return false;
}

}  // namespace trailsift
