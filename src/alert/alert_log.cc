// A block of alerts.log: the layout of Wazuh 4.14's analysisd, kept to one block whatever the event holds
// (docs/format/alerts-log.md).
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "alert/alert.h"
#include "alert/json_scanner.h"

namespace trailsift {
namespace {

// One line of a block: a control character, which could end the line and so begin a block of a stranger's making, is shown as \n,
// \r, \t or \xhh.
void AppendLineText(std::string_view text, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::size_t begin = 0;  // of the run that is copied as it is
  for (std::size_t pos = 0; pos < text.size(); ++pos) {
    const auto byte = static_cast<unsigned char>(text[pos]);
    if (byte >= 0x20 && byte != 0x7F) continue;
    out.append(text, begin, pos - begin);
    begin = pos + 1;
    if (byte == '\n') out += "\\n";
    else if (byte == '\r') out += "\\r";
    else if (byte == '\t') out += "\\t";
    else out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  out.append(text, begin, text.size() - begin);
}

void AppendLine(std::string_view label, std::string_view value, std::string& out) {
  out += label;
  AppendLineText(value, out);
  out += '\n';
}

// `2026 Jan 15 10:00:05`, local time.
void AppendLocalTime(Millis time, std::string& out) {
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(time / kSecond);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[64];
  const int size =
      std::snprintf(text, sizeof text, "%d %s %02d %02d:%02d:%02d", parts.tm_year + 1900,
                    kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  out.append(text, static_cast<std::size_t>(size));
}

// Groups as a rule file lists them, the compliance ones with their prefix, each followed by a comma.
void AppendGroups(const RuleInfo& rule, std::string& out) {
  for (const std::string& group : rule.groups) {
    AppendLineText(group, out);
    out += ',';
  }
  for (const auto& [name, entries] : rule.compliance) {
    for (const std::string& entry : entries) {
      AppendLineText(name, out);
      out += '_';
      AppendLineText(entry, out);
      out += ',';
    }
  }
}

// Fields that have a line of their own above the log, in this order.
struct HeadLine {
  std::string_view name;
  std::string_view other_name;
  std::string_view label;
};
constexpr std::array<HeadLine, 5> kHeadLines = {{{"srcip", "srcip", "Src IP: "},
                                                 {"srcport", "srcport", "Src Port: "},
                                                 {"dstip", "dstip", "Dst IP: "},
                                                 {"dstport", "dstport", "Dst Port: "},
                                                 {"dstuser", "user", "User: "}}};

bool IsHeadLine(std::string_view name) {
  return std::any_of(kHeadLines.begin(), kHeadLines.end(),
                     [&](const HeadLine& head) { return name == head.name || name == head.other_name; });
}

void AppendHeadLines(const Alert& alert, std::string& out) {
  for (const HeadLine& head : kHeadLines) {
    const std::string* value = nullptr;
    for (const auto& [name, text] : alert.fields) {
      if (name == head.name || name == head.other_name) value = &text;
    }
    if (value != nullptr) AppendLine(head.label, *value, out);
  }
}

void AppendFields(const Alert& alert, std::string& out) {
  std::string compact;
  for (const auto& [name, value] : alert.fields) {
    if (value.empty() || IsHeadLine(name)) continue;
    AppendLineText(name, out);
    compact.clear();
    AppendLine(": ", AppendIfArray(value, compact) ? compact : value, out);
  }
}

void AppendPrevious(std::string_view previous, std::string& out) {
  while (!previous.empty()) {
    const std::size_t end = previous.find('\n');
    if (end != 0) AppendLine("", previous.substr(0, end), out);
    previous.remove_prefix(end == std::string_view::npos ? previous.size() : end + 1);
  }
}

}  // namespace

void AppendAlertLog(const Alert& alert, const Origin& origin, std::string_view wazuh_id, std::string& out) {
  out += "** Alert ";
  out += wazuh_id;
  out += alert.mail ? ": mail  - " : ": - ";
  if (alert.rule != nullptr) AppendGroups(*alert.rule, out);
  out += '\n';
  AppendLocalTime(alert.arrival, out);
  out += ' ';
  if (!alert.location.starts_with('(')) {
    AppendLineText(origin.agent_name, out);
    out += "->";
  }
  AppendLine("", alert.location, out);
  if (alert.rule != nullptr) {
    out += "Rule: " + alert.rule->id + " (level " + std::to_string(alert.rule->level) + ") -> '";
    AppendLineText(alert.description, out);
    out += "'\n";
  }
  AppendHeadLines(alert, out);
  if (!alert.full_log.empty()) AppendLine("", alert.full_log, out);
  AppendFields(alert, out);
  AppendPrevious(alert.previous_output, out);
  out += '\n';
}

}  // namespace trailsift
