// Puts checked rules into Wazuh's tree, in load order: parents must be there before their children. One thread, at load.
//
// Siblings stand by level, the highest first, equal ones in load order; level 0 stands before all, accuracy="0" behind all. A rule with
// an id below 10 is a root; a set without any gets a template root of its own (category syslog, level 0, noalert) below which rules
// without parents hang. An overwriting rule keeps the place, parents and children of the old one.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "rules/rule_draft.h"

namespace trailsift {

class RuleLinker {
 public:
  explicit RuleLinker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // All drafts of a set, in load order. Call once.
  void Link(std::vector<std::unique_ptr<RuleDraft>> drafts);

  std::vector<std::unique_ptr<Rule>>& rules() { return rules_; }
  std::vector<const Rule*> roots() const { return {roots_.begin(), roots_.end()}; }
  const std::unordered_map<int, Rule*>& by_id() const { return by_id_; }

 private:
  void AddTemplate();
  void Add(RuleDraft& draft);
  void Overwrite(RuleDraft& draft, Rule& old);
  // The parents; nothing when the rule is to be left out (the reason is in the diagnostics).
  bool FindParents(const RuleDraft& draft, std::vector<Rule*>& parents);
  bool ParentsBySid(const RuleDraft& draft, std::vector<Rule*>& parents);
  bool ParentsByLevel(const RuleDraft& draft, std::vector<Rule*>& parents);
  bool FindTargets(RuleDraft& draft);
  std::vector<Rule*> RulesOfGroup(const std::string& pattern) const;
  void InsertSorted(std::vector<Rule*>& siblings, Rule* rule) const;
  std::string NearestId(const std::string& id);
  void Warning(const Place& place, std::string message, std::string hint = "");
  void LeaveOut(const RuleDraft& draft, const Place& place, const std::string& why, std::string hint = "");
  void CheckDepth();

  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Rule>> rules_;
  std::vector<Rule*> roots_;
  std::unordered_map<int, Rule*> by_id_;
  std::unordered_map<const Rule*, int> order_;  // the level that places a rule, fixed at its first definition
  struct GroupEntry {
    std::string text;
    std::vector<Rule*> rules;
  };
  std::vector<GroupEntry> groups_;  // each distinct group text once: few, while rules are many
  std::unordered_map<std::string, std::size_t> group_index_;
  std::unordered_map<const Rule*, std::string> group_text_;
  int hints_given_ = 0;
};

}  // namespace trailsift
