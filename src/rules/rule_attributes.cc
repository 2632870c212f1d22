// The attributes of <rule>.
#include <charconv>

#include "base/suggest.h"
#include "rules/ascii.h"
#include "rules/rule_checker.h"

namespace trailsift {
namespace {

const std::vector<std::string_view> kAttributes = {"id",       "level",   "maxsize", "timeframe", "frequency",
                                                   "accuracy", "noalert", "ignore",  "overwrite"};

}  // namespace

void RuleChecker::CheckAttributes(const XmlNode& node) {
  std::vector<std::string> seen;
  for (const auto& [name, value] : node.attributes) {
    const std::string folded = AsciiLower(name);
    for (const std::string& other : seen)
      if (other == folded) Error(node, "attribute `" + name + "` stands twice");
    seen.push_back(folded);
    CheckAttribute(node, folded, value);
  }
  if (failed_) return;
  if (!has_id_) Error(node, "a rule without an id", "give it id=\"…\", at least 100000 for rules of your own");
  if (!has_level_) Error(node, "rule " + draft_->rule->info.id + " has no level", "give it level=\"0\" to \"16\"");
}

bool RuleChecker::Number(const XmlNode& node, const std::string& name, std::string_view value, std::size_t max_digits, int& out) {
  if (!AllDigits(value) || value.size() > max_digits) {
    Error(node, name + "=\"" + std::string(value) + "\" is no number of at most " + std::to_string(max_digits) + " digits");
    return false;
  }
  std::from_chars(value.data(), value.data() + value.size(), out);
  return true;
}

void RuleChecker::CheckAttribute(const XmlNode& node, const std::string& name, const std::string& value) {
  Rule& rule = *draft_->rule;
  int number = 0;
  if (name == "id") {
    has_id_ = true;
    if (!Number(node, name, value, 6, rule.id)) return;
    rule.info.id = std::to_string(rule.id);
  } else if (name == "level") {
    // Wazuh reads an empty level as 0, and words as no level at all.
    has_level_ = value.empty() || AllDigits(value);
    if (value.empty() || !has_level_) return;
    if (!Number(node, name, value, 2, rule.info.level)) return;
    if (rule.info.level > 16) Error(node, "level=\"" + value + "\" is not between 0 and 16");
  } else if (name == "maxsize") {
    if (Number(node, name, value, 4, number)) rule.max_size = static_cast<std::uint32_t>(number);
  } else if (name == "timeframe") {
    if (!Number(node, name, AllDigits(value) ? value.substr(0, 5) : value, 5, number)) return;
    if (value.size() > 5)
      diagnostics_.Note(file_, node.line, node.column,
                        "of timeframe=\"" + value + "\" only the first five digits count, as in Wazuh");
    rule.composite.timeframe = number * kSecond;
  } else if (name == "frequency") {
    has_frequency_ = true;
    if (!Number(node, name, value, 4, number)) return;
    if (number < 2) Error(node, "frequency=\"" + value + "\" is not between 2 and 9999");
    rule.composite.count = static_cast<std::uint32_t>(number);
  } else if (name == "accuracy") {
    if (Number(node, name, value, 1, number)) rule.tried_last = number == 0;
  } else if (name == "noalert") {
    rule.no_alert = value == "1";
    if (value != "0" && value != "1") Warning(node, "noalert=\"" + value + "\" counts as \"0\"", "write \"0\" or \"1\"");
  } else if (name == "ignore") {
    if (Number(node, name, value, 6, number)) rule.ignore_seconds = static_cast<std::uint32_t>(number);
  } else if (name == "overwrite") {
    draft_->overwrite = value == "yes";
    if (value != "yes" && value != "no") Error(node, "overwrite=\"" + value + "\" is neither \"yes\" nor \"no\"");
  } else {
    Error(node, "`" + name + "` is no attribute of a rule", DidYouMean(name, kAttributes));
  }
}

}  // namespace trailsift
