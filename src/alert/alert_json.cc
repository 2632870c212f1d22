// A line of alerts.json. The order of keys is that of Wazuh 4.14's analysisd, with `trailsift` behind it.
#include <algorithm>
#include <charconv>

#include "alert/alert.h"
#include "alert/json_text.h"

namespace trailsift {
namespace {

void AppendMember(std::string_view name, std::string_view value, std::string& out) {
  AppendKey(name, out);
  AppendQuoted(value, out);
}

void AppendMemberIfAny(std::string_view name, std::string_view value, std::string& out) {
  if (!value.empty()) AppendMember(name, value, out);
}

void AppendNumber(std::string_view name, std::uint64_t value, std::string& out) {
  char digits[20];
  AppendKey(name, out);
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// An array of texts; `text_of` gives the text of an item.
template <typename Items, typename TextOf>
void AppendTexts(std::string_view name, const Items& items, TextOf text_of, std::string& out) {
  AppendKey(name, out);
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    AppendQuoted(text_of(item), out);
  }
  out += ']';
}

constexpr auto kSelf = [](const std::string& text) -> std::string_view { return text; };
constexpr auto kHex = [](const Hash128& hash) { return hash.ToHex(); };

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// Ids in rule order; technique names and tactics as far as they are known, each tactic once.
void AppendMitre(const std::vector<MitreTechnique>& techniques, std::string& out) {
  if (techniques.empty()) return;
  std::vector<std::string> ids;
  std::vector<std::string> tactics;
  std::vector<std::string> names;
  for (const MitreTechnique& technique : techniques) {
    if (!technique.id.empty()) ids.push_back(technique.id);
    if (!technique.technique.empty()) names.push_back(technique.technique);
    for (const std::string& tactic : technique.tactics) {
      if (std::find(tactics.begin(), tactics.end(), tactic) == tactics.end()) tactics.push_back(tactic);
    }
  }
  AppendKey("mitre", out);
  out += '{';
  if (!ids.empty()) AppendTexts("id", ids, kSelf, out);
  if (!tactics.empty()) AppendTexts("tactic", tactics, kSelf, out);
  if (!names.empty()) AppendTexts("technique", names, kSelf, out);
  out += '}';
}

}  // namespace

void AppendRuleJson(const Alert& alert, std::string& out) {
  const RuleInfo& rule = *alert.rule;
  out += '{';
  if (rule.level > 0) AppendNumber("level", static_cast<std::uint64_t>(rule.level), out);
  AppendMember("description", alert.description, out);
  AppendMember("id", rule.id, out);
  AppendMitre(rule.mitre, out);
  AppendMemberIfAny("cve", Joined(rule.cve), out);
  AppendMemberIfAny("info", rule.info, out);
  if (rule.frequency > 0) AppendNumber("frequency", rule.frequency, out);
  if (alert.fired_times > 0) AppendNumber("firedtimes", alert.fired_times, out);
  AppendKey("mail", out);
  out += alert.mail ? "true" : "false";
  AppendTexts("groups", rule.groups, kSelf, out);
  for (const auto& [name, entries] : rule.compliance) AppendTexts(name, entries, kSelf, out);
  out += '}';
}

namespace {

void AppendActorAndTarget(const Alert& alert, std::string& out) {
  if (alert.actor) {
    AppendKey("actor", out);
    out += '{';
    AppendMember("name", alert.actor->name, out);
    AppendMemberIfAny("kind", alert.actor->kind, out);
    AppendMemberIfAny("account", alert.actor->account, out);
    AppendMemberIfAny("account_name", alert.actor->account_name, out);
    out += '}';
  }
  if (!alert.target_name.empty() || !alert.target_account.empty()) {
    AppendKey("target", out);
    out += '{';
    AppendMemberIfAny("name", alert.target_name, out);
    AppendMemberIfAny("account", alert.target_account, out);
    AppendMemberIfAny("account_name", alert.target_account_name, out);
    out += '}';
  }
}

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

void AppendTrailsift(const Alert& alert, std::string& out) {
  AppendKey("trailsift", out);
  out += '{';
  if (!alert.id.is_zero()) AppendMember("id", alert.id.ToHex(), out);
  AppendMember("event", alert.event.ToHex(), out);
  AppendMember("event_time", FormatIsoTime(alert.event_time), out);
  AppendTexts("events", alert.events, kSelf, out);
  AppendMemberIfAny("sigma_id", alert.sigma_id, out);
  if (alert.is_correlation) {
    AppendKey("group", out);
    out += '{';
    for (const auto& [name, value] : alert.group) AppendMember(name, value, out);
    out += '}';
  }
  AppendActorAndTarget(alert, out);
  AppendMemberIfAny("account_name", alert.account_name, out);
  if (!alert.instances.empty()) AppendTexts("instances", SplitAtCommas(alert.instances), kSelf, out);
  if (!alert.also.empty()) AppendTexts("also", alert.also, kSelf, out);
  if (!alert.supersedes.empty()) AppendTexts("supersedes", alert.supersedes, kHex, out);
  if (alert.retracts) AppendMember("retracts", alert.retracts->ToHex(), out);
  if (alert.reparsed) {
    AppendKey("reparsed", out);
    out += "true";
  }
  out += '}';
}

}  // namespace

void AppendAlertJson(const Alert& alert, const Origin& origin, std::string_view wazuh_id, bool utc, std::string& out) {
  out += '{';
  AppendMember("timestamp", FormatWazuhTime(alert.arrival, utc), out);
  if (alert.rule != nullptr) {
    AppendKey("rule", out);
    AppendRuleJson(alert, out);
  }
  AppendKey("agent", out);
  out += '{';
  AppendMember("id", origin.agent_id, out);
  AppendMember("name", origin.agent_name, out);
  out += "},\"manager\":{";
  AppendMember("name", origin.manager_name, out);
  out += '}';
  AppendMember("id", wazuh_id, out);
  AppendMemberIfAny("previous_output", alert.previous_output, out);
  AppendMemberIfAny("full_log", alert.full_log, out);
  AppendKey("decoder", out);
  out += '{';
  AppendMemberIfAny("name", alert.decoder, out);
  out += '}';
  if (!alert.data_json.empty()) {
    AppendKey("data", out);
    out += alert.data_json;
  }
  AppendMember("location", alert.location, out);
  AppendTrailsift(alert, out);
  out += '}';
}

}  // namespace trailsift
