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

bool AnyAncestorIsSilent(const Rule* rule, std::unordered_set<const Rule*>& seen) {
  for (const Rule* parent : rule->parents)
    if (seen.insert(parent).second && (parent->no_alert || AnyAncestorIsSilent(parent, seen))) return true;
  return false;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

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

CorrelationPlan::CorrelationPlan(const RuleSet& rules) {
  std::unordered_map<const Rule*, std::size_t> index;
  std::vector<const Rule*> composites;
  for (const auto& rule : rules.rules()) {
    const std::size_t next = index.size();
    index.emplace(rule.get(), next);
    if (rule->is_composite) composites.push_back(rule.get());
  }
  if (composites.empty()) return;

  // Nodes of the union: targets and composites. What else could be the result of an event that reaches the composite belongs with it,
  // since the composite's firing decides whether that result is remembered.
  Union joined(index.size());
  std::vector<std::unordered_set<const Rule*>> reach(composites.size());
  for (std::size_t i = 0; i < composites.size(); ++i) {
    const Rule* composite = composites[i];
    for (const Rule* target : composite->composite.targets) joined.Join(index.at(composite), index.at(target));
    for (const Rule* parent : composite->parents) CollectBelow(parent, reach[i]);
    CollectBelow(composite, reach[i]);
    std::unordered_set<const Rule*> seen;
    // Below a noalert rule the walk may go on with its siblings: then any result is possible.
    if (AnyAncestorIsSilent(composite, seen))
      for (const auto& rule : rules.rules()) reach[i].insert(rule.get());
    for (const Rule* rule : reach[i])
      if (rule->is_target || rule->is_composite) joined.Join(index.at(composite), index.at(rule));
  }

  std::map<std::size_t, std::vector<const Rule*>> members;  // by representative, composites in load order
  for (const Rule* composite : composites) members[joined.Find(index.at(composite))].push_back(composite);
  for (const auto& [representative, group] : members) {
    Component component;
    std::vector<std::string> common = group.front()->composite.same_fields;
    for (const Rule* composite : group)
      std::erase_if(common, [&](const std::string& name) {
        const auto& fields = composite->composite.same_fields;
        return std::find(fields.begin(), fields.end(), name) == fields.end();
      });
    std::sort(common.begin(), common.end());
    component.fields = common;
    component.group_fields = common.size();
    std::string signature;
    std::unordered_set<const Rule*> below;
    for (const Rule* composite : group) {
      component.max_timeframe = std::max(component.max_timeframe, composite->composite.timeframe);
      for (const std::string& name : composite->composite.same_fields) AddOnce(component.fields, name);
      for (const std::string& name : composite->composite.different_fields) AddOnce(component.fields, name);
      CollectBelow(composite, below);
      component_of_composite_.emplace(composite, components_.size());
    }
    std::set<std::string> sentences;
    for (const Rule* rule : below)
      for (std::string& name : WindowFields(rule->info.description)) sentences.insert(std::move(name));
    for (const std::string& name : sentences) AddOnce(component.fields, name);
    for (const auto& rule : rules.rules())
      if (rule->is_target && joined.Find(index.at(rule.get())) == representative) {
        component_of_target_.emplace(rule.get(), components_.size());
        signature += rule->info.id + ',';
      }
    signature += ';';
    for (const std::string& name : component.fields) signature += name + ',';
    component.signature = FastHash(signature + std::to_string(component.group_fields));
    components_.push_back(std::move(component));
  }
}

std::optional<std::size_t> CorrelationPlan::ComponentOf(const std::vector<Alternative>& alternatives) const {
  for (const Alternative& alternative : alternatives) {
    if (!alternative.composites.empty()) return component_of_composite_.at(alternative.composites.front());
    if (alternative.result != nullptr && alternative.result->is_target)
      if (const auto found = component_of_target_.find(alternative.result); found != component_of_target_.end())
        return found->second;
  }
  return std::nullopt;
}

int CorrelationPlan::FieldIndex(std::size_t component, std::string_view field) const {
  const auto& fields = components_[component].fields;
  const auto found = std::find(fields.begin(), fields.end(), field);
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

}  // namespace trailsift
