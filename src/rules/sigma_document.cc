#include "rules/sigma_document.h"

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/sigma_condition.h"
#include "rules/sigma_header.h"

namespace trailsift {
namespace {

class RuleReader {
 public:
  RuleReader(const YamlNode& document, const std::string& file, const SigmaPlaceholders& placeholders, Diagnostics& diagnostics)
      : document_(document), file_(file), diagnostics_(diagnostics), items_(file, placeholders, diagnostics) {}

  void Read(SigmaRule& rule) {
    CheckLogSource();
    ReadSearches("detection", rule);
  }

  void ReadFilter(SigmaFilter& filter) {
    CheckLogSource();
    const YamlNode* rules = document_.Find("filter")->Find("rules");
    const std::string hint = "write `rules:` and the ids or names of the rules, or `rules: any`";
    if (rules == nullptr || rules->is_null()) {
      Error(*document_.Find("filter"), "the filter does not say for which rules it is", hint);
    } else if (rules->is_scalar() && rules->text == "any") {
      filter.for_all = true;
    } else if (rules->is_scalar()) {
      filter.references.push_back({rules->text, {file_, rules->line, rules->column}});
    } else if (!rules->is_sequence() || rules->items.empty()) {
      Error(*rules, "`rules` must be a list", hint);
    } else {
      for (const YamlNode& one : rules->items) {
        if (one.is_scalar()) filter.references.push_back({one.text, {file_, one.line, one.column}});
        else Error(one, "an entry of `rules` must be an id or a name");
      }
    }
    ReadSearches("filter", filter.rule);
  }

 private:
  void Error(const YamlNode& node, const std::string& message, const std::string& hint = "") {
    diagnostics_.Error(file_, node.line, node.column, message, hint);
  }

  void CheckLogSource() {
    const YamlNode* source = document_.Find("logsource");
    if (source == nullptr)
      return Error(document_, "the rule has no `logsource`", "write `logsource: {product: aws, service: cloudtrail}`");
    if (!source->is_map())
      return Error(*source, "`logsource` must be a map", "write `product: aws` and `service: cloudtrail` below it");
    bool any = false;
    for (const char* name : {"category", "product", "service"}) {
      const YamlNode* part = source->Find(name);
      if (part == nullptr) continue;
      any = true;
      if (!part->is_scalar()) Error(*part, "`" + std::string(name) + "` must be a text");
    }
    if (!any)
      Error(*source, "`logsource` names neither category, product nor service", "write `product: aws` and `service: cloudtrail`");
  }

  // The part of the document that holds the searches and their condition.
  void ReadSearches(const std::string& part, SigmaRule& rule) {
    const YamlNode& detection = *document_.Find(part);
    if (!detection.is_map()) return Error(detection, '`' + part + "` must be a map", "named searches and a `condition`");
    const YamlNode* condition = detection.Find("condition");
    bool any = false;
    for (const YamlMember& member : detection.members) {
      if (member.key == "condition" || (part == "filter" && member.key == "rules")) continue;
      any = true;
      ReadSearch(member, rule);
    }
    if (condition == nullptr) return Error(detection, '`' + part + "` has no `condition`", "write `condition: selection`");
    if (!any) return Error(detection, '`' + part + "` has no search", "write `selection:` and below it what is sought");
    ReadCondition(*condition, rule);
  }

  // A search's place in the rule stays its place in the file, also when it has faults: the condition is judged all the same.
  void ReadSearch(const YamlMember& member, SigmaRule& rule) {
    SigmaSearch search;
    search.name = member.key;
    search.place = {file_, member.line, member.column};
    const YamlNode& value = member.value;
    if (value.is_map()) {
      ReadMap(value, search);
    } else if (value.is_sequence() && !value.items.empty()) {
      YamlNode keywords = value;
      keywords.items.clear();
      for (const YamlNode& item : value.items) {
        if (item.is_map()) ReadMap(item, search);
        else keywords.items.push_back(item);
      }
      if (!keywords.items.empty()) ReadKeywords(keywords, search);
    } else if (value.is_scalar()) {
      ReadKeywords(value, search);
    } else {
      diagnostics_.Error(file_, member.line, member.column, "the search `" + member.key + "` is empty",
                         "write `field: value` below it, or a list of keywords");
    }
    rule.searches.push_back(std::move(search));
  }

  void ReadKeywords(const YamlNode& values, SigmaSearch& search) {
    if (std::optional<SigmaItem> item = items_.ReadKeywords(values)) search.maps.push_back({*std::move(item)});
  }

  void ReadMap(const YamlNode& map, SigmaSearch& search) {
    if (map.members.empty()) return Error(map, "the search `" + search.name + "` is empty", "write `field: value` below it");
    std::vector<SigmaItem> items;
    for (const YamlMember& member : map.members)
      if (std::optional<SigmaItem> item = items_.Read(member)) items.push_back(*std::move(item));
    search.maps.push_back(std::move(items));
  }

  void ReadCondition(const YamlNode& condition, SigmaRule& rule) {
    std::vector<bool> used(rule.searches.size());
    std::vector<SigmaCondition> parts;
    const bool is_list = condition.is_sequence();
    if (is_list && condition.items.empty()) return Error(condition, "the condition is empty", "write `condition: selection`");
    const std::vector<YamlNode> alone{condition};
    for (const YamlNode& one : is_list ? condition.items : alone) {
      if (!one.is_scalar() || one.is_number()) {
        Error(one, "the condition must be a text", "write `condition: selection`");
        continue;
      }
      Result<SigmaCondition> parsed = ParseSigmaCondition(one.text, rule.searches, used);
      if (parsed.ok()) {
        parts.push_back(std::move(parsed).value());
        continue;
      }
      const std::string message = parsed.status().message();
      const std::size_t hint = std::min(message.find('\n'), message.size());
      Error(one, message.substr(0, hint), hint == message.size() ? "" : message.substr(hint + 1));
    }
    if (parts.size() != (is_list ? condition.items.size() : 1)) return;
    for (std::size_t i = 0; i < used.size(); ++i)
      if (!used[i])
        diagnostics_.Warning(file_, rule.searches[i].place.line, rule.searches[i].place.column,
                             "the condition does not use the search `" + rule.searches[i].name + '`');
    if (parts.size() == 1) rule.condition = std::move(parts.front());
    else rule.condition = {SigmaCondition::Kind::kOr, 0, std::move(parts)};
  }

  const YamlNode& document_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  SigmaItemReader items_;
};

}  // namespace

std::optional<SigmaDocumentKind> KindOfSigmaDocument(const YamlNode& document, const std::string& file, Diagnostics& diagnostics) {
  const auto fault = [&](const YamlNode& node, const std::string& message, const std::string& hint) {
    diagnostics.Error(file, node.line, node.column, message, hint);
    return std::nullopt;
  };
  if (!document.is_map()) return fault(document, "a Sigma document must be a map", "it begins with `title: …`");
  if (const YamlNode* action = document.Find("action"))
    return fault(*action, "`action` is of Sigma before 1.0", "write each rule out as a document of its own, `---` between them");
  const bool detection = document.Find("detection") != nullptr;
  const bool correlation = document.Find("correlation") != nullptr;
  const bool filter = document.Find("filter") != nullptr;
  if (detection + correlation + filter > 1)
    return fault(document, "a document can't be rule, correlation and filter at once", "part it with `---`");
  if (detection) return SigmaDocumentKind::kDetection;
  if (correlation) return SigmaDocumentKind::kCorrelation;
  if (filter) return SigmaDocumentKind::kFilter;
  return fault(document, "the document has neither `detection` nor `correlation` nor `filter`", "a Sigma rule has a `detection`");
}

bool IsForCloudTrail(const YamlNode& document) {
  const YamlNode* source = document.Find("logsource");
  if (source == nullptr || !source->is_map()) return true;
  const auto fits = [&](const char* part, std::string_view ours) {
    const YamlNode* value = source->Find(part);
    return value == nullptr || !value->is_scalar() || AsciiEqual(value->text, ours);
  };
  const YamlNode* category = source->Find("category");
  return fits("product", "aws") && fits("service", "cloudtrail") && (category == nullptr || !category->is_scalar());
}

std::unique_ptr<SigmaRule> ReadSigmaRule(const YamlNode& document, const std::string& file, const SigmaPlaceholders& placeholders,
                                         const MitreTable& mitre, Diagnostics& diagnostics) {
  Diagnostics found;
  auto rule = std::make_unique<SigmaRule>();
  rule->place = {file, document.line, document.column};
  ReadSigmaHeader(document, file, mitre, *rule, found);
  RuleReader(document, file, placeholders, found).Read(*rule);
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  return found.has_errors() ? nullptr : std::move(rule);
}

std::unique_ptr<SigmaFilter> ReadSigmaFilter(const YamlNode& document, const std::string& file,
                                             const SigmaPlaceholders& placeholders, const MitreTable& mitre,
                                             Diagnostics& diagnostics) {
  Diagnostics found;
  auto filter = std::make_unique<SigmaFilter>();
  filter->rule.place = {file, document.line, document.column};
  ReadSigmaHeader(document, file, mitre, filter->rule, found);
  if (!document.Find("filter")->is_map())
    found.Error(file, document.line, document.column, "`filter` must be a map", "`rules`, named searches and a `condition`");
  else RuleReader(document, file, placeholders, found).ReadFilter(*filter);
  for (const Diagnostic& item : found.items()) diagnostics.Add(item);
  return found.has_errors() ? nullptr : std::move(filter);
}

namespace {

void Shift(SigmaCondition& condition, std::size_t by) {
  condition.search += by;
  for (SigmaCondition& part : condition.parts) Shift(part, by);
}

}  // namespace

void ApplySigmaFilter(const SigmaFilter& filter, SigmaRule& rule) {
  SigmaCondition narrowed = filter.rule.condition;
  Shift(narrowed, rule.searches.size());
  rule.searches.insert(rule.searches.end(), filter.rule.searches.begin(), filter.rule.searches.end());
  rule.condition = {SigmaCondition::Kind::kAnd, 0, {std::move(rule.condition), std::move(narrowed)}};
}

}  // namespace trailsift
