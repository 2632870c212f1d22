// Which events must be remembered together so that composite rules can be decided in event order.
//
// A component is a set of target rules whose composites depend on each other: they count the same events, share used-up marks, or one's
// firing decides whether an event counts for the other. Within a component, events that differ in a field that every composite asks to
// be the same can never meet, so those fields split it into groups. Immutable, shared by all threads; borrows the rule set.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "detect/matcher.h"
#include "rules/rule_set.h"

namespace trailsift {

// The prefix of the names that a composite's sentence uses for what its window holds: `$(trailsift.window.count)`,
// `$(trailsift.window.aws.sourceIPAddress)`.
inline constexpr std::string_view kWindowPrefix = "trailsift.window.";

struct Component {
  Hash128 signature;                // stable over restarts as long as the rules that matter stay the same
  std::vector<std::string> fields;  // values that a remembered event keeps: group fields, compared fields, fields of sentences
  std::size_t group_fields = 0;     // the first so many of `fields` split the component into groups
  Millis max_timeframe = 0;
};

class CorrelationPlan {
 public:
  explicit CorrelationPlan(const RuleSet& rules);

  // The component that an event with these alternatives takes part in; nothing when no composite cares.
  std::optional<std::size_t> ComponentOf(const std::vector<Alternative>& alternatives) const;
  const std::vector<Component>& components() const { return components_; }
  // Position of a field in components()[component].fields (names compared as they are); -1 when it is not kept.
  int FieldIndex(std::size_t component, std::string_view field) const;

 private:
  std::vector<Component> components_;
  std::unordered_map<const Rule*, std::size_t> component_of_target_;
  std::unordered_map<const Rule*, std::size_t> component_of_composite_;
};

// The names after kWindowPrefix that a description template uses, without `count`.
std::vector<std::string> WindowFields(std::string_view description);

}  // namespace trailsift
