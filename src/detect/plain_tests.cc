#include "detect/plain_tests.h"

#include "rules/ascii.h"
#include "rules/compiled_rules.h"

namespace trailsift {

void AskTests(const Rule& rule, const EventValues& values, const std::function<bool(const AskedTest&)>& visit) {
  for (const Condition& condition : rule.conditions) {
    // A value that is not there fails every test, also a negated one.
    const std::optional<std::string_view> value = values.Get(condition.subject, condition.name);
    if (!visit({&condition, nullptr, {}, value, value && condition.expression.Holds(*value)})) return;
  }
  for (const ListCondition& condition : rule.lists) {
    const bool user = AsciiEqual(condition.name, "user");
    const std::optional<std::string_view> value =
        values.Get(user ? Condition::Subject::kStatic : Condition::Subject::kField, user ? "user" : condition.name);
    if (!visit({nullptr, &condition, {}, value, value && ListHolds(condition, *value)})) return;
  }
  if (rule.max_size > 0 && !visit({nullptr, nullptr, "maxsize", std::nullopt, values.full_size() >= rule.max_size})) return;
  const LocalMoment moment = values.local_moment();
  if (rule.time && !visit({nullptr, nullptr, "time", std::nullopt, rule.time->Holds(moment.minute)})) return;
  if (rule.weekdays) visit({nullptr, nullptr, "weekday", std::nullopt, rule.weekdays->Holds(moment.weekday)});
}

bool HoldsPlainly(const Rule& rule, const EventValues& values) {
  if (rule.never_holds) return false;
  bool holds = true;
  AskTests(rule, values, [&](const AskedTest& test) {
    holds = test.holds;
    return holds;
  });
  return holds;
}

}  // namespace trailsift
