// Which events must be remembered together so that composite rules and `ignore` can be decided in event order.
//
// A component is a set of target rules whose composites depend on each other: they count the same events, share used-up marks, or one's
// firing decides whether an event counts for the other. A rule with `ignore` belongs with what counts its events or its parents'. Within
// a component, events that differ in a field that every composite asks to be the same can never meet, so those fields split it into
// groups, unless `ignore` looks at all of them. Immutable, shared by all threads; borrows the rule set.
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
  Hash128 signature;                 // stable over restarts as long as the rules that matter stay the same
  std::vector<ContextField> fields;  // values that a remembered event keeps: group fields, compared fields, fields of sentences
  std::size_t group_fields = 0;      // the first so many of `fields` split the component into groups
  Millis max_timeframe = 0;          // of composites and of `ignore`
  std::vector<const Rule*> composites;
};

// What a composite compares: positions in its component's fields.
struct Comparison {
  std::vector<std::size_t> same;
  std::vector<std::size_t> different;
  std::optional<std::size_t> log;  // must be there in the earlier event

  using Values = std::vector<std::optional<std::string>>;  // by the component's fields
  bool Counts(const Values& current, const Values& earlier) const;
};

class CorrelationPlan {
 public:
  explicit CorrelationPlan(const RuleSet& rules);

  // The component that an event with these alternatives takes part in; nothing when neither a composite nor `ignore` cares.
  std::optional<std::size_t> ComponentOf(const std::vector<Alternative>& alternatives) const;
  // The component of a target, a composite or a rule with `ignore`.
  std::optional<std::size_t> ComponentOf(const Rule& rule) const;
  const std::vector<Component>& components() const { return components_; }
  // `composite` must be one.
  const Comparison& ComparisonOf(const Rule& composite) const { return comparisons_.at(&composite); }

 private:
  void AddComponent(const std::vector<const Rule*>& members);

  std::vector<Component> components_;
  std::vector<std::string> signatures_;                        // of the components, while they are made
  std::unordered_map<const Rule*, std::size_t> component_of_;  // of targets, composites and rules with `ignore`
  std::unordered_map<const Rule*, Comparison> comparisons_;
};

// The names after kWindowPrefix that a description template uses, without `count`.
std::vector<std::string> WindowFields(std::string_view description);

}  // namespace trailsift
