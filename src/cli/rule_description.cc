#include "cli/rule_description.h"

#include <algorithm>
#include <set>
#include <vector>

#include "rules/as_written.h"
#include "rules/ascii.h"
#include "rules/compiled_rules.h"

namespace trailsift {
namespace {

std::string Join(const std::vector<std::string>& texts, const char* between = ", ") {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : between) + text;
  return out;
}

std::string Title(const Rule& rule) {
  std::string out = rule.info.id + " (level " + std::to_string(rule.info.level) + (rule.no_alert ? ", noalert" : "") + ')';
  return rule.info.description.empty() ? out : out + ' ' + rule.info.description;
}

std::string Indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  return out + '\n';
}

void AppendParents(const Rule& rule, std::size_t depth, std::set<const Rule*>& seen, std::string& out) {
  for (const Rule* parent : rule.parents) {
    const bool known = !seen.insert(parent).second;
    out += std::string(2 * depth, ' ') + Title(*parent) + (known && !parent->parents.empty() ? " (its parents: above)" : "") + '\n';
    if (!known) AppendParents(*parent, depth + 1, seen, out);
  }
}

std::string Names(const std::vector<ContextField>& fields) {
  std::vector<std::string> names;
  for (const ContextField& field : fields) names.push_back(field.name);
  return Join(names);
}

std::string CountsText(const Rule& rule) {
  const Composite& composite = rule.composite;
  std::vector<std::string> targets;
  for (const Rule* target : composite.targets) targets.push_back(target->info.id);
  std::string out = std::to_string(composite.count) + " events within " + std::to_string(composite.timeframe / kSecond) +
                    " s that end at " + Join(targets);
  if (!composite.same_fields.empty()) out += ", with the same " + Names(composite.same_fields);
  if (!composite.different_fields.empty()) out += ", each with another " + Names(composite.different_fields);
  return out;
}

void AppendMitre(const Rule& rule, std::string& out) {
  for (const MitreTechnique& technique : rule.info.mitre) {
    out += "MITRE " + technique.id;
    if (!technique.technique.empty()) out += ' ' + technique.technique;
    if (!technique.tactics.empty()) out += " (" + Join(technique.tactics) + ')';
    out += '\n';
  }
}

void AppendLists(const Rule& rule, std::string& out) {
  std::set<std::string> named;
  for (const ListCondition& condition : rule.lists) {
    if (condition.list == nullptr || !named.insert(condition.list_name).second) continue;
    if (named.size() == 1) out += "\nLists it asks\n";
    out += "  " + condition.list_name + ": " + std::to_string(condition.list->size()) +
           (condition.list->size() == 1 ? " key\n" : " keys\n");
  }
}

// One of the rule's tests, as the compiler takes it.
struct RuleTest {
  CompiledField field;
  std::string field_name;  // as the rule writes it
  std::string text;
  const Condition* condition = nullptr;  // or
  const ListCondition* list = nullptr;
};

std::vector<RuleTest> TestsOf(const Rule& rule) {
  std::vector<RuleTest> tests;
  for (const Condition& condition : rule.conditions)
    tests.push_back(
        {{condition.subject, AsciiLower(condition.name)}, condition.name, Written(condition).ToXml(), &condition, nullptr});
  for (const ListCondition& list : rule.lists) {
    const bool user = AsciiEqual(list.name, "user");
    tests.push_back({{user ? Condition::Subject::kStatic : Condition::Subject::kField, AsciiLower(list.name)},
                     list.name,
                     Written(list).ToXml(),
                     nullptr,
                     &list});
  }
  return tests;
}

bool HoldsFor(const RuleTest& test, std::string_view value) {
  return test.list != nullptr ? ListHolds(*test.list, value) : test.condition->expression.Holds(value);
}

std::string FieldName(const CompiledField& field, const std::vector<RuleTest>& tests) {
  switch (field.subject) {
    case Condition::Subject::kLog: return "the log";
    case Condition::Subject::kLocation: return "the location";
    case Condition::Subject::kDecoder: return "the decoder";
    default: break;
  }
  for (const RuleTest& test : tests)
    if (test.field.subject == field.subject && test.field.name == field.name) return test.field_name;
  return field.name;
}

class TreeText {
 public:
  TreeText(const RuleSet& set, const CompiledTree& tree, bool cloudtrail)
      : compiled_(set.compiled()), tree_(tree), cloudtrail_(cloudtrail) {}

  // `sharing`: say how many rules ask the same test.
  std::string Describe(const Rule& rule, bool sharing) const {
    const std::vector<RuleTest> tests = TestsOf(rule);
    const CompiledRule* found = Find(rule);
    if (found == nullptr) return NeverText(rule, tests);
    std::string out;
    if (rule.parents.empty()) out += "  a root: " + Way(tree_.roots, *found, tests) + '\n';
    for (const Rule* parent : rule.parents) {
      const CompiledRule* above = Find(*parent);
      out += "  below " + parent->info.id + ": ";
      out += above == nullptr ? "never reached, its parent never holds\n" : Way(above->children, *found, tests) + '\n';
    }
    for (const RuleTest& test : tests)
      if (cloudtrail_ && CloudTrailValue(test.field).known) out += "  settled when loading: " + test.text + " always holds\n";
    // In the order in which they are asked.
    std::size_t number = 0;
    for (const std::uint32_t compiled : found->tests) {
      const auto test = std::find_if(tests.begin(), tests.end(), [&](const RuleTest& known) { return Is(known, compiled); });
      if (test == tests.end()) continue;
      out += "  " + std::to_string(++number) + ". " + test->text + (sharing ? Sharing(compiled) : "") + '\n';
    }
    for (const WrittenTest& limit : WrittenTests(rule))
      if (limit.element == "maxsize" || limit.element == "time" || limit.element == "weekday")
        out += "  " + std::to_string(++number) + ". " + limit.ToXml() + '\n';
    if (number == 0) out += "  no test is left: it holds wherever its parent does\n";
    return out;
  }

 private:
  const CompiledRule* Find(const Rule& rule) const {
    const auto found =
        std::find_if(tree_.rules.begin(), tree_.rules.end(), [&](const CompiledRule& compiled) { return compiled.rule == &rule; });
    return found == tree_.rules.end() ? nullptr : &*found;
  }

  std::string NeverText(const Rule& rule, const std::vector<RuleTest>& tests) const {
    if (rule.never_holds) return "  left out: one of its tests needs what no event here has\n";
    std::string out = "  left out:";
    for (const RuleTest& test : tests) {
      const FixedValue fixed = CloudTrailValue(test.field);
      if (fixed.known && (!fixed.value || !HoldsFor(test, *fixed.value))) {
        out += ' ' + test.text + " never holds, " + FieldName(test.field, tests) + " is always ";
        return out + (fixed.value ? std::string(*fixed.value) : "absent") + '\n';
      }
    }
    return out + " it never holds\n";
  }

  // How the rule is found among those children.
  std::string Way(const ChildIndex& children, const CompiledRule& rule, const std::vector<RuleTest>& tests) const {
    const auto number = static_cast<std::uint32_t>(&rule - tree_.rules.data());
    const auto at = std::find(children.rules.begin(), children.rules.end(), number);
    if (at == children.rules.end()) return "not among those that are tried";
    const auto position = static_cast<std::uint32_t>(at - children.rules.begin());
    const std::string among =
        ", number " + std::to_string(position + 1) + " of " + std::to_string(children.rules.size()) + " siblings";
    for (const ChildIndex::ByValue& index : children.by_value) {
      std::vector<std::string> keys;
      for (const auto& [value, groups] : index.groups)
        for (const ChildIndex::Group& group : groups)
          if (std::find(group.positions.begin(), group.positions.end(), position) != group.positions.end()) keys.push_back(value);
      std::sort(keys.begin(), keys.end());
      if (!keys.empty())
        return "looked up by " + FieldName(compiled_.fields()[index.field], tests) + " = " + Join(keys, " | ") + among;
    }
    for (const ChildIndex::ByTest& index : children.by_test)
      if (std::find(index.positions.begin(), index.positions.end(), position) != index.positions.end())
        return "tried where the list of its test holds the value" + among;
    return "tried for every event that comes so far" + among;
  }

  // Whether the compiler made this test of the rule's.
  bool Is(const RuleTest& test, std::uint32_t number) const {
    const CompiledTest& compiled = compiled_.tests()[number];
    const CompiledField& field = compiled_.fields()[compiled.field];
    if (field.subject != test.field.subject || field.name != test.field.name) return false;
    if (test.list != nullptr) {
      return compiled.list != nullptr && compiled.list->list == test.list->list && compiled.list->lookup == test.list->lookup &&
             compiled.list->check_value.pattern() == test.list->check_value.pattern();
    }
    const Expression& expression = test.condition->expression;
    return compiled.expression != nullptr && compiled.expression->type() == expression.type() &&
           compiled.expression->negate() == expression.negate() && compiled.expression->pattern() == expression.pattern();
  }

  std::string Sharing(std::uint32_t test) const {
    const auto asks = [&](const CompiledRule& rule) {
      return std::find(rule.tests.begin(), rule.tests.end(), test) != rule.tests.end();
    };
    const auto count = std::count_if(tree_.rules.begin(), tree_.rules.end(), asks);
    return count > 1 ? "   (asked once for " + std::to_string(count) + " rules)" : "";
  }

  const CompiledRules& compiled_;
  const CompiledTree& tree_;
  bool cloudtrail_;
};

}  // namespace

std::string DescribeRule(const RuleSet& set, const Rule& rule, const std::string& definition) {
  std::string out = "Rule " + Title(rule) + '\n';
  const Place& place = rule.place;
  if (!place.file.empty()) out += "at " + place.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + '\n';
  if (!rule.info.groups.empty()) out += "groups " + Join(rule.info.groups) + '\n';
  AppendMitre(rule, out);
  if (!definition.empty()) out += "\nDefinition\n" + Indented(definition);
  if (!rule.parents.empty()) {
    out += "\nParents, up to the root\n";
    std::set<const Rule*> seen;
    AppendParents(rule, 1, seen, out);
  }
  if (!rule.children.empty()) {
    out += "\nChildren, in the order they are tried\n";
    for (const Rule* child : rule.children) out += "  " + Title(*child) + '\n';
  }
  if (rule.is_composite) out += "\nCounts\n  " + CountsText(rule) + '\n';
  std::string counted;
  for (const std::unique_ptr<Rule>& other : set.rules())
    if (other->is_composite &&
        std::find(other->composite.targets.begin(), other->composite.targets.end(), &rule) != other->composite.targets.end())
      counted += "  " + Title(*other) + '\n';
  if (!counted.empty()) out += "\nCounted by\n" + counted;
  AppendLists(rule, out);
  return out;
}

std::string DescribeCompiled(const RuleSet& set, const Rule& rule) {
  const TreeText records(set, set.compiled().cloudtrail(), true);
  const TreeText messages(set, set.compiled().general(), false);
  if (records.Describe(rule, false) == messages.Describe(rule, false)) return "\nCompiled\n" + records.Describe(rule, true);
  return "\nCompiled for CloudTrail records\n" + records.Describe(rule, true) + "\nCompiled for other messages\n" +
         messages.Describe(rule, true);
}

}  // namespace trailsift
