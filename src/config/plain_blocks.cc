#include "config/plain_blocks.h"

#include <filesystem>
#include <utility>

namespace trailsift {
namespace {

constexpr int kHighestLevel = 16;

#define TRAILSIFT_YES_NO(member) [](const BlockReader& r, const XmlNode& n, Settings& s) { r.YesNo(n, s.member); }

void ReadLevel(const BlockReader& reader, const XmlNode& node, int& out) {
  const std::string text = reader.Text(node);
  const std::optional<std::uint64_t> level = ParseNumber(text, 1000000);
  if (!level) {
    reader.Error(node, "<" + node.name + "> is " + Quoted(text), "write a level, 0 to 16");
    return;
  }
  if (*level > kHighestLevel)
    reader.Warning(node, "<" + node.name + "> is " + text + ": no rule has a level above 16, so none reaches it",
                   "write a level, 0 to 16");
  out = static_cast<int>(*level);
}

template <typename T>
void ReadParsed(const BlockReader& reader, const XmlNode& node, const std::optional<T>& value, const std::string& text,
                const char* hint, T& out) {
  if (value) out = *value;
  else reader.Error(node, "<" + node.name + "> is " + Quoted(text), hint);
}

void ReadDuration(const BlockReader& reader, const XmlNode& node, Millis& out) {
  const std::string text = reader.Text(node);
  std::optional<Millis> value = ParseDuration(text);
  if (value && *value == 0) value.reset();
  ReadParsed(reader, node, value, text, "write a number and s, m, h, d or w, as 2d", out);
}

// A span of which 0 means never.
void ReadBound(const BlockReader& reader, const XmlNode& node, Millis& out) {
  const std::string text = reader.Text(node);
  ReadParsed(reader, node, ParseDuration(text), text, "write a number and s, m, h, d or w, as 2d; 0 never tells", out);
}

RulesetSettings::Entry EntryOf(const BlockReader& reader, const XmlNode& node) {
  RulesetSettings::Entry entry;
  const std::string path = reader.NeededText(node);
  if (!path.empty()) entry.path = ResolvePath(reader.file(), path);
  if (const std::string* pattern = node.Attribute("pattern")) entry.pattern = *pattern;
  entry.place = reader.PlaceOf(node);
  return entry;
}

void ReadRules(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  RulesetSettings::Entry entry = EntryOf(reader, node);
  if (!entry.path.empty()) settings.ruleset.rules.push_back(std::move(entry));
}

void ReadList(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  RulesetSettings::Entry entry = EntryOf(reader, node);
  if (!entry.path.empty()) settings.ruleset.lists.push_back(std::move(entry));
}

void ReadRuleExclude(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  std::string name = reader.NeededText(node);
  if (!name.empty()) settings.ruleset.rule_exclude.push_back(std::move(name));
}

const Block<Settings>& GlobalBlock() {
  static const Block<Settings> block = {{{"alerts_log", TRAILSIFT_YES_NO(alerts_log)},
                                         {"jsonout_output", TRAILSIFT_YES_NO(jsonout_output)},
                                         {"logall", TRAILSIFT_YES_NO(logall)},
                                         {"logall_json", TRAILSIFT_YES_NO(logall_json)}},
                                        {"email_notification",
                                         "email_to",
                                         "email_from",
                                         "email_reply_to",
                                         "email_idsname",
                                         "email_maxperhour",
                                         "email_log_source",
                                         "smtp_server",
                                         "helo_server",
                                         "queue_size",
                                         "agents_disconnection_time",
                                         "agents_disconnection_alert_time",
                                         "update_check",
                                         "limits",
                                         "white_list",
                                         "stats",
                                         "memory_size",
                                         "integrity_checking",
                                         "rootkit_detection",
                                         "host_information",
                                         "prelude_output",
                                         "prelude_profile",
                                         "prelude_log_level",
                                         "geoipdb",
                                         "geoip_db_path",
                                         "geoip6_db_path",
                                         "zeromq_output",
                                         "zeromq_uri",
                                         "zeromq_server_cert",
                                         "zeromq_client_cert",
                                         "compress_alerts",
                                         "custom_alert_output",
                                         "rotate_interval",
                                         "max_output_size"}};
  return block;
}

const Block<Settings>& AlertsBlock() {
  static const Block<Settings> block = {
      {{"log_alert_level", [](const BlockReader& r, const XmlNode& n, Settings& s) { ReadLevel(r, n, s.log_alert_level); }},
       {"email_alert_level", [](const BlockReader& r, const XmlNode& n, Settings& s) { ReadLevel(r, n, s.email_alert_level); }}},
      {"use_geoip"}};
  return block;
}

const Block<Settings>& RulesetBlock() {
  static const Block<Settings> block = {{{"rule_dir", ReadRules, true, "pattern"},
                                         {"rule_include", ReadRules, true},
                                         {"include", ReadRules, true},
                                         {"rule", ReadRules, true},
                                         {"rule_exclude", ReadRuleExclude, true},
                                         {"list", ReadList, true}},
                                        {"decoder", "decoder_dir", "decoder_include", "decoder_exclude"}};
  return block;
}

void ReadVisibility(const BlockReader& reader, const XmlNode& node, OwnSettings& settings) {
  ReadDuration(reader, node, settings.queue_visibility);
  // SQS's own bounds, but for the lowest: a message is hidden again each third of it.
  if (settings.queue_visibility >= 10 * kSecond && settings.queue_visibility <= 12 * kHour) return;
  reader.Error(node, "<queue_visibility> is not from 10s to 12h", "5m is the default");
  settings.queue_visibility = OwnSettings().queue_visibility;
}

// Our own settings: one line each, and one in docs/configuration.md.
const Block<OwnSettings>& OwnBlock() {
  static const Block<OwnSettings> block = {{
      {"alerts_keep_days",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.Text(n);
         const std::optional<std::uint64_t> days = ParseNumber(text, 36525);
         ReadParsed<int>(r, n, days ? std::optional(static_cast<int>(*days)) : std::nullopt, text, "write days; 0 keeps all",
                         s.alerts_keep_days);
       }},
      {"alerts_max_size",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.Text(n);
         ReadParsed(r, n, ParseSize(text), text, "write a number and K, M, G or T, as 20G; 0 is no cap", s.alerts_max_size);
       }},
      {"look_back", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { ReadDuration(r, n, s.look_back); }},
      {"allowed_lateness", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { ReadDuration(r, n, s.allowed_lateness); }},
      {"queue_visibility", ReadVisibility},
      {"learning_period", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { ReadDuration(r, n, s.learning_period); }},
      {"silence_after", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { ReadBound(r, n, s.silence_after); }},
      {"lag_alert", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { ReadBound(r, n, s.lag_alert); }},
      {"quarantine_alert",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.Text(n);
         ReadParsed(r, n, ParseNumber(text, 1'000'000'000), text, "write a number; 0 never tells", s.quarantine_alert);
       }},
      {"log_integrity", [](const BlockReader& r, const XmlNode& n, OwnSettings& s) { r.YesNo(n, s.log_integrity); }},
      {"correlation_time",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.Text(n);
         std::optional<CorrelationTime> value;
         if (text == "event") value = CorrelationTime::kEvent;
         if (text == "arrival") value = CorrelationTime::kArrival;
         ReadParsed(r, n, value, text, "write event or arrival", s.correlation_time);
       }},
      {"rules",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.NeededText(n);
         s.rules = text.empty() || text == "none" ? text : ResolvePath(r.file(), text);
       }},
      {"sigma_rules",
       [](const BlockReader& r, const XmlNode& n, OwnSettings& s) {
         const std::string text = r.NeededText(n);
         if (!text.empty()) s.sigma_rules = ResolvePath(r.file(), text);
       }},
  }};
  return block;
}

}  // namespace

void ReadGlobal(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  ReadBlock(reader, node, GlobalBlock(), "<global>", settings);
}

void ReadAlerts(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  ReadBlock(reader, node, AlertsBlock(), "<alerts>", settings);
}

void ReadRuleset(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  ReadBlock(reader, node, RulesetBlock(), "<ruleset>", settings);
}

void ReadOwn(const BlockReader& reader, const XmlNode& node, Settings& settings) {
  ReadBlock(reader, node, OwnBlock(), "<trailsift>", settings.own);
}

std::string ResolvePath(const std::string& file, const std::string& path) {
  namespace fs = std::filesystem;
  if (fs::path(path).is_absolute()) return path;
  const fs::path folder = fs::path(file).parent_path();
  return ((folder.filename() == "etc" ? folder.parent_path() : folder) / path).string();
}

}  // namespace trailsift
