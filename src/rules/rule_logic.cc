#include "rules/rule_logic.h"

#include <algorithm>

#include "rules/ascii.h"

namespace trailsift {
namespace {

bool OnSameValue(const Condition& a, const Condition& b) { return a.subject == b.subject && AsciiEqual(a.name, b.name); }

// osmatch and osregex answer the same for all cases of a text, so its lower-case form can stand for it.
bool IsCaseless(const Expression& expression) {
  return expression.type() == ExpressionType::kOsMatch || expression.type() == ExpressionType::kOsRegex;
}

bool SameText(const Expression& a, const Expression& b) {
  return a.type() == b.type() && a.negate() == b.negate() && a.pattern() == b.pattern();
}

// Whether one of the values satisfies the expression.
bool HoldsForAny(const Expression& expression, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) { return expression.Holds(value); });
}

bool HasCondition(const std::vector<const Rule*>& known, const Condition& wanted) {
  return std::any_of(known.begin(), known.end(), [&](const Rule* rule) {
    return std::any_of(rule->conditions.begin(), rule->conditions.end(),
                       [&](const Condition& condition) { return Implies(condition, wanted); });
  });
}

bool HasList(const std::vector<const Rule*>& known, const ListCondition& wanted) {
  return std::any_of(known.begin(), known.end(), [&](const Rule* rule) {
    return std::any_of(rule->lists.begin(), rule->lists.end(), [&](const ListCondition& list) {
      return list.list == wanted.list && list.lookup == wanted.lookup && AsciiEqual(list.name, wanted.name) &&
             list.check_value.pattern() == wanted.check_value.pattern();
    });
  });
}

bool HasLimits(const std::vector<const Rule*>& known, const Rule& wanted) {
  const auto any = [&](auto holds) { return std::any_of(known.begin(), known.end(), holds); };
  if (wanted.max_size > 0 && !any([&](const Rule* rule) { return rule->max_size >= wanted.max_size; })) return false;
  if (wanted.time && !any([&](const Rule* rule) { return rule->time && rule->time->text() == wanted.time->text(); })) return false;
  return !wanted.weekdays ||
         any([&](const Rule* rule) { return rule->weekdays && rule->weekdays->text() == wanted.weekdays->text(); });
}

}  // namespace

bool Implies(const Condition& known, const Condition& wanted) {
  if (!OnSameValue(known, wanted)) return false;
  if (SameText(known.expression, wanted.expression)) return true;
  const std::optional<std::vector<std::string>> values = known.expression.ExactLiterals();
  if (!values || !IsCaseless(wanted.expression)) return false;
  return std::all_of(values->begin(), values->end(), [&](const std::string& value) { return wanted.expression.Holds(value); });
}

bool Excludes(const Condition& a, const Condition& b) {
  if (!OnSameValue(a, b)) return false;
  const std::optional<std::vector<std::string>> values_of_a = a.expression.ExactLiterals();
  const std::optional<std::vector<std::string>> values_of_b = b.expression.ExactLiterals();
  if (values_of_a && values_of_b)
    return std::none_of(values_of_a->begin(), values_of_a->end(), [&](const std::string& value) {
      return std::find(values_of_b->begin(), values_of_b->end(), value) != values_of_b->end();
    });
  if (values_of_a) return IsCaseless(b.expression) && !HoldsForAny(b.expression, *values_of_a);
  return values_of_b && IsCaseless(a.expression) && !HoldsForAny(a.expression, *values_of_b);
}

bool ImpliesAll(const std::vector<const Rule*>& known, const Rule& wanted) {
  return std::all_of(wanted.conditions.begin(), wanted.conditions.end(),
                     [&](const Condition& condition) { return HasCondition(known, condition); }) &&
         std::all_of(wanted.lists.begin(), wanted.lists.end(), [&](const ListCondition& list) { return HasList(known, list); }) &&
         HasLimits(known, wanted);
}

std::pair<const Condition*, const Condition*> FindConflict(const Rule& rule, const std::vector<const Rule*>& others) {
  for (const Condition& own : rule.conditions)
    for (const Rule* other : others)
      for (const Condition& condition : other->conditions)
        if (&condition != &own && Excludes(own, condition)) return {&own, &condition};
  return {nullptr, nullptr};
}

}  // namespace trailsift
