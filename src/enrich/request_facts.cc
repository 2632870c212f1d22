#include "enrich/request_facts.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "enrich/joined.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

// Lists of the things that batch calls are about.
constexpr std::string_view kBatches[] = {
    "names",               // ssm: GetParameters, DeleteParameters
    "secretIdList",        // secretsmanager: BatchGetSecretValue
    "instancesSet.items",  // ec2: StopInstances and others
    "instanceIds",         // ssm: SendCommand
    "delete.objects",      // s3: DeleteObjects
    "Delete.Object",       // the same, as its XML has it
    "accountIds",          // guardduty, securityhub
    "alarmNames",          // monitoring: DeleteAlarms
    "imageIds",            // ecr: BatchDeleteImage
    "DeleteFlowLogsRequest.FlowLogId",
};

std::size_t CountItems(JsonValue list) {
  std::size_t count = 0;
  ForEachItem(list, [&](JsonValue) { ++count; });
  return count;
}

// What all selectors of a trail together keep of the management events.
struct Kept {
  bool reads = false;
  bool writes = false;
  bool everything = false;  // by one selector: what the others leave out does not matter
  JoinedTexts left_out;
};

void AddSelector(bool reads, bool writes, const std::vector<std::string>& left_out, Kept& kept) {
  kept.reads = kept.reads || reads;
  kept.writes = kept.writes || writes;
  kept.everything = kept.everything || (reads && writes && left_out.empty());
  for (const std::string& text : left_out) kept.left_out.Add(text);
}

void ReadBasicSelector(JsonValue selector, Kept& kept) {
  if (!FindBool(selector, "includeManagementEvents").value_or(true)) return;
  const std::string_view type = FindText(selector, "readWriteType").value_or("All");
  std::vector<std::string> left_out;
  if (const auto sources = FindJson(selector, "excludeManagementEventSources"))
    ForEachItemText(*sources, [&](std::string_view source) { left_out.emplace_back(source); });
  AddSelector(type != "WriteOnly", type != "ReadOnly", left_out, kept);
}

bool HasText(JsonValue selector, std::string_view name, std::string_view wanted) {
  bool has = false;
  if (const auto texts = FindJson(selector, name))
    ForEachItemText(*texts, [&](std::string_view text) { has = has || EqualsNoCase(text, wanted); });
  return has;
}

void ReadAdvancedSelector(JsonValue selector, Kept& kept) {
  const auto fields = FindJson(selector, "fieldSelectors");
  if (!fields) return;
  bool management = false;
  bool reads = true;
  bool writes = true;
  std::vector<std::string> left_out;
  ForEachItem(*fields, [&](JsonValue field) {
    const std::string_view name = FindText(field, "field").value_or("");
    const auto excluded = FindJson(field, "notEquals");
    if (name == "eventCategory") {
      management = management || HasText(field, "equals", "Management");
    } else if (name == "readOnly" && FindJson(field, "equals")) {
      reads = HasText(field, "equals", "true");
      writes = HasText(field, "equals", "false");
    } else if (name == "eventSource" && excluded) {
      ForEachItemText(*excluded, [&](std::string_view source) { left_out.emplace_back(source); });
    } else if (!name.empty()) {
      left_out.push_back("events by " + std::string(name));
    }
  });
  if (management) AddSelector(reads, writes, left_out, kept);
}

// The days of one rule; nothing when it expires no current objects.
std::optional<std::int64_t> ExpirationDays(JsonValue rule, std::optional<Millis> now) {
  if (FindText(rule, "Status").value_or("") != "Enabled") return std::nullopt;
  if (const auto days = FindInteger(rule, "Expiration.Days")) return days;
  const auto date = ParseIsoTime(FindText(rule, "Expiration.Date").value_or(""));
  if (!date || !now) return std::nullopt;
  return std::max<std::int64_t>((*date - *now) / (24 * 60 * 60 * kSecond), 0);
}

}  // namespace

std::optional<std::string_view> ItemCount(JsonValue record, Arena& arena) {
  if (!FindText(record, "eventName")) return std::nullopt;
  const auto request = FindJson(record, "requestParameters");
  std::size_t count = 0;
  for (const std::string_view path : kBatches)
    if (const auto list = request ? FindJson(*request, path) : std::nullopt) count = std::max(count, CountItems(*list));
  return count <= 1 ? std::string_view("1") : arena.Copy(std::to_string(count));
}

std::optional<std::string_view> TrailBlindness(JsonValue record, Arena& arena) {
  if (FindText(record, "eventName").value_or("") != "PutEventSelectors") return std::nullopt;
  const auto basic = FindJson(record, "requestParameters.eventSelectors");
  const auto advanced = FindJson(record, "requestParameters.advancedEventSelectors");
  if (!basic && !advanced) return std::nullopt;
  Kept kept;
  if (basic) ForEachItem(*basic, [&](JsonValue selector) { ReadBasicSelector(selector, kept); });
  if (advanced) ForEachItem(*advanced, [&](JsonValue selector) { ReadAdvancedSelector(selector, kept); });
  if (kept.everything) return std::nullopt;
  if (!kept.reads && !kept.writes) return "management events";
  JoinedTexts blind;
  if (!kept.reads) blind.Add("read events");
  if (!kept.writes) blind.Add("write events");
  blind.Add(kept.left_out.Join(arena).value_or(""));
  return blind.Join(arena);
}

std::optional<std::string_view> LifecycleDays(JsonValue record, Arena& arena) {
  const auto rules = FindJson(record, "requestParameters.LifecycleConfiguration.Rule");
  if (!rules) return std::nullopt;
  const std::optional<Millis> now = ParseIsoTime(FindText(record, "eventTime").value_or(""));
  std::optional<std::int64_t> least;
  ForEachItem(*rules, [&](JsonValue rule) {
    const auto days = ExpirationDays(rule, now);
    if (days && (!least || *days < *least)) least = days;
  });
  return least ? std::optional(arena.Copy(std::to_string(*least))) : std::nullopt;
}

}  // namespace trailsift
