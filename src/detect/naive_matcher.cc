#include "detect/naive_matcher.h"

#include "rules/ascii.h"

namespace trailsift {
namespace {

class Walk {
 public:
  Walk(const EventValues& values, MatchResult& result) : values_(values), result_(result) {}

  bool Visit(const Rule& rule) {
    if (!Holds(rule) || ++held_ > kMaxHeldRules) return false;
    if (rule.is_composite) composites_.push_back(&rule);
    bool settled = false;
    for (const Rule* child : rule.children) {
      settled = Visit(*child);
      if (settled) break;
    }
    if (!settled && !rule.no_alert) {
      result_.alternatives.push_back({composites_, &rule});
      settled = true;
    }
    if (!rule.is_composite) return settled;
    composites_.pop_back();
    return false;
  }

 private:
  bool Holds(const Rule& rule) const {
    if (rule.never_holds) return false;
    for (const Condition& condition : rule.conditions) {
      const std::optional<std::string_view> value = values_.Get(condition.subject, condition.name);
      if (!value || !condition.expression.Holds(*value)) return false;
    }
    for (const ListCondition& condition : rule.lists) {
      const bool user = AsciiEqual(condition.name, "user");
      const std::optional<std::string_view> value =
          values_.Get(user ? Condition::Subject::kStatic : Condition::Subject::kField, user ? "user" : condition.name);
      if (!value || !ListHolds(condition, *value)) return false;
    }
    if (rule.max_size > 0 && values_.full_size() < rule.max_size) return false;
    const LocalMoment moment = values_.local_moment();
    return (!rule.time || rule.time->Holds(moment.minute)) && (!rule.weekdays || rule.weekdays->Holds(moment.weekday));
  }

  const EventValues& values_;
  MatchResult& result_;
  std::vector<const Rule*> composites_;
  std::size_t held_ = 0;
};

}  // namespace

void MatchNaively(const RuleSet& rules, const Event& event, Millis moment, const EventOrigin& origin, MatchResult& result) {
  const EventValues values(event, moment, origin);
  result.alternatives.clear();
  Walk walk(values, result);
  for (const Rule* root : rules.roots())
    if (root->category == "syslog" && walk.Visit(*root)) return;
  result.alternatives.push_back({});
}

}  // namespace trailsift
