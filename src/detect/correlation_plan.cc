#include "detect/correlation_plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_set>

namespace trailsift {
namespace {

class Union {
 public:
  explicit Union(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t Find(std::size_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void Join(std::size_t a, std::size_t b) { parent_[Find(a)] = Find(b); }

 private:
  std::vector<std::size_t> parent_;
};

// `from` and all rules below it.
void CollectBelow(const Rule* from, std::unordered_set<const Rule*>& out) {
  if (!out.insert(from).second) return;
  for (const Rule* child : from->children) CollectBelow(child, out);
}

// What may be the result of an event that holds at `parent` and at none of its children so far: rules below it and itself, and where it is
// silent, what the walk tries then. False when that may be anything.
bool CollectReach(const Rule* parent, std::unordered_set<const Rule*>& out) {
  CollectBelow(parent, out);
  if (!parent->no_alert) return true;
  if (parent->parents.empty()) return false;
  return std::all_of(parent->parents.begin(), parent->parents.end(), [&](const Rule* above) { return CollectReach(above, out); });
}

template <typename Item>
void AddOnce(std::vector<Item>& items, const Item& item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
}

bool Matters(const Rule& rule) { return rule.is_target || rule.is_composite || Ignores(rule); }

std::string SignatureOf(const ContextField& field) { return std::to_string(static_cast<int>(field.subject)) + field.name + ','; }

}  // namespace

std::vector<std::string> WindowFields(std::string_view description) {
  std::vector<std::string> names;
  const std::string opening = "$(" + std::string(kWindowPrefix);
  for (std::size_t at = description.find(opening); at != std::string_view::npos; at = description.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    const std::size_t end = description.find(')', begin);
    if (end == std::string_view::npos) break;
    const std::string name(description.substr(begin, end - begin));
    if (name != "count") AddOnce(names, name);
  }
  return names;
}

bool Comparison::Counts(const Values& current, const Values& earlier) const {
  for (const std::size_t field : same)
    if (!current[field] || !earlier[field] || *current[field] != *earlier[field]) return false;
  for (const std::size_t field : different)
    if (current[field] && earlier[field] && *current[field] == *earlier[field]) return false;
  return !log || earlier[*log].has_value();
}

CorrelationPlan::CorrelationPlan(const RuleSet& rules) {
  std::unordered_map<const Rule*, std::size_t> index;
  std::vector<const Rule*> makers;  // composites and rules with `ignore`, in load order: what components are made for
  for (const auto& rule : rules.rules()) {
    const std::size_t next = index.size();
    index.emplace(rule.get(), next);
    if (rule->is_composite || Ignores(*rule)) makers.push_back(rule.get());
  }
  if (makers.empty()) return;

  Union joined(index.size());
  for (const Rule* maker : makers) {
    const auto join = [&](const Rule* other) {
      if (Matters(*other)) joined.Join(index.at(maker), index.at(other));
    };
    if (Ignores(*maker))
      for (const Rule* parent : maker->parents) join(parent);
    if (!maker->is_composite) continue;
    for (const Rule* target : maker->composite.targets) join(target);
    // What else could be the result of an event that reaches the composite belongs with it, since the composite's firing decides
    // whether that result is remembered.
    std::unordered_set<const Rule*> reach;
    bool bounded = !maker->composite.log;  // one that goes by logs counts any rule's events
    for (const Rule* parent : maker->parents) bounded = bounded && CollectReach(parent, reach);
    CollectBelow(maker, reach);
    if (!bounded)
      for (const auto& rule : rules.rules()) join(rule.get());
    for (const Rule* rule : reach) join(rule);
  }

  std::map<std::size_t, std::vector<const Rule*>> members;  // by representative
  for (const Rule* maker : makers) members[joined.Find(index.at(maker))].push_back(maker);
  std::unordered_map<std::size_t, std::size_t> component_of_representative;
  for (const auto& [representative, group] : members) {
    component_of_representative.emplace(representative, components_.size());
    AddComponent(group);
  }
  for (const auto& rule : rules.rules()) {
    if (!Matters(*rule)) continue;
    const auto found = component_of_representative.find(joined.Find(index.at(rule.get())));
    if (found == component_of_representative.end()) continue;
    component_of_.emplace(rule.get(), found->second);
    if (rule->is_target) signatures_[found->second] += rule->info.id + ',';
  }
  for (std::size_t i = 0; i < components_.size(); ++i) {
    Component& component = components_[i];
    std::string signature = signatures_[i] + ';';
    for (const ContextField& field : component.fields) signature += SignatureOf(field);
    component.signature = FastHash(signature + std::to_string(component.group_fields));
  }
  signatures_.clear();
}

// `members`: composites and rules with `ignore` that depend on each other.
void CorrelationPlan::AddComponent(const std::vector<const Rule*>& members) {
  Component component;
  std::string signature;
  std::vector<ContextField> common = members.front()->composite.same_fields;
  for (const Rule* member : members) {
    const auto& same = member->composite.same_fields;
    std::erase_if(common, [&](const ContextField& field) { return std::find(same.begin(), same.end(), field) == same.end(); });
    if (!Ignores(*member)) continue;
    common.clear();
    component.max_timeframe = std::max<Millis>(component.max_timeframe, member->ignore_seconds * kSecond);
    signature += '!' + member->info.id + ',';
  }
  std::sort(common.begin(), common.end(), [](const ContextField& a, const ContextField& b) {
    return std::pair(a.subject, a.name) < std::pair(b.subject, b.name);
  });
  common.erase(std::unique(common.begin(), common.end()), common.end());
  component.fields = common;
  component.group_fields = common.size();

  std::unordered_set<const Rule*> below;
  for (const Rule* member : members) {
    if (!member->is_composite) continue;
    component.composites.push_back(member);
    const Composite& terms = member->composite;
    component.max_timeframe = std::max(component.max_timeframe, terms.timeframe);
    for (const ContextField& field : terms.same_fields) AddOnce(component.fields, field);
    for (const ContextField& field : terms.different_fields) AddOnce(component.fields, field);
    if (terms.log) AddOnce(component.fields, *terms.log);
    CollectBelow(member, below);
  }
  std::set<std::string> sentences;
  for (const Rule* rule : below)
    for (std::string& name : WindowFields(rule->info.description)) sentences.insert(std::move(name));
  for (const std::string& name : sentences) AddOnce(component.fields, ContextField{Condition::Subject::kField, name, nullptr});

  const auto position = [&](const ContextField& field) {
    return static_cast<std::size_t>(std::find(component.fields.begin(), component.fields.end(), field) - component.fields.begin());
  };
  for (const Rule* member : members) {
    if (!member->is_composite) continue;
    Comparison& comparison = comparisons_[member];
    for (const ContextField& field : member->composite.same_fields) comparison.same.push_back(position(field));
    for (const ContextField& field : member->composite.different_fields) comparison.different.push_back(position(field));
    if (member->composite.log) comparison.log = position(*member->composite.log);
  }
  components_.push_back(std::move(component));
  signatures_.push_back(std::move(signature));
}

std::optional<std::size_t> CorrelationPlan::ComponentOf(const Rule& rule) const {
  const auto found = component_of_.find(&rule);
  return found == component_of_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> CorrelationPlan::ComponentOf(const std::vector<Alternative>& alternatives) const {
  for (const Alternative& alternative : alternatives) {
    if (!alternative.composites.empty()) return component_of_.at(alternative.composites.front());
    const Rule* result = alternative.result;
    if (result != nullptr && (result->is_target || Ignores(*result)))
      if (const auto found = component_of_.find(result); found != component_of_.end()) return found->second;
  }
  return std::nullopt;
}

}  // namespace trailsift
