#include "rules/rule_checker.h"

#include <algorithm>

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/compliance.h"
#include "rules/decoder_names.h"

namespace trailsift {
namespace {

// Wazuh joins repeated texts in a buffer of this size and drops what does not fit: an overlong <match> then holds for everything.
constexpr std::size_t kMaxText = 2048;

const std::vector<std::string_view>& ElementNames() {
  static const std::vector<std::string_view> names = {"regex",
                                                      "match",
                                                      "decoded_as",
                                                      "category",
                                                      "cve",
                                                      "info",
                                                      "time",
                                                      "weekday",
                                                      "group",
                                                      "description",
                                                      "srcip",
                                                      "dstip",
                                                      "srcport",
                                                      "dstport",
                                                      "srcgeoip",
                                                      "dstgeoip",
                                                      "user",
                                                      "url",
                                                      "id",
                                                      "data",
                                                      "extra_data",
                                                      "hostname",
                                                      "program_name",
                                                      "status",
                                                      "protocol",
                                                      "system_name",
                                                      "action",
                                                      "location",
                                                      "field",
                                                      "list",
                                                      "compiled_rule",
                                                      "if_sid",
                                                      "if_group",
                                                      "if_level",
                                                      "if_fts",
                                                      "if_matched_sid",
                                                      "if_matched_group",
                                                      "if_matched_regex",
                                                      "same_field",
                                                      "different_field",
                                                      "not_same_field",
                                                      "check_diff",
                                                      "global_frequency",
                                                      "options",
                                                      "ignore",
                                                      "check_if_ignored",
                                                      "mitre",
                                                      "same_source_ip",
                                                      "same_srcip",
                                                      "same_dstip",
                                                      "same_srcport",
                                                      "same_dstport",
                                                      "same_id",
                                                      "same_user",
                                                      "same_srcuser",
                                                      "same_location",
                                                      "same_url",
                                                      "different_srcip",
                                                      "different_user",
                                                      "not_same_source_ip",
                                                      "not_same_user",
                                                      "different_url"};
  return names;
}

bool IsGlued(std::string_view name) {
  static const std::unordered_set<std::string_view> names = {"description", "group",          "if_sid",           "if_group",
                                                             "if_level",    "if_matched_sid", "if_matched_group", "category"};
  return names.contains(name);
}

}  // namespace

RuleChecker::RuleChecker(ListStore& lists, const MitreTable& mitre, const std::vector<std::string>& decoders,
                         Diagnostics& diagnostics)
    : lists_(lists), mitre_(mitre), decoders_(decoders.begin(), decoders.end()), diagnostics_(diagnostics) {
  for (std::string_view name : ShippedDecoderNames()) decoders_.emplace(name);
}

std::unique_ptr<RuleDraft> RuleChecker::Check(const RuleElement& element) {
  file_ = element.file;
  draft_ = std::make_unique<RuleDraft>();
  glued_.clear();
  source_addresses_ = target_addresses_ = {};
  failed_ = dropped_ = has_id_ = has_level_ = has_description_ = has_frequency_ = has_context_ = false;

  draft_->rule->place = PlaceOf(element.node);
  draft_->group_text = element.group;
  CheckAttributes(element.node);
  if (element.node.children.empty())
    Error(element.node, "a rule without any element holds for everything", "give it a <description> and a parent");
  for (const XmlNode& child : element.node.children) CheckElement(child);
  Finish();
  if (failed_ || dropped_) return nullptr;
  return std::move(draft_);
}

void RuleChecker::CheckElement(const XmlNode& node) {
  const std::string name = AsciiLower(node.name);
  if (IsGlued(name)) {
    Glue(node);
  } else if (name == "field") {
    CheckField(node);
  } else if (name == "list") {
    CheckList(node);
  } else if (name == "srcip" || name == "dstip") {
    CheckAddress(node);
  } else if (name == "time" || name == "weekday") {
    CheckTime(node);
  } else if (name == "decoded_as") {
    CheckDecodedAs(node);
  } else if (CheckContext(node, name) || CheckDetail(node, name)) {
    return;
  } else {
    CheckTest(node);
  }
}

void RuleChecker::Finish() {
  Rule& rule = *draft_->rule;
  FinishTests();
  if (const Glued* description = FindGlued("description")) {
    rule.info.description = description->text;
    const std::size_t newline = rule.info.description.find('\n');
    if (newline != std::string::npos) rule.info.description[newline] = ' ';
  } else if (!failed_) {
    Fail(rule.place, "rule " + rule.info.id + " has no <description>", "say in one sentence what happened");
  }
  if (const Glued* group = FindGlued("group")) draft_->group_text += group->text;
  std::erase_if(draft_->group_text, [](char c) { return c == '\n' || c == '\r'; });
  SplitGroups(draft_->group_text, rule.info.groups, rule.info.compliance);
  if (const Glued* category = FindGlued("category")) {
    static const std::vector<std::string_view> kCategories = {"firewall", "ids", "syslog", "web-log", "squid", "windows", "ossec"};
    rule.category = std::string(TrimBlank(category->text));
    if (std::find(kCategories.begin(), kCategories.end(), rule.category) == kCategories.end())
      Fail(category->place, "<category> " + rule.category + " is none of Wazuh's", DidYouMean(rule.category, kCategories));
  }
  draft_->if_sid = GluedText("if_sid");
  draft_->if_group = GluedText("if_group");
  draft_->if_level = GluedText("if_level");
  draft_->if_matched_sid = GluedText("if_matched_sid");
  draft_->if_matched_group = GluedText("if_matched_group");

  FinishComposite();
}

void RuleChecker::FinishComposite() {
  Rule& rule = *draft_->rule;
  const bool by_rule = draft_->if_matched_sid.has_value() || draft_->if_matched_group.has_value();
  const Glued* log = FindGlued("if_matched_regex");
  rule.is_composite = by_rule || log != nullptr;
  if (log != nullptr && by_rule) {
    diagnostics_.Note(log->place.file, log->place.line, log->place.column,
                      "<if_matched_regex> has no effect beside <if_matched_sid> or <if_matched_group>");
  } else if (log != nullptr) {
    Result<Expression> pattern = Expression::Compile(ExpressionType::kOsRegex, log->text, false);
    if (!pattern.ok()) return Fail(log->place, "the pattern of <if_matched_regex>: " + pattern.status().message());
    rule.composite.log =
        ContextField{Condition::Subject::kLog, log->text, std::make_shared<const Expression>(std::move(pattern).value())};
  }
  if (!rule.is_composite && (has_frequency_ || has_context_) && !rule.never_holds)
    Fail(rule.place, "frequency, same_… and different_… need an <if_matched_sid>, <if_matched_group> or <if_matched_regex>",
         "name the rule whose events are counted");
  if (rule.is_composite) rule.info.frequency = rule.composite.count;
  if (!rule.is_composite) rule.composite = {};
}

RuleChecker::Glued& RuleChecker::Glue(const XmlNode& node) {
  const std::string element = AsciiLower(node.name);
  Glued* glued = FindGlued(element);
  if (glued == nullptr) {
    glued_.push_back({element, "", PlaceOf(node), std::nullopt, false});
    glued = &glued_.back();
  }
  glued->text += node.text;
  if (glued->text.size() >= kMaxText)
    Error(node, "the text of <" + element + "> is longer than " + std::to_string(kMaxText - 1) + " bytes",
          "use a <list>, a shorter pattern, or several rules");
  return *glued;
}

RuleChecker::Glued* RuleChecker::FindGlued(std::string_view element) {
  for (Glued& glued : glued_)
    if (glued.element == element) return &glued;
  return nullptr;
}

std::optional<PlacedText> RuleChecker::GluedText(std::string_view element) {
  const Glued* glued = FindGlued(element);
  if (glued == nullptr) return std::nullopt;
  return PlacedText{glued->text, glued->place};
}

Place RuleChecker::PlaceOf(const XmlNode& node) const { return {file_, node.line, node.column}; }

void RuleChecker::Error(const XmlNode& node, std::string message, std::string hint) {
  Fail(PlaceOf(node), std::move(message), std::move(hint));
}

void RuleChecker::Fail(const Place& place, std::string message, std::string hint) {
  failed_ = true;
  diagnostics_.Error(place.file, place.line, place.column, std::move(message), std::move(hint));
}

void RuleChecker::Warning(const XmlNode& node, std::string message, std::string hint) {
  diagnostics_.Warning(file_, node.line, node.column, std::move(message), std::move(hint));
}

void RuleChecker::NoEffect(const XmlNode& node, std::string why) {
  diagnostics_.Note(file_, node.line, node.column, "<" + node.name + "> has no effect: " + std::move(why));
}

// Here, where the names are known.
void RuleChecker::CheckTest(const XmlNode& node) {
  static const std::unordered_set<std::string_view> kTests = {
      "match",  "regex",    "user",        "url",    "id",       "data",    "extra_data", "hostname", "program_name",
      "status", "protocol", "system_name", "action", "location", "srcport", "dstport",    "srcgeoip", "dstgeoip"};
  if (!kTests.contains(AsciiLower(node.name))) {
    Error(node, "<" + node.name + "> is no element of a rule", DidYouMean(node.name, ElementNames(), "<", ">"));
    return;
  }
  Glued& glued = Glue(node);
  ReadTypeAndNegate(node, glued.type, glued.negate);
}

}  // namespace trailsift
