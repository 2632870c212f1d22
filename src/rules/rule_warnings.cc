#include "rules/rule_warnings.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "rules/as_written.h"
#include "rules/rule_logic.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxNamed = 5;

std::string PlaceText(const Place& place) { return place.file + ":" + std::to_string(place.line); }

// `rule 100001 (local.xml:3)`
std::string Named(const Rule& rule) {
  return "rule " + rule.info.id + (rule.place.file.empty() ? "" : " (" + PlaceText(rule.place) + ")");
}

class Judge {
 public:
  Judge(const RuleSet& rules, Diagnostics& diagnostics) : rules_(rules), diagnostics_(diagnostics) {}

  void Run() {
    // Parents stand before their children in load order, siblings in the order of their levels: so first what a rule's own way decides.
    for (const std::unique_ptr<Rule>& rule : rules_.rules())
      if (IsStuck(*rule)) stuck_.insert(rule.get());
    for (const std::unique_ptr<Rule>& rule : rules_.rules()) JudgeRule(*rule);
    for (const Verdict& verdict : verdicts_) {
      const std::string below = BelowText(*verdict.rule);
      if (!verdict.only_for_below || !below.empty()) Warn(verdict.rule->place, verdict.message + below, verdict.hint);
    }
  }

 private:
  struct Verdict {
    const Rule* rule;
    std::string message;
    std::string hint;
    bool only_for_below = false;  // the rule itself was told of already, or is no mistake
  };

  void Warn(const Place& place, std::string message, std::string hint) {
    diagnostics_.Warning(place.file, place.line, place.column, std::move(message), std::move(hint));
  }

  // The rule and, as far as there is only one way up, all rules above it: what holds whenever the rule does.
  static std::vector<const Rule*> WayUp(const Rule* rule) {
    std::vector<const Rule*> way;
    while (rule != nullptr) {
      way.push_back(rule);
      rule = rule->parents.size() == 1 ? rule->parents.front() : nullptr;
    }
    return way;
  }

  // Whether tests on the way exclude each other, or one is not supported.
  bool IsStuck(const Rule& rule) const {
    if (rule.never_holds || FindConflict(rule, {&rule}).first != nullptr) return true;
    if (rule.parents.empty()) return rule.category != "syslog";
    return std::all_of(rule.parents.begin(), rule.parents.end(), [&](const Rule* parent) {
      return stuck_.contains(parent) || FindConflict(rule, WayUp(parent)).first != nullptr;
    });
  }

  // A sibling below this parent that is tried earlier and holds whenever the rule does.
  const Rule* Shadow(const Rule& rule, const Rule& parent) const {
    std::vector<const Rule*> known = WayUp(&parent);
    known.insert(known.begin(), &rule);
    for (const Rule* sibling : parent.children) {
      if (sibling == &rule) return nullptr;
      if (TakesAll(known, *sibling)) return sibling;
    }
    return nullptr;
  }

  // Whether every event that passes the tests of `known` and is shown to the rule ends at it or below.
  bool TakesAll(const std::vector<const Rule*>& known, const Rule& rule) const {
    return !rule.is_composite && !rule.no_alert && !stuck_.contains(&rule) && ImpliesAll(known, rule);
  }

  bool IsDead(const Rule* rule) const { return dead_.contains(rule); }

  void Kill(const Rule& rule, std::string message, std::string hint) {
    dead_.insert(&rule);
    verdicts_.push_back({&rule, std::move(message), std::move(hint)});
  }

  void JudgeRule(const Rule& rule) {
    const auto& parents = rule.parents;
    if (!parents.empty() && std::all_of(parents.begin(), parents.end(), [&](const Rule* parent) { return IsDead(parent); })) {
      dead_.insert(&rule);  // said of the rule above
      return;
    }
    if (stuck_.contains(&rule)) return JudgeStuck(rule);
    const Rule* shadow = nullptr;
    for (const Rule* parent : parents) {
      if (IsDead(parent)) continue;
      shadow = Shadow(rule, *parent);
      if (shadow == nullptr) break;
    }
    if (shadow != nullptr)
      return Kill(
          rule,
          "rule " + rule.info.id + " is never reached: " + Named(*shadow) + " is tried before it and takes every event it would",
          "hang it below " + shadow->info.id + ", or make that one narrower");
    if (rule.is_composite) JudgeComposite(rule);
    if (rule.no_alert && rule.children.empty() && !parents.empty())
      verdicts_.push_back({&rule, "rule " + rule.info.id + " has no effect: it is noalert=\"1\" and no rule hangs below it",
                           "hang rules below it, or take noalert out"});
  }

  void JudgeStuck(const Rule& rule) {
    if (rule.never_holds) {
      dead_.insert(&rule);
      verdicts_.push_back({&rule, "rule " + rule.info.id + " never holds", "see the warning about its test", true});
      return;
    }
    if (rule.parents.empty() && rule.category != "syslog") {
      dead_.insert(&rule);
      verdicts_.push_back(
          {&rule, "every event here is of the category `syslog`, and rule " + rule.info.id + " is for `" + rule.category + "`", "",
           true});
      return;
    }
    auto [own, other] = FindConflict(rule, {&rule});
    std::string where = "of the same rule";
    for (const Rule* parent : rule.parents) {
      if (own != nullptr) break;
      for (const Rule* above : WayUp(parent)) {
        std::tie(own, other) = FindConflict(rule, {above});
        if (own == nullptr) continue;
        where = "of " + Named(*above) + " above it";
        break;
      }
    }
    if (own == nullptr) return;
    const bool same = where == "of the same rule";
    Kill(rule,
         "rule " + rule.info.id + " never holds: " + Written(*own).ToXml() + " and " + Written(*other).ToXml() + " " + where +
             " exclude each other",
         same ? "all tests of a rule must hold; for either of two values write one pattern with |" : "hang it below another rule");
  }

  // Why no event is ever remembered as one of this rule; empty where one may be.
  std::string WhyNeverCounted(const Rule& target) const {
    if (target.no_alert) return "it is noalert=\"1\" and never a result";
    if (target.info.level == 0) return "it has level 0, and such events are not remembered";
    if (IsDead(&target)) return "no event reaches it";
    const std::vector<const Rule*> known = WayUp(&target);
    for (const Rule* child : target.children)
      if (TakesAll(known, *child)) return Named(*child) + " below it takes all its events";
    return "";
  }

  void JudgeComposite(const Rule& rule) {
    const Composite& composite = rule.composite;
    std::string why;
    for (const Rule* target : composite.targets) {
      why = WhyNeverCounted(*target);
      if (why.empty()) break;
    }
    if (!why.empty() && composite.by_group && composite.targets.size() > 1)
      why =
          "none of the " + std::to_string(composite.targets.size()) + " rules in group `" + composite.matched + "` is ever counted";
    else if (!why.empty()) why = "it counts " + Named(*composite.targets.front()) + ", but " + why;
    for (const ContextField& field : composite.same_fields)
      if (why.empty() && std::find(composite.different_fields.begin(), composite.different_fields.end(), field) !=
                             composite.different_fields.end())
        why = field.name + " can't be the same and different";
    if (!why.empty())
      return Kill(rule, "rule " + rule.info.id + " can never fire: " + why, "count another rule, or change that one");
    if (composite.timeframe == 0)
      verdicts_.push_back({&rule, "rule " + rule.info.id + " counts only events of the same second: its timeframe is 0",
                           "write timeframe=\"360\""});
  }

  // `; nor are the 3 rules below it (100002, 100003, 100004)`; empty where there are none.
  std::string BelowText(const Rule& rule) const {
    if (!IsDead(&rule)) return "";
    std::vector<const Rule*> below = {&rule};
    for (std::size_t i = 0; i < below.size(); ++i)
      for (const Rule* child : below[i]->children)
        if (IsDead(child) && std::find(below.begin(), below.end(), child) == below.end()) below.push_back(child);
    if (below.size() == 1) return "";
    std::string ids;
    for (std::size_t i = 1; i < below.size() && i <= kMaxNamed; ++i) ids += (i > 1 ? ", " : "") + below[i]->info.id;
    if (below.size() > kMaxNamed + 1) ids += ", …";
    const std::size_t count = below.size() - 1;
    return (count == 1 ? "; so the rule below it is never reached ("
                       : "; so the " + std::to_string(count) + " rules below it are never reached (") +
           ids + ")";
  }

  const RuleSet& rules_;
  Diagnostics& diagnostics_;
  std::unordered_set<const Rule*> stuck_;  // by their own tests and those on the way
  std::unordered_set<const Rule*> dead_;   // no event reaches them, or they never fire
  std::vector<Verdict> verdicts_;
};

}  // namespace

void WarnOfRules(const RuleSet& rules, Diagnostics& diagnostics) { Judge(rules, diagnostics).Run(); }

}  // namespace trailsift
