#include "rules/compiled_rules.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "rules/ascii.h"

namespace trailsift {

FixedValue CloudTrailValue(const CompiledField& field) {
  switch (field.subject) {
    case Condition::Subject::kDecoder: return {true, "json"};
    case Condition::Subject::kLocation: return {true, "Wazuh-AWS"};
    case Condition::Subject::kStatic: return field.name == "hostname" ? FixedValue{} : FixedValue{true, std::nullopt};
    case Condition::Subject::kField:
      if (field.name == "integration") return {true, "aws"};
      if (field.name == "aws.source") return {true, "cloudtrail"};
      return {};
    case Condition::Subject::kLog: return {};
  }
  return {};
}

class RuleCompiler {
 public:
  explicit RuleCompiler(CompiledRules& out) : out_(out) {}

  void Compile(const std::vector<std::unique_ptr<Rule>>& rules, const std::vector<const Rule*>& roots, bool fold,
               CompiledTree& tree) {
    fold_ = fold;
    std::unordered_map<const Rule*, std::uint32_t> number;
    for (const std::unique_ptr<Rule>& rule : rules) {
      CompiledRule compiled;
      if (rule->never_holds || !CompileTests(*rule, compiled)) continue;
      number[rule.get()] = static_cast<std::uint32_t>(tree.rules.size());
      tree.rules.push_back(std::move(compiled));
    }
    for (std::size_t i = 0; i < tree.rules.size(); ++i) tree.rules[i].children = Index(tree, number, tree.rules[i].rule->children);
    std::vector<const Rule*> reached;
    for (const Rule* root : roots)
      if (root->category == "syslog") reached.push_back(root);
    tree.roots = Index(tree, number, reached);
  }

  // Once, behind all Compile()s.
  void BuildScans() {
    for (Scan& scan : scans_) out_.scans_.push_back({scan.field, LiteralScan(scan.texts), std::move(scan.tests)});
  }

 private:
  FixedValue FixedValueOf(std::uint32_t field) const { return fold_ ? CloudTrailValue(out_.fields_[field]) : FixedValue(); }

  // False when a constant decides that the rule never holds.
  bool CompileTests(const Rule& rule, CompiledRule& compiled) {
    compiled.rule = &rule;
    compiled.has_limits = rule.max_size > 0 || rule.time || rule.weekdays;
    for (const Condition& condition : rule.conditions) {
      const std::uint32_t field = FieldNumber(condition.subject, condition.name);
      const FixedValue constant = FixedValueOf(field);
      if (!constant.known) {
        compiled.tests.push_back(ExpressionNumber(field, condition.expression));
      } else if (!constant.value || !condition.expression.Holds(*constant.value)) {
        return false;
      }
    }
    for (const ListCondition& condition : rule.lists) {
      const std::uint32_t field = FieldNumber(ListSubject(condition.name), condition.name);
      const FixedValue constant = FixedValueOf(field);
      if (!constant.known) {
        compiled.tests.push_back(ListNumber(field, condition));
      } else if (!constant.value || !ListHolds(condition, *constant.value)) {
        return false;
      }
    }
    return true;
  }

  static Condition::Subject ListSubject(std::string_view name) {
    return AsciiEqual(name, "user") ? Condition::Subject::kStatic : Condition::Subject::kField;
  }

  std::uint32_t FieldNumber(Condition::Subject subject, const std::string& name) {
    const std::string folded = AsciiLower(name);
    const auto next = static_cast<std::uint32_t>(out_.fields_.size());
    const auto [entry, is_new] = fields_.try_emplace(std::to_string(static_cast<int>(subject)) + folded, next);
    if (is_new) out_.fields_.push_back({subject, folded});
    return entry->second;
  }

  std::uint32_t AddTest(const std::string& key, CompiledTest test) {
    const auto next = static_cast<std::uint32_t>(out_.tests_.size());
    const auto [entry, is_new] = tests_.try_emplace(key, next);
    if (is_new) {
      if (test.expression != nullptr) test.scan = AddToScan(test, next);
      out_.tests_.push_back(test);
      literals_.push_back(test.expression == nullptr ? std::nullopt : test.expression->ExactLiterals());
    }
    return entry->second;
  }

  // The scan that decides the test; kNoScan when it is none that a scan can decide.
  std::uint32_t AddToScan(const CompiledTest& test, std::uint32_t number) {
    const std::optional<std::vector<std::string>> texts = test.expression->Substrings();
    if (!texts) return CompiledTest::kNoScan;
    auto scan = std::find_if(scans_.begin(), scans_.end(), [&](const Scan& known) { return known.field == test.field; });
    if (scan == scans_.end()) scan = scans_.insert(scan, Scan{test.field, 0, {}, {}});
    std::size_t bytes = scan->bytes;
    for (const std::string& text : *texts) bytes += text.size();
    if (bytes > LiteralScan::kMaxBytes) return CompiledTest::kNoScan;
    scan->bytes = bytes;
    for (const std::string& text : *texts) {
      scan->texts.push_back(text);
      scan->tests.push_back(number);
    }
    return static_cast<std::uint32_t>(scan - scans_.begin());
  }

  std::uint32_t ExpressionNumber(std::uint32_t field, const Expression& expression) {
    std::string key =
        std::to_string(field) + (expression.negate() ? '!' : '=') + std::to_string(static_cast<int>(expression.type())) + ':';
    return AddTest(key + expression.pattern(), {field, &expression, nullptr});
  }

  std::uint32_t ListNumber(std::uint32_t field, const ListCondition& condition) {
    std::string key = std::to_string(field) + '#' + std::to_string(static_cast<int>(condition.lookup)) + ':';
    key += std::to_string(reinterpret_cast<std::uintptr_t>(condition.list)) + ':';
    return AddTest(key + condition.check_value.pattern(), {field, nullptr, &condition});
  }

  // The values one test asks for, when it asks for exact ones.
  const std::optional<std::vector<std::string>>& Literals(std::uint32_t test) const { return literals_[test]; }

  template <typename RulePointer>
  ChildIndex Index(CompiledTree& tree, const std::unordered_map<const Rule*, std::uint32_t>& number,
                   const std::vector<RulePointer>& siblings) const {
    // Not worth a look-up below this.
    constexpr std::size_t kFew = 3;
    ChildIndex index;
    for (const Rule* rule : siblings) {
      const auto found = number.find(rule);
      if (found != number.end()) index.rules.push_back(found->second);
    }
    // How many distinct values the siblings ask of each field: the more, the fewer candidates are left.
    Asked asked;
    for (std::uint32_t rule : index.rules)
      for (std::uint32_t test : tree.rules[rule].tests)
        if (const auto& literals = Literals(test)) asked[out_.tests_[test].field].insert(literals->begin(), literals->end());
    Shared shared;
    for (std::uint32_t rule : index.rules)
      for (std::uint32_t test : tree.rules[rule].tests) ++shared[test];
    for (std::uint32_t position = 0; position < index.rules.size(); ++position) {
      CompiledRule& rule = tree.rules[index.rules[position]];
      if (index.rules.size() <= kFew || !Place(rule, asked, shared, position, index)) index.always.push_back(position);
    }
    return index;
  }

  using Asked = std::unordered_map<std::uint32_t, std::unordered_set<std::string_view>>;
  using Shared = std::unordered_map<std::uint32_t, std::uint32_t>;

  // The test for exact values whose field tells most siblings apart.
  std::optional<std::uint32_t> BestTest(const CompiledRule& rule, const Asked& asked) const {
    std::optional<std::uint32_t> best;
    std::size_t best_asked = 0;
    for (std::uint32_t test : rule.tests) {
      if (!Literals(test)) continue;
      const std::size_t values = asked.at(out_.tests_[test].field).size();
      if (values <= best_asked) continue;
      best = test;
      best_asked = values;
    }
    return best;
  }

  bool Place(CompiledRule& rule, const Asked& asked, const Shared& shared, std::uint32_t position, ChildIndex& index) const {
    if (const std::optional<std::uint32_t> best = BestTest(rule, asked)) {
      // What the index will have answered moves to the end of the rule's tests; of the others the one that fewest siblings share is the gate.
      const auto answered = std::find(rule.tests.begin(), rule.tests.end(), *best);
      std::rotate(answered, answered + 1, rule.tests.end());
      const auto gate = std::min_element(rule.tests.begin(), rule.tests.end() - 1,
                                         [&](std::uint32_t a, std::uint32_t b) { return shared.at(a) < shared.at(b); });
      PlaceByValue(*best, rule.tests.size() == 1 ? ChildIndex::kNoGate : *gate, position, index);
      return true;
    }
    for (std::uint32_t test : rule.tests) {
      const ListCondition* list = out_.tests_[test].list;
      if (list == nullptr || list->lookup == ListLookup::kNotMatchKey || list->lookup == ListLookup::kNotAddressMatchKey) continue;
      auto entry = std::find_if(index.by_test.begin(), index.by_test.end(), [&](const auto& by) { return by.test == test; });
      if (entry == index.by_test.end()) entry = index.by_test.insert(entry, {test, {}});
      entry->positions.push_back(position);
      return true;
    }
    for (std::uint32_t test : rule.tests) {
      const std::uint32_t scan = out_.tests_[test].scan;
      if (scan == CompiledTest::kNoScan) continue;
      auto entry = std::find_if(index.by_scan.begin(), index.by_scan.end(), [&](const auto& by) { return by.scan == scan; });
      if (entry == index.by_scan.end()) entry = index.by_scan.insert(entry, {scan, {}});
      entry->positions[test].push_back(position);
      return true;
    }
    return false;
  }

  void PlaceByValue(std::uint32_t test, std::uint32_t gate, std::uint32_t position, ChildIndex& index) const {
    const std::uint32_t field = out_.tests_[test].field;
    auto entry = std::find_if(index.by_value.begin(), index.by_value.end(), [&](const auto& by) { return by.field == field; });
    if (entry == index.by_value.end()) entry = index.by_value.insert(entry, {field, 0, {}});
    for (const std::string& literal : *Literals(test)) {
      std::vector<ChildIndex::Group>& groups = entry->groups[literal];
      auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& known) { return known.gate == gate; });
      if (group == groups.end()) group = groups.insert(group, {gate, {}});
      if (group->positions.empty() || group->positions.back() != position) group->positions.push_back(position);
      entry->longest = std::max(entry->longest, literal.size());
    }
  }

  struct Scan {
    std::uint32_t field = 0;
    std::size_t bytes = 0;
    std::vector<std::string> texts;
    std::vector<std::uint32_t> tests;  // of each text
  };

  CompiledRules& out_;
  bool fold_ = false;
  std::unordered_map<std::string, std::uint32_t> fields_;
  std::unordered_map<std::string, std::uint32_t> tests_;
  std::vector<std::optional<std::vector<std::string>>> literals_;  // by test
  std::vector<Scan> scans_;
};

CompiledRules::CompiledRules(const std::vector<std::unique_ptr<Rule>>& rules, const std::vector<const Rule*>& roots) {
  RuleCompiler compiler(*this);
  compiler.Compile(rules, roots, false, general_);
  compiler.Compile(rules, roots, true, cloudtrail_);
  compiler.BuildScans();
}

bool ListHolds(const ListCondition& condition, std::string_view value) {
  switch (condition.lookup) {
    case ListLookup::kMatchKey: return condition.list->Find(value).has_value();
    case ListLookup::kNotMatchKey: return !condition.list->Find(value).has_value();
    case ListLookup::kAddressMatchKey: return condition.list->FindAddress(value).has_value();
    case ListLookup::kNotAddressMatchKey: return !condition.list->FindAddress(value).has_value();
    case ListLookup::kMatchKeyValue: {
      const auto found = condition.list->Find(value);
      return found && condition.check_value.Holds(*found);
    }
    case ListLookup::kAddressMatchKeyValue: {
      const auto found = condition.list->FindAddress(value);
      return found && condition.check_value.Holds(*found);
    }
  }
  return false;
}

}  // namespace trailsift
