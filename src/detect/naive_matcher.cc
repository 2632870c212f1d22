#include "detect/naive_matcher.h"

#include <algorithm>

#include "detect/plain_tests.h"

namespace trailsift {
namespace {

class Walk {
 public:
  Walk(const EventValues& values, MatchResult& result) : values_(values), result_(result) {}

  bool Visit(const Rule& rule, const Rule* parent) {
    if (!HoldsPlainly(rule, values_) || ++held_ > kMaxHeldRules) return false;
    if (rule.is_composite) composites_.push_back(&rule);
    bool settled = false;
    for (const Rule* child : rule.children) {
      settled = Visit(*child, &rule);
      if (settled) break;
    }
    if (!settled && !rule.no_alert) {
      result_.alternatives.push_back({composites_, &rule, parent});
      settled = true;
    }
    if (!rule.is_composite) return settled;
    if (!settled) result_.alternatives.push_back({composites_, nullptr, nullptr});
    composites_.pop_back();
    return false;
  }

 private:
  const EventValues& values_;
  MatchResult& result_;
  std::vector<const Rule*> composites_;
  std::size_t held_ = 0;
};

class WalkOfAll {
 public:
  WalkOfAll(const EventValues& values, std::vector<const Rule*>& results) : values_(values), results_(results) {}

  // Whether a result stands at or below the rule.
  bool Visit(const Rule& rule) {
    if (rule.is_composite || !HoldsPlainly(rule, values_) || ++held_ > kMaxHeldRules) return false;
    bool below = false;
    for (const Rule* child : rule.children)
      if (Visit(*child)) below = true;
    if (below) return true;
    if (rule.no_alert) return false;
    if (rule.info.level > 0 && std::find(results_.begin(), results_.end(), &rule) == results_.end()) results_.push_back(&rule);
    return true;
  }

 private:
  const EventValues& values_;
  std::vector<const Rule*>& results_;
  std::size_t held_ = 0;
};

}  // namespace

void MatchAllNaively(const RuleSet& rules, const Event& event, Millis moment, const EventOrigin& origin,
                     std::vector<const Rule*>& results) {
  const EventValues values(event, moment, origin);
  results.clear();
  WalkOfAll walk(values, results);
  for (const Rule* root : rules.roots())
    if (root->category == "syslog") walk.Visit(*root);
}

void MatchNaively(const RuleSet& rules, const Event& event, Millis moment, const EventOrigin& origin, MatchResult& result) {
  const EventValues values(event, moment, origin);
  result.alternatives.clear();
  Walk walk(values, result);
  for (const Rule* root : rules.roots())
    if (root->category == "syslog" && walk.Visit(*root, nullptr)) return;
  result.alternatives.push_back({});
}

}  // namespace trailsift
