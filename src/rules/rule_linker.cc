#include "rules/rule_linker.h"

#include <algorithm>
#include <charconv>

#include "base/suggest.h"
#include "rules/ascii.h"

namespace trailsift {
namespace {

constexpr int kLevelZeroOrder = 99;
constexpr int kLastOrder = -1;
// Deeper trees are a mistake, and walking them costs stack.
constexpr int kMaxDepth = 200;
constexpr int kMaxHints = 20;
constexpr std::size_t kMaxParentsShown = 10;

std::vector<std::string_view> SplitIds(std::string_view text) {
  std::vector<std::string_view> ids;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(", \t\r\n");
    if (end != 0) ids.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return ids;
}

// The id of a rule, or -1.
int ParseId(std::string_view text) {
  int id = -1;
  if (!AllDigits(text) || text.size() > 9) return -1;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

// Whether the text of an <if_sid> names just the parents that the rule has.
bool NamesParents(std::string_view text, const Rule& rule) {
  const std::vector<std::string_view> ids = SplitIds(text);
  const auto is_parent = [&](std::string_view id) {
    return std::any_of(rule.parents.begin(), rule.parents.end(), [&](const Rule* parent) { return parent->id == ParseId(id); });
  };
  return std::all_of(ids.begin(), ids.end(), is_parent) &&
         std::all_of(rule.parents.begin(), rule.parents.end(), [&](const Rule* parent) {
           return std::any_of(ids.begin(), ids.end(), [&](std::string_view id) { return parent->id == ParseId(id); });
         });
}

// `: 80202, 80203`; empty where there are many.
std::string ParentsText(const Rule& rule) {
  std::string text;
  if (rule.parents.size() > kMaxParentsShown) return text;
  for (const Rule* parent : rule.parents) text += (text.empty() ? ": " : ", ") + parent->info.id;
  return text;
}

}  // namespace

void RuleLinker::Link(std::vector<std::unique_ptr<RuleDraft>> drafts) {
  const bool has_root = std::any_of(drafts.begin(), drafts.end(), [](const auto& draft) { return draft->rule->id < 10; });
  if (!has_root) AddTemplate();
  for (std::unique_ptr<RuleDraft>& draft : drafts) Add(*draft);
  for (const std::unique_ptr<Rule>& rule : rules_)
    for (const Rule* target : rule->composite.targets) by_id_.at(target->id)->is_target = true;
  // A composite that goes by the text of logs counts whatever comes.
  if (std::any_of(rules_.begin(), rules_.end(), [](const auto& rule) { return rule->composite.log.has_value(); }))
    for (const std::unique_ptr<Rule>& rule : rules_) rule->is_target = rule->is_target || rule->info.level > 0;
  CheckDepth();
}

void RuleLinker::AddTemplate() {
  auto rule = std::make_unique<Rule>();
  rule->id = 1;
  rule->info.id = "1";
  rule->info.description = "any event";
  rule->info.groups = {"syslog"};
  rule->no_alert = true;
  order_[rule.get()] = kLevelZeroOrder;
  by_id_[1] = rule.get();
  roots_.push_back(rule.get());
  rules_.push_back(std::move(rule));
}

void RuleLinker::Add(RuleDraft& draft) {
  Rule& rule = *draft.rule;
  const auto known = by_id_.find(rule.id);
  if (known != by_id_.end()) {
    if (draft.overwrite) return Overwrite(draft, *known->second);
    const Place& first = known->second->place;
    Warning(rule.place, "rule id " + rule.info.id + " is taken; this rule is left out",
            "the first stands at " + first.file + ":" + std::to_string(first.line) + "; write overwrite=\"yes\" or another id");
    return;
  }
  if (draft.overwrite) Warning(rule.place, "rule " + rule.info.id + " overwrites nothing and is taken as a new rule");

  std::vector<Rule*> parents;
  if (rule.id >= 10 && !FindParents(draft, parents)) return;
  if (!FindTargets(draft)) return;

  Rule* added = draft.rule.get();
  order_[added] = rule.tried_last ? kLastOrder : rule.info.level == 0 ? kLevelZeroOrder : rule.info.level;
  if (rule.id < 10) {
    InsertSorted(roots_, added);
  } else {
    for (Rule* parent : parents) InsertSorted(parent->children, added);
    rule.parents.assign(parents.begin(), parents.end());
    rule.category = parents.front()->category;
  }
  by_id_[rule.id] = added;
  const auto [entry, is_new] = group_index_.try_emplace(draft.group_text, groups_.size());
  if (is_new) groups_.push_back({draft.group_text, {}});
  groups_[entry->second].rules.push_back(added);
  group_text_[added] = draft.group_text;
  rules_.push_back(std::move(draft.rule));
}

void RuleLinker::Overwrite(RuleDraft& draft, Rule& old) {
  if (draft.if_group || draft.if_level || (draft.if_sid && !NamesParents(draft.if_sid->text, old)))
    Warning(draft.if_sid ? draft.if_sid->place : draft.rule->place,
            "an overwriting rule keeps the parents of the old one" + ParentsText(old),
            "take the element out, or write a rule with an id of its own");
  if (draft.rule->is_composite != old.is_composite && draft.rule->is_composite)
    Warning(draft.rule->place, "an overwriting rule can't turn a plain rule into a composite one; its <if_matched_…> is left out");
  Rule& fresh = *draft.rule;
  fresh.children = std::move(old.children);
  fresh.parents = std::move(old.parents);
  fresh.category = std::move(old.category);
  fresh.composite.targets = std::move(old.composite.targets);
  fresh.composite.by_group = old.composite.by_group;
  fresh.composite.log = std::move(old.composite.log);
  fresh.composite.matched = std::move(old.composite.matched);
  fresh.is_composite = old.is_composite;
  fresh.info.frequency = old.is_composite ? fresh.composite.count : 0;
  old = std::move(fresh);

  auto& members = groups_[group_index_.at(group_text_[&old])].rules;
  members.erase(std::remove(members.begin(), members.end(), &old), members.end());
  const auto [entry, is_new] = group_index_.try_emplace(draft.group_text, groups_.size());
  if (is_new) groups_.push_back({draft.group_text, {}});
  groups_[entry->second].rules.push_back(&old);
  group_text_[&old] = draft.group_text;
}

bool RuleLinker::FindParents(const RuleDraft& draft, std::vector<Rule*>& parents) {
  if (draft.if_sid) return ParentsBySid(draft, parents);
  if (draft.if_level) return ParentsByLevel(draft, parents);
  const bool by_matched = !draft.if_group && draft.if_matched_group && !draft.if_matched_sid;
  if (draft.if_group || by_matched) {
    const PlacedText& group = draft.if_group ? *draft.if_group : *draft.if_matched_group;
    parents = RulesOfGroup(group.text);
    if (!parents.empty()) return true;
    LeaveOut(draft, group.place, "no rule before this one is in group `" + std::string(TrimBlank(group.text)) + "`");
    return false;
  }
  if (draft.if_matched_sid) {
    const auto found = by_id_.find(ParseId(TrimBlank(draft.if_matched_sid->text)));
    if (found != by_id_.end()) {
      parents.push_back(found->second);
      return true;
    }
    LeaveOut(draft, draft.if_matched_sid->place,
             "<if_matched_sid> " + std::string(TrimBlank(draft.if_matched_sid->text)) + " names no rule before this one",
             NearestId(draft.if_matched_sid->text));
    return false;
  }
  for (Rule* root : roots_)
    if (root->category == draft.rule->category) {
      parents.push_back(root);
      return true;
    }
  LeaveOut(draft, draft.rule->place, "no template rule has the category `" + draft.rule->category + "`");
  return false;
}

bool RuleLinker::ParentsBySid(const RuleDraft& draft, std::vector<Rule*>& parents) {
  const PlacedText& text = *draft.if_sid;
  const std::vector<std::string_view> ids = SplitIds(text.text);
  if (ids.empty()) {
    diagnostics_.Error(text.place.file, text.place.line, text.place.column, "<if_sid> names no rule", "write the id of the parent");
    return false;
  }
  for (std::string_view id : ids) {
    const int number = ParseId(id);
    if (number < 0) {
      LeaveOut(draft, text.place, "<if_sid> `" + std::string(id) + "` is no rule id", "separate ids by commas or blanks");
      return false;
    }
    const auto found = by_id_.find(number);
    if (found == by_id_.end()) {
      Warning(text.place, "<if_sid> " + std::string(id) + " names no rule before this one", NearestId(std::string(id)));
    } else if (std::find(parents.begin(), parents.end(), found->second) == parents.end()) {
      parents.push_back(found->second);
    }
  }
  if (!parents.empty()) return true;
  LeaveOut(draft, text.place, "none of its parents is there");
  return false;
}

bool RuleLinker::ParentsByLevel(const RuleDraft& draft, std::vector<Rule*>& parents) {
  const int level = ParseId(TrimBlank(draft.if_level->text));
  if (level < 0) {
    LeaveOut(draft, draft.if_level->place, "<if_level> is no number");
    return false;
  }
  for (const std::unique_ptr<Rule>& rule : rules_)
    if (order_.at(rule.get()) >= level) parents.push_back(rule.get());
  if (!parents.empty()) return true;
  LeaveOut(draft, draft.if_level->place, "no rule before this one has that level");
  return false;
}

bool RuleLinker::FindTargets(RuleDraft& draft) {
  Composite& composite = draft.rule->composite;
  if (draft.if_matched_sid) {
    const std::string id(TrimBlank(draft.if_matched_sid->text));
    const auto found = by_id_.find(ParseId(id));
    if (found == by_id_.end()) {
      LeaveOut(draft, draft.if_matched_sid->place, "<if_matched_sid> " + id + " names no rule before this one", NearestId(id));
      return false;
    }
    composite.targets.push_back(found->second);
    composite.matched = id;
  } else if (draft.if_matched_group) {
    composite.by_group = true;
    composite.matched = TrimBlank(draft.if_matched_group->text);
    for (Rule* rule : RulesOfGroup(draft.if_matched_group->text)) composite.targets.push_back(rule);
    if (composite.targets.empty()) {
      LeaveOut(draft, draft.if_matched_group->place,
               "no rule before this one is in group `" + std::string(TrimBlank(draft.if_matched_group->text)) + "`");
      return false;
    }
  }
  return true;
}

std::vector<Rule*> RuleLinker::RulesOfGroup(const std::string& pattern) const {
  const OsMatch match(pattern);
  std::vector<Rule*> found;
  for (const GroupEntry& entry : groups_)
    if (match.Holds(entry.text)) found.insert(found.end(), entry.rules.begin(), entry.rules.end());
  return found;
}

void RuleLinker::InsertSorted(std::vector<Rule*>& siblings, Rule* rule) const {
  const auto place = std::upper_bound(siblings.begin(), siblings.end(), order_.at(rule),
                                      [&](int order, const Rule* other) { return order > order_.at(other); });
  siblings.insert(place, rule);
}

std::string RuleLinker::NearestId(const std::string& id) {
  // Each search looks at every id: enough for a person's mistakes, bounded for a file of nothing but mistakes.
  if (hints_given_++ >= kMaxHints) return "";
  std::vector<std::string_view> ids;
  for (const std::unique_ptr<Rule>& rule : rules_) ids.emplace_back(rule->info.id);
  return DidYouMean(TrimBlank(id), ids);
}

void RuleLinker::Warning(const Place& place, std::string message, std::string hint) {
  diagnostics_.Warning(place.file, place.line, place.column, std::move(message), std::move(hint));
}

void RuleLinker::LeaveOut(const RuleDraft& draft, const Place& place, const std::string& why, std::string hint) {
  Warning(place, why + "; rule " + draft.rule->info.id + " is left out", std::move(hint));
}

void RuleLinker::CheckDepth() {
  // Parents stand before their children, so one pass sees each parent's depth first.
  std::unordered_map<const Rule*, int> depth;
  for (const std::unique_ptr<Rule>& rule : rules_) {
    int& own = depth[rule.get()];
    own = 1;
    for (const Rule* parent : rule->parents) own = std::max(own, depth[parent] + 1);
    if (own != kMaxDepth + 1) continue;
    diagnostics_.Error(rule->place.file, rule->place.line, rule->place.column,
                       "rule " + rule->info.id + " stands more than " + std::to_string(kMaxDepth) + " levels deep");
  }
}

}  // namespace trailsift
