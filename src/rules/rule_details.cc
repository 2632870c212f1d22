// The elements of <rule> that test nothing: what an alert says and does, and what composites compare.
#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/rule_checker.h"

namespace trailsift {
namespace {

// `same_srcip` and its kind name one of Wazuh's own values. Empty for an element that Wazuh does not know; what is behind same_,
// different_ and not_same_ are lists of their own there.
std::string_view FixedContextField(std::string_view prefix, std::string_view name) {
  struct Known {
    std::string_view name;
    std::string_view field;
    bool same;
    bool different;
    bool not_same;
  };
  static constexpr std::array<Known, 19> kKnown = {{
      {"source_ip", "srcip", true, false, true},
      {"srcip", "srcip", true, true, false},
      {"dstip", "dstip", true, true, false},
      {"src_port", "srcport", true, true, false},
      {"srcport", "srcport", true, true, false},
      {"dst_port", "dstport", true, true, false},
      {"dstport", "dstport", true, true, false},
      {"location", "location", true, true, false},
      {"srcuser", "srcuser", true, true, false},
      {"user", "dstuser", true, true, true},
      {"id", "id", true, true, true},
      {"url", "url", true, true, false},
      {"protocol", "protocol", true, true, false},
      {"action", "action", true, true, false},
      {"data", "data", true, true, false},
      {"extra_data", "extra_data", true, true, false},
      {"status", "status", true, true, false},
      {"system_name", "system_name", true, true, false},
      {"srcgeoip", "srcgeoip", true, true, false},
  }};
  if (name == "dstgeoip" && prefix != "not_same_") return "dstgeoip";
  for (const Known& known : kKnown)
    if (known.name == name && (prefix == "same_" ? known.same : prefix == "different_" ? known.different : known.not_same))
      return known.field;
  return {};
}

}  // namespace

bool RuleChecker::CheckContext(const XmlNode& node, std::string_view name) {
  Composite& composite = draft_->rule->composite;
  if (name == "global_frequency") {
    composite.global_frequency = has_context_ = true;
    return true;
  }
  std::string_view prefix;
  for (std::string_view known : {"same_", "different_", "not_same_"})
    if (name.substr(0, known.size()) == known) prefix = known;
  if (prefix.empty()) return false;
  const std::string_view rest = name.substr(prefix.size());
  const bool same = prefix == "same_";
  std::vector<ContextField>& fields = same ? composite.same_fields : composite.different_fields;
  if (rest == "field") {
    fields.push_back({Condition::Subject::kField, node.text, nullptr});
  } else if (rest == "agent" && prefix != "different_") {
    Warning(node, "<" + node.name + "> has no effect: Wazuh does not know it any more");
    return true;
  } else if (const std::string_view field = FixedContextField(prefix, rest); !field.empty()) {
    fields.push_back({Condition::Subject::kStatic, std::string(field), nullptr});
    if (rest == "srcgeoip" || rest == "dstgeoip") WarnOfPlaces(node, same);
  } else {
    return false;
  }
  has_context_ = true;
  return true;
}

void RuleChecker::WarnOfPlaces(const XmlNode& node, bool same) {
  Warning(node, "<" + node.name + "> needs a place database: " +
                    (same ? "rule " + draft_->rule->info.id + " counts no event" : std::string("it has no effect")));
}

bool RuleChecker::CheckDetail(const XmlNode& node, std::string_view name) {
  Rule& rule = *draft_->rule;
  if (name == "options") {
    CheckOption(node);
  } else if (name == "mitre") {
    CheckMitre(node);
  } else if (name == "info") {
    CheckInfo(node);
  } else if (name == "cve") {
    rule.info.cve.emplace_back(TrimBlank(node.text));
  } else if (name == "ignore" || name == "check_if_ignored") {
    NoEffect(node, "Wazuh reads it and does nothing with it");
  } else if (name == "if_matched_regex") {
    Glue(node);
  } else if (name == "if_fts" || name == "check_diff") {
    rule.never_holds = true;
    Warning(node, "<" + std::string(name) + "> is not supported, so rule " + rule.info.id + " never holds");
  } else if (name == "compiled_rule") {
    static const std::vector<std::string_view> kCompiled = {"comp_mswin_targetuser_calleruser_diff", "is_simple_http_request",
                                                            "is_valid_crawler", "id_size"};
    const std::string text(TrimBlank(node.text));
    if (std::find(kCompiled.begin(), kCompiled.end(), text) == kCompiled.end()) {
      Error(node, "no compiled rule is called `" + text + "`", DidYouMean(text, kCompiled));
      return true;
    }
    rule.never_holds = true;
    Warning(node, "<compiled_rule> is for logs that trailsift does not read, so rule " + rule.info.id + " never holds");
  } else {
    return false;
  }
  return true;
}

void RuleChecker::CheckOption(const XmlNode& node) {
  static const std::vector<std::string_view> kOptions = {"alert_by_email", "no_email_alert", "log_alert", "no_log",
                                                         "no_ar",          "no_full_log",    "no_counter"};
  Rule& rule = *draft_->rule;
  const std::string& option = node.text;
  if (option == "alert_by_email") {
    rule.email_alert = true;
    rule.no_email_alert = false;
  } else if (option == "no_email_alert") {
    rule.no_email_alert = true;
    rule.email_alert = false;
  } else if (option == "log_alert") {
    rule.log_alert = true;
    rule.no_log = false;
  } else if (option == "no_log") {
    rule.no_log = true;
    rule.log_alert = false;
  } else if (option == "no_full_log") {
    rule.no_full_log = true;
  } else if (option == "no_counter") {
    rule.no_counter = true;
  } else if (option == "no_ar") {
    NoEffect(node, "there is no active response here");
  } else {
    Error(node, "<options> `" + option + "` is none", DidYouMean(option, kOptions));
  }
}

void RuleChecker::CheckMitre(const XmlNode& node) {
  std::vector<std::string> ids;
  std::vector<std::string> tactics;
  std::vector<std::string> techniques;
  for (const XmlNode& child : node.children) {
    const std::string text(TrimBlank(child.text));
    if (text.empty()) {
      Warning(child, "an empty <" + child.name + "> in <mitre>");
    } else if (AsciiEqual(child.name, "id")) {
      ids.push_back(text);
    } else if (AsciiEqual(child.name, "tacticID")) {
      tactics.push_back(text);
    } else if (AsciiEqual(child.name, "techniqueID")) {
      techniques.push_back(text);
    } else {
      Warning(child, "<" + child.name + "> is no element of <mitre>", "write <id>T1078</id>");
    }
  }
  if (node.children.empty()) return Warning(node, "an empty <mitre>", "write <mitre><id>T1078</id></mitre>");
  const bool new_form = !tactics.empty() || !techniques.empty();
  if (new_form && !ids.empty()) return Warning(node, "<mitre> mixes <id> with <tacticID> and <techniqueID>; the block is left out");
  if (new_form && (tactics.size() != 1 || techniques.size() != 1))
    return Warning(node, "<mitre> needs one <tacticID> and one <techniqueID> a block; the block is left out");

  std::vector<MitreTechnique>& known = draft_->rule->info.mitre;
  const auto find = [&](const std::string& id) {
    return std::find_if(known.begin(), known.end(), [&](const MitreTechnique& technique) { return technique.id == id; });
  };
  for (const std::string& id : ids)
    if (find(id) == known.end()) known.push_back(mitre_.Technique(id));
  if (!new_form) return;
  const std::string tactic = mitre_.TacticName(tactics[0]);
  const auto found = find(techniques[0]);
  if (found == known.end()) {
    known.push_back(mitre_.Technique(techniques[0]));
    known.back().tactics = {tactic};
  } else if (std::find(found->tactics.begin(), found->tactics.end(), tactic) == found->tactics.end()) {
    found->tactics.push_back(tactic);
  }
}

void RuleChecker::CheckInfo(const XmlNode& node) {
  static const std::vector<std::string_view> kTypes = {"text", "link", "cve", "osvdb"};
  Rule& rule = *draft_->rule;
  const std::string* type = node.Attribute("type");
  const std::string kind = type == nullptr ? "text" : *type;
  const std::string text(TrimBlank(node.text));
  if (std::find(kTypes.begin(), kTypes.end(), std::string_view(kind)) == kTypes.end())
    return Warning(node, "info type=\"" + kind + "\" is none; the element is left out", DidYouMean(kind, kTypes));
  if (kind == "cve") rule.info.cve.push_back(text);
  else rule.info.info = text;
}

}  // namespace trailsift
