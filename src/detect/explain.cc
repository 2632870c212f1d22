#include "detect/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "detect/plain_tests.h"

namespace trailsift {
namespace {

std::string LimitValue(std::string_view limit, const EventValues& values) {
  if (limit == "maxsize") return std::to_string(values.full_size());
  const LocalMoment moment = values.local_moment();
  if (limit == "time") {
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d", moment.minute / 60, moment.minute % 60);
    return text;
  }
  static constexpr std::array<const char*, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
  return kDays[static_cast<std::size_t>(moment.weekday)];
}

}  // namespace

Explainer::Explainer(const RuleSet& rules, const EventValues& values, const ArrivalWindows::Outcome& outcome, const Rule* reported)
    : rules_(rules), values_(values), outcome_(outcome), reported_(reported) {
  for (const Rule* root : rules_.roots())
    if (root->category == "syslog" && Walk(*root)) break;
}

bool Explainer::Holds(const Rule& rule) {
  const auto [known, is_new] = holds_.try_emplace(&rule, false);
  if (is_new) known->second = HoldsPlainly(rule, values_);
  return known->second;
}

const ArrivalWindows::Count* Explainer::CountOf(const Rule& rule) const {
  const auto found =
      std::find_if(outcome_.counts.begin(), outcome_.counts.end(), [&](const auto& count) { return count.composite == &rule; });
  return found == outcome_.counts.end() ? nullptr : &*found;
}

// The walk as it went, now that it is known which composites fired; true when the event ended at or below the rule.
bool Explainer::Walk(const Rule& rule) {
  if (!Holds(rule) || ++held_ > kMaxHeldRules) return false;
  if (rule.is_composite) {
    const ArrivalWindows::Count* count = CountOf(rule);
    if (count == nullptr || !count->fired) return false;
  }
  path_.push_back(&rule);
  for (const Rule* child : rule.children)
    if (Walk(*child)) return true;
  if (!rule.no_alert) return true;
  path_.pop_back();
  return false;
}

std::vector<ExplainedRule> Explainer::Path() {
  std::vector<ExplainedRule> path;
  for (const Rule* rule : path_) path.push_back(Explain(*rule));
  return path;
}

const Explainer::Way& Explainer::WayTo(const Rule& rule) {
  if (const auto known = ways_.find(&rule); known != ways_.end()) return known->second;
  const ArrivalWindows::Count* count = CountOf(rule);
  const bool holds = Holds(rule) && (count == nullptr || count->fired);
  Way best;
  if (rule.parents.empty()) {
    if (!holds || rule.category != "syslog") best.stop = &rule;
    else best.held = 1;
  }
  for (const Rule* parent : rule.parents) {
    Way way = WayTo(*parent);
    way.parent = parent;
    if (way.stop == nullptr && holds) ++way.held;
    else if (way.stop == nullptr) way.stop = &rule;
    const bool further = best.stop != nullptr && (way.stop == nullptr || way.held > best.held);
    if (best.parent == nullptr || further) best = way;
  }
  return ways_.emplace(&rule, best).first->second;
}

WhyNot Explainer::Why(const Rule& rule) {
  WhyNot why;
  why.rule = &rule;
  why.result = outcome_.matched;
  const Rule* at = &rule;
  const auto on_path = std::find(path_.begin(), path_.end(), &rule);
  if (&rule == reported_) {
    why.reason = WhyNot::Reason::kIsResult;
  } else if (&rule == outcome_.matched) {
    why.reason = WhyNot::Reason::kIgnored;
  } else if (on_path != path_.end() && on_path + 1 != path_.end()) {
    why.reason = WhyNot::Reason::kDeeper;
    why.taker = *(on_path + 1);
  } else if (const Rule* stop = WayTo(rule).stop; stop != nullptr) {
    why.reason = WhyStopped(*stop);
    at = stop;
  } else if (rule.no_alert) {
    why.reason = WhyNot::Reason::kSilent;
  } else {
    FindTaker(why);
    return why;
  }
  why.at = Explain(*at);
  return why;
}

WhyNot::Reason Explainer::WhyStopped(const Rule& stop) {
  if (stop.parents.empty() && stop.category != "syslog") return WhyNot::Reason::kOtherLog;
  if (stop.never_holds) return WhyNot::Reason::kNeverHolds;
  return Holds(stop) ? WhyNot::Reason::kCount : WhyNot::Reason::kTest;
}

// Where the way to the rule leaves the way that the event took.
void Explainer::FindTaker(WhyNot& why) {
  why.reason = WhyNot::Reason::kTaken;
  std::vector<const Rule*> way;
  for (const Rule* rule = why.rule; rule != nullptr; rule = WayTo(*rule).parent) way.push_back(rule);
  std::reverse(way.begin(), way.end());
  const auto [mine, other] = std::mismatch(way.begin(), way.end(), path_.begin(), path_.end());
  why.at = Explain(mine == way.end() ? *why.rule : **mine);
  if (other != path_.end()) why.taker = *other;
}

ExplainedRule Explainer::Explain(const Rule& rule) const {
  ExplainedRule explained;
  explained.rule = &rule;
  AskTests(rule, values_, [&](const AskedTest& test) {
    ExplainedTest& told = explained.tests.emplace_back();
    told.holds = test.holds;
    if (test.condition != nullptr) told.written = Written(*test.condition);
    else if (test.list != nullptr) told.written = Written(*test.list);
    else told.written = WrittenLimit(rule, std::string(test.limit));
    if (test.value) told.value = std::string(*test.value);
    else if (!test.limit.empty()) told.value = LimitValue(test.limit, values_);
    return test.holds;
  });
  const ArrivalWindows::Count* count = CountOf(rule);
  if (count == nullptr) return explained;
  explained.count = *count;
  const auto compare = [&](const std::vector<ContextField>& fields, bool same) {
    for (const ContextField& field : fields) {
      const std::optional<std::string_view> value = values_.Context(field);
      explained.compared.push_back({field.name, same, value ? std::optional<std::string>(*value) : std::nullopt});
    }
  };
  compare(rule.composite.same_fields, true);
  compare(rule.composite.different_fields, false);
  return explained;
}

}  // namespace trailsift
