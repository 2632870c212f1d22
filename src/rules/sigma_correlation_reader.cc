#include "rules/sigma_correlation_reader.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/sigma_header.h"

namespace trailsift {
namespace {

using Type = SigmaCorrelation::Type;

constexpr std::pair<std::string_view, Type> kTypes[] = {
    {"event_count", Type::kEventCount},           {"value_count", Type::kValueCount},       {"temporal", Type::kTemporal},
    {"temporal_ordered", Type::kTemporalOrdered}, {"value_sum", Type::kValueSum},           {"value_avg", Type::kValueAverage},
    {"value_percentile", Type::kValuePercentile}, {"value_median", Type::kValuePercentile},
};
constexpr std::pair<std::string_view, SigmaThreshold::Kind> kOperators[] = {
    {"gt", SigmaThreshold::Kind::kAbove},   {"gte", SigmaThreshold::Kind::kAtLeast}, {"lt", SigmaThreshold::Kind::kBelow},
    {"lte", SigmaThreshold::Kind::kAtMost}, {"eq", SigmaThreshold::Kind::kEqual},    {"neq", SigmaThreshold::Kind::kUnequal},
};
constexpr std::pair<char, Millis> kUnits[] = {{'s', kSecond}, {'m', kMinute}, {'h', kHour}, {'d', kDay}};
// What a window may reach back: memory is bounded by time.
constexpr Millis kMaxTimespan = 365 * kDay;

class CorrelationReader {
 public:
  CorrelationReader(const YamlNode& document, const std::string& file, Diagnostics& diagnostics)
      : document_(document), section_(*document.Find("correlation")), file_(file), diagnostics_(diagnostics) {}

  void Read(SigmaCorrelationDraft& draft) {
    if (!section_.is_map())
      return Error(section_, "`correlation` must be a map", "it has `type`, `rules`, `timespan` and `condition`");
    SigmaCorrelation& correlation = draft.correlation;
    ReadType(correlation);
    for (const YamlNode& one : Names("rules", "write the ids or names of the rules, each behind `- `"))
      draft.references.push_back({one.text, PlaceOf(one)});
    if (draft.references.size() > SigmaCorrelation::kMaxInputs)
      Error(section_, "a correlation refers to at most " + std::to_string(SigmaCorrelation::kMaxInputs) + " rules");
    if (section_.Find("group-by") != nullptr)
      for (const YamlNode& one : Names("group-by", "write field names, each behind `- `")) correlation.group_by.push_back(one.text);
    ReadAliases(draft);
    ReadTimespan(correlation);
    ReadCondition(draft);
    correlation.generate = ReadGenerate();
    for (const YamlMember& member : section_.members) {
      constexpr std::string_view kKnown[] = {"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"};
      if (std::find(std::begin(kKnown), std::end(kKnown), member.key) == std::end(kKnown))
        diagnostics_.Error(file_, member.line, member.column, "`" + member.key + "` is no part of a correlation",
                           "it has type, rules, group-by, timespan, condition and aliases");
    }
  }

 private:
  void Error(const YamlNode& node, const std::string& message, const std::string& hint = "") {
    diagnostics_.Error(file_, node.line, node.column, message, hint);
  }
  Place PlaceOf(const YamlNode& node) const { return {file_, node.line, node.column}; }

  void ReadType(SigmaCorrelation& correlation) {
    const YamlNode* type = section_.Find("type");
    if (type == nullptr || !type->is_scalar())
      return Error(type == nullptr ? section_ : *type, "the correlation has no `type`", "for example `type: event_count`");
    for (const auto& [name, known] : kTypes) {
      if (name != type->text) continue;
      correlation.type = known;
      type_ = name;
      return;
    }
    Error(*type, "`" + type->text + "` is no type of correlation",
          "one of event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile, value_median");
  }

  // A list of texts, or one alone.
  std::vector<YamlNode> Names(const char* key, const std::string& hint) {
    const YamlNode* node = section_.Find(key);
    if (node != nullptr && node->is_scalar() && !node->text.empty()) return {*node};
    if (node == nullptr || !node->is_sequence() || node->items.empty()) {
      Error(node == nullptr ? section_ : *node, "the correlation has no `" + std::string(key) + "`", hint);
      return {};
    }
    std::set<std::string> seen;
    for (const YamlNode& one : node->items) {
      if (!one.is_scalar() || one.text.empty()) Error(one, "an entry of `" + std::string(key) + "` must be a text", hint);
      else if (!seen.insert(one.text).second) Error(one, "`" + one.text + "` stands twice in `" + std::string(key) + "`");
    }
    return node->items;
  }

  void ReadAliases(SigmaCorrelationDraft& draft) {
    const YamlNode* aliases = section_.Find("aliases");
    if (aliases == nullptr || aliases->is_null()) return;
    if (!aliases->is_map()) return Error(*aliases, "`aliases` must be a map", "of an alias to a map of rule names to fields");
    for (const YamlMember& member : aliases->members) {
      SigmaCorrelationDraft::Alias alias;
      alias.name = member.key;
      alias.place = {file_, member.line, member.column};
      if (!member.value.is_map()) {
        Error(member.value, "the alias `" + member.key + "` must be a map of rule names to fields");
        continue;
      }
      for (const YamlMember& field : member.value.members) {
        if (field.value.is_scalar() && !field.value.text.empty())
          alias.fields.push_back({{field.key, {file_, field.line, field.column}}, field.value.text});
        else Error(field.value, "the alias `" + member.key + "` needs a field name for `" + field.key + "`");
      }
      draft.aliases.push_back(std::move(alias));
    }
  }

  void ReadTimespan(SigmaCorrelation& correlation) {
    const YamlNode* node = section_.Find("timespan");
    const std::string hint = "a number and one of s, m, h and d: `timespan: 5m`";
    if (node == nullptr || !node->is_scalar())
      return Error(node == nullptr ? section_ : *node, "the correlation has no `timespan`", hint);
    const std::string& text = node->text;
    Millis count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool one_left = end + 1 == text.data() + text.size();
    for (const auto& [unit, length] : kUnits) {
      if (error != std::errc() || !one_left || *end != unit || count <= 0) continue;
      if (count <= kMaxTimespan / length) correlation.timespan = count * length;
      else Error(*node, "the timespan `" + text + "` is longer than a year");
      return;
    }
    Error(*node, "`" + text + "` is no timespan", hint);
  }

  bool NeedsField() const { return type_.starts_with("value_"); }

  void ReadCondition(SigmaCorrelationDraft& draft) {
    SigmaCorrelation& correlation = draft.correlation;
    const YamlNode* node = section_.Find("condition");
    const bool is_temporal = correlation.type == Type::kTemporal || correlation.type == Type::kTemporalOrdered;
    if (node == nullptr && is_temporal && !type_.empty()) {
      correlation.thresholds.push_back({SigmaThreshold::Kind::kAtLeast, static_cast<double>(draft.references.size())});
      return;
    }
    if (node == nullptr || !node->is_map())
      return Error(node == nullptr ? section_ : *node, "the correlation's `condition` must be a map",
                   "for example `gte: 10` below it");
    for (const YamlMember& member : node->members) ReadConditionMember(member, correlation);
    if (correlation.thresholds.empty())
      Error(*node, "the condition compares with nothing", "write one of gt, gte, lt, lte, eq, neq");
    if (NeedsField() && correlation.fields.empty()) Error(*node, "a `" + type_ + "` needs a `field` in its condition");
    if (type_ == "value_percentile" && node->Find("percentile") == nullptr)
      Error(*node, "a `value_percentile` needs `percentile` in its condition", "a number from 0 to 100");
  }

  void ReadConditionMember(const YamlMember& member, SigmaCorrelation& correlation) {
    const YamlNode& value = member.value;
    if (member.key == "field") {
      if (!NeedsField() && !type_.empty())
        return diagnostics_.Error(file_, member.line, member.column, "a `" + type_ + "` measures no field", "take the line out");
      const bool several = value.is_sequence() && correlation.type == Type::kValueCount;
      const std::vector<YamlNode> one{value};
      for (const YamlNode& name : several ? value.items : one) {
        if (name.is_scalar() && !name.text.empty()) correlation.fields.push_back(name.text);
        else
          Error(name, "`field` must be the name of a field", "only `value_count` takes a list of them: combinations are counted");
      }
      return;
    }
    const std::optional<double> number = NumberOf(value);
    if (member.key == "percentile" && type_ == "value_percentile") {
      if (number && *number >= 0 && *number <= 100) correlation.percentile = *number;
      else Error(value, "`percentile` must be a number from 0 to 100");
      return;
    }
    for (const auto& [name, kind] : kOperators) {
      if (name != member.key) continue;
      if (number) correlation.thresholds.push_back({kind, *number});
      else Error(value, "`" + member.key + "` must be a number");
      return;
    }
    diagnostics_.Error(file_, member.line, member.column, "`" + member.key + "` compares nothing",
                       "one of gt, gte, lt, lte, eq, neq");
  }

  static std::optional<double> NumberOf(const YamlNode& node) {
    if (!node.is_scalar() || node.quoted || !node.is_number()) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
    if (error != std::errc() || end != node.text.data() + node.text.size()) return std::nullopt;
    return number;
  }

  // The schema has it beside `correlation`, and many write it inside.
  bool ReadGenerate() {
    const YamlNode* node = document_.Find("generate");
    if (node == nullptr) node = section_.Find("generate");
    if (node == nullptr || node->is_null()) return false;
    if (node->is_scalar() && !node->quoted && (node->text == "true" || node->text == "false")) return node->text == "true";
    Error(*node, "`generate` must be true or false");
    return false;
  }

  const YamlNode& document_;
  const YamlNode& section_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::string type_;
};

class Linker {
 public:
  Linker(std::vector<std::unique_ptr<SigmaCorrelationDraft>>& drafts, const std::vector<std::unique_ptr<SigmaRule>>& rules,
         const std::vector<SigmaLeftOut>& left_out, Diagnostics& diagnostics)
      : drafts_(drafts), rules_(rules), diagnostics_(diagnostics), state_(drafts.size(), State::kNew), place_(drafts.size()) {
    for (std::size_t i = 0; i < rules.size(); ++i) Name(rules[i]->uuid, rules[i]->name, {Target::kRule, i});
    for (std::size_t i = 0; i < drafts.size(); ++i)
      Name(drafts[i]->correlation.uuid, drafts[i]->correlation.name, {Target::kCorrelation, i});
    for (const SigmaLeftOut& one : left_out) Name(one.id, one.name, {Target::kLeftOut, 0});
  }

  LinkedSigma Link() {
    for (std::size_t i = 0; i < drafts_.size(); ++i) Visit(i);
    FindReported();
    return std::move(linked_);
  }

 private:
  struct Target {
    enum Kind { kRule, kCorrelation, kLeftOut } kind;
    std::size_t index;
    bool operator==(const Target&) const = default;
  };
  enum class State { kNew, kUnderWay, kLinked, kLeftOut, kFaulty };

  void Name(const std::string& id, const std::string& name, const Target& target) {
    if (!id.empty()) targets_[AsciiLower(id)].push_back(target);
    if (!name.empty() && !AsciiEqual(name, id)) targets_[name].push_back(target);
  }

  void Fault(const Place& place, const std::string& message, const std::string& hint = "") {
    diagnostics_.Error(place.file, place.line, place.column, message, hint);
  }

  const Target* Resolve(const SigmaReference& reference) {
    auto found = targets_.find(reference.name);
    if (found == targets_.end()) found = targets_.find(AsciiLower(reference.name));
    if (found == targets_.end()) {
      Fault(reference.place, "no rule has the id or name `" + reference.name + '`',
            "give the rule's folder as well, or correct the name");
      return nullptr;
    }
    if (found->second.size() > 1) {
      Fault(reference.place, "two rules have the id or name `" + reference.name + '`', "give one of them another name");
      return nullptr;
    }
    return &found->second.front();
  }

  // Those that it refers to first.
  State Visit(std::size_t index) {
    if (state_[index] != State::kNew) return state_[index];
    state_[index] = State::kUnderWay;
    SigmaCorrelationDraft& draft = *drafts_[index];
    bool faulty = false;
    bool left_out = false;
    std::vector<Target> targets;
    for (const SigmaReference& reference : draft.references) {
      const Target* target = Resolve(reference);
      faulty = faulty || target == nullptr;
      if (target == nullptr) continue;
      targets.push_back(*target);
      left_out = left_out || target->kind == Target::kLeftOut;
      if (target->kind != Target::kCorrelation) continue;
      const State inner = Visit(target->index);
      if (inner == State::kUnderWay) Fault(reference.place, "the correlation refers to itself through `" + reference.name + '`');
      faulty = faulty || inner == State::kUnderWay || inner == State::kFaulty;
      left_out = left_out || inner == State::kLeftOut;
    }
    if (faulty) return state_[index] = State::kFaulty;
    if (left_out) {
      ++linked_.left_out;
      return state_[index] = State::kLeftOut;
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      SigmaCorrelation::Input input;
      input.is_correlation = targets[i].kind == Target::kCorrelation;
      input.index = input.is_correlation ? place_[targets[i].index] : targets[i].index;
      for (const std::string& name : draft.correlation.group_by)
        input.group_by.push_back(FieldOf(draft, name, targets[i], draft.references[i]));
      draft.correlation.inputs.push_back(std::move(input));
    }
    CheckAliases(draft);
    place_[index] = linked_.correlations.size();
    linked_.correlations.push_back(std::move(draft.correlation));
    return state_[index] = State::kLinked;
  }

  // What a name of `group-by` means for the events of a rule.
  std::string FieldOf(const SigmaCorrelationDraft& draft, const std::string& name, const Target& target,
                      const SigmaReference& reference) {
    const auto alias = std::find_if(draft.aliases.begin(), draft.aliases.end(), [&](const auto& one) { return one.name == name; });
    if (alias == draft.aliases.end()) return name;
    for (const auto& [rule, field] : alias->fields) {
      const auto found = targets_.find(rule.name);
      if (found != targets_.end() && std::find(found->second.begin(), found->second.end(), target) != found->second.end())
        return field;
    }
    Fault(alias->place, "the alias `" + name + "` does not say what it is of `" + reference.name + '`');
    return name;
  }

  void CheckAliases(const SigmaCorrelationDraft& draft) {
    for (const auto& alias : draft.aliases)
      for (const auto& [rule, field] : alias.fields)
        if (!targets_.contains(rule.name)) Fault(rule.place, "no rule has the name `" + rule.name + '`');
  }

  // What is referred to reports by itself only where a correlation of it says so.
  void FindReported() {
    std::vector<bool> generated_rules(rules_.size());
    std::vector<bool> generated(linked_.correlations.size());
    std::vector<bool> referred(linked_.correlations.size());
    for (const SigmaCorrelation& correlation : linked_.correlations)
      for (const SigmaCorrelation::Input& input : correlation.inputs) {
        if (input.is_correlation) {
          referred[input.index] = true;
          if (correlation.generate) generated[input.index] = true;
        } else {
          rules_[input.index]->is_reported = false;
          if (correlation.generate) generated_rules[input.index] = true;
        }
      }
    for (std::size_t i = 0; i < rules_.size(); ++i) rules_[i]->is_reported = rules_[i]->is_reported || generated_rules[i];
    for (std::size_t i = 0; i < linked_.correlations.size(); ++i)
      linked_.correlations[i].is_reported = !referred[i] || generated[i];
  }

  std::vector<std::unique_ptr<SigmaCorrelationDraft>>& drafts_;
  const std::vector<std::unique_ptr<SigmaRule>>& rules_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::vector<Target>> targets_;
  std::vector<State> state_;
  std::vector<std::size_t> place_;  // of a linked draft in linked_.correlations
  LinkedSigma linked_;
};

}  // namespace

std::unique_ptr<SigmaCorrelationDraft> ReadSigmaCorrelation(const YamlNode& document, const std::string& file,
                                                            const MitreTable& mitre, Diagnostics& diagnostics) {
  Diagnostics found;
  auto draft = std::make_unique<SigmaCorrelationDraft>();
  SigmaRule header;
  ReadSigmaHeader(document, file, mitre, header, found);
  draft->correlation.info = std::move(header.info);
  draft->correlation.uuid = std::move(header.uuid);
  draft->correlation.name = std::move(header.name);
  draft->correlation.place = {file, document.line, document.column};
  CorrelationReader(document, file, found).Read(*draft);
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  return found.has_errors() ? nullptr : std::move(draft);
}

LinkedSigma LinkSigmaCorrelations(std::vector<std::unique_ptr<SigmaCorrelationDraft>> drafts,
                                  const std::vector<std::unique_ptr<SigmaRule>>& rules, const std::vector<SigmaLeftOut>& left_out,
                                  Diagnostics& diagnostics) {
  return Linker(drafts, rules, left_out, diagnostics).Link();
}

}  // namespace trailsift
