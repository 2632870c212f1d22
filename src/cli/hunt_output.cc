#include "cli/hunt_output.h"

#include <algorithm>
#include <vector>

namespace trailsift {
namespace {

// Stands for the offset in Wazuh's id until the line's place is known.
constexpr std::string_view kIdPlace = "@";

std::string CsvCell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string cell = "\"";
  for (const char c : text) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + '"';
}

std::string Join(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

std::string CsvLine(const Alert& alert) {
  const std::string actor_name = alert.actor ? alert.actor->name : std::string();
  const std::string actor_kind = alert.actor ? alert.actor->kind : std::string();
  const std::string cells[] = {FormatIsoTime(alert.event_time),
                               std::to_string(alert.rule->level),
                               alert.rule->id,
                               alert.description,
                               actor_name,
                               actor_kind,
                               alert.account,
                               alert.region,
                               alert.event_source,
                               alert.event_name,
                               alert.source_address,
                               alert.error_code,
                               alert.target_name,
                               alert.instances,
                               alert.id.ToHex(),
                               Join(alert.events),
                               alert.account_name};
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + CsvCell(cell);
  return line;
}

constexpr const char* kCsvHeader =
    "event_time,level,rule_id,description,actor,actor_kind,account,region,event_source,event_name,source_address,error_code,target,"
    "instances,alert_id,event_ids,account_name";

// Characters, counted as UTF-8 code points: near enough to columns for names of accounts and people.
std::size_t Length(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Cut(std::string_view text, std::size_t width) {
  if (Length(text) <= width) return std::string(text);
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((text[end] & 0xC0) != 0x80 && ++seen == width) break;
  return std::string(text.substr(0, end)) + "…";
}

std::string Fit(std::string_view text, std::size_t width) {
  std::string cell = Cut(text, width);
  cell.append(width - std::min(width, Length(cell)), ' ');
  return cell;
}

// Control characters of a record must not reach a terminal: C0 and DEL are one byte, C1 (U+0080 to U+009F) two.
std::string Printable(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    if (byte < 0x20 || byte == 0x7F) out[i] = ' ';
    if (byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0) out.replace(i, 2, " ");
  }
  return out;
}

constexpr std::size_t kActorWidth = 26;

std::string TableRow(std::string_view time, std::string_view level, std::string_view rule, std::string_view account,
                     std::string_view region, std::string_view actor, std::string_view what, int width) {
  std::string row;
  row.append(Fit(time, 20))
      .append("  ")
      .append(std::string(5 - std::min<std::size_t>(5, level.size()), ' '))
      .append(level)
      .append("  ");
  row.append(Fit(rule, 6)).append("  ").append(Fit(account, 12)).append("  ").append(Fit(region, 14)).append("  ");
  row.append(Fit(actor, kActorWidth)).append("  ");
  const std::size_t used = Length(row);
  const std::size_t room =
      width > 0 && static_cast<std::size_t>(width) > used + 20 ? static_cast<std::size_t>(width) - used : std::size_t{0};
  row += room > 0 ? Cut(what, room) : std::string(what);
  return row;
}

const char* ColorOf(int level) {
  if (level >= 12) return "\x1b[1;31m";
  if (level >= 8) return "\x1b[31m";
  if (level >= 5) return "\x1b[33m";
  return "";
}

}  // namespace

std::string HuntHeader(HuntFormat format, bool color) {
  switch (format) {
    case HuntFormat::kCsv: return std::string(kCsvHeader) + '\n';
    case HuntFormat::kJson: return "[";
    case HuntFormat::kNdjson:
    case HuntFormat::kHtml: return "";
    case HuntFormat::kTable: {
      const std::string head = TableRow("EVENT TIME (UTC)", "LEVEL", "RULE", "ACCOUNT", "REGION", "ACTOR", "WHAT HAPPENED", 0);
      return (color ? "\x1b[1m" + head + "\x1b[0m" : head) + '\n';
    }
  }
  return "";
}

std::string HuntLine(HuntFormat format, const Alert& alert, const Origin& origin, int width, bool color) {
  switch (format) {
    case HuntFormat::kCsv: return CsvLine(alert);
    case HuntFormat::kJson:
    case HuntFormat::kNdjson: {
      std::string line;
      AppendAlertJson(alert, origin, std::to_string(alert.event_time / kSecond).append(".").append(kIdPlace), true, line);
      return line;
    }
    case HuntFormat::kTable: {
      const std::string actor = alert.actor ? alert.actor->name : std::string();
      std::string row = TableRow(FormatIsoTime(alert.event_time), std::to_string(alert.rule->level), alert.rule->id,
                                 Printable(alert.account_name.empty() ? alert.account : alert.account_name),
                                 Printable(alert.region), Printable(actor), Printable(alert.description), width);
      const std::string paint = color ? ColorOf(alert.rule->level) : "";
      return paint.empty() ? row : paint + row + "\x1b[0m";
    }
    case HuntFormat::kHtml: return "";
  }
  return "";
}

std::string WithId(std::string_view line, std::uint64_t offset) {
  // A quote inside a value is escaped, so the member's name can't be met there.
  static constexpr std::string_view kMember = ",\"id\":\"";
  for (std::size_t at = line.find(kMember); at != std::string_view::npos; at = line.find(kMember, at + 1)) {
    const std::size_t begin = at + kMember.size();
    const std::size_t end = line.find('"', begin);
    if (end == std::string_view::npos || end == begin || line.substr(end - 1, 1) != kIdPlace) continue;
    std::string out(line.substr(0, end - 1));
    out += std::to_string(offset);
    out += line.substr(end);
    return out;
  }
  return std::string(line);
}

}  // namespace trailsift
