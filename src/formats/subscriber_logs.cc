#include "formats/subscriber_logs.h"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include "event/inflate.h"
#include "event/json_scan.h"

namespace trailsift {
namespace {

using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

std::optional<Millis> TimeAt(JsonValue value, std::string_view path) {
  const std::optional<std::string_view> text = FindText(value, path);
  return text ? ParseIsoTime(*text) : std::nullopt;
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void AppendWithoutNulls(JsonValue value, std::string& out) {
  Object object;
  if (value.get(object) != simdjson::SUCCESS) return AppendJson(value, out);
  out += '{';
  bool first = true;
  for (const auto field : object) {
    if (field.value.is_null()) continue;
    if (!first) out += ',';
    first = false;
    AppendJsonString(field.key, out);
    out += ':';
    AppendWithoutNulls(field.value, out);
  }
  out += '}';
}

// The object without nulls, and without a `source` of its own where the collector puts another in its place.
std::string Record(Object object, bool own_source) {
  std::string out = "{";
  for (const auto field : object) {
    if (field.value.is_null() || (!own_source && field.key == "source")) continue;
    if (out.size() > 1) out += ',';
    AppendJsonString(field.key, out);
    out += ':';
    AppendWithoutNulls(field.value, out);
  }
  return out += '}';
}

std::string AddSubscribed(std::string_view name, JsonValue document, LogChunk& chunk) {
  Object object;
  if (document.get(object) != simdjson::SUCCESS) return "no JSON object";
  LogFacts facts;
  facts.as_is = true;
  facts.time = TimeAt(document, "time");
  if (!EndsWith(name, ".jsonl.gz")) {
    facts.source = "custom";
    const std::optional<JsonValue> detail = FindJson(document, "detail");
    if (detail && detail->get(object) == simdjson::SUCCESS)
      if (const std::optional<Millis> time = TimeAt(*detail, "eventTime")) facts.time = time;
  }
  if (!facts.time) facts.time = TimeAt(document, "eventTime");
  const std::string record = Record(object, facts.source.empty());
  chunk.Add(record, std::move(facts));
  return {};
}

// An event names findings (one, or all that a person sent by a custom action: each is an event of its own) or what an insight counted.
std::string AddSecurityHub(JsonValue document, LogChunk& chunk) {
  const std::optional<JsonValue> detail = FindJson(document, "detail");
  const std::optional<std::string_view> type = FindText(document, "detail-type");
  if (!detail || !detail->is_object() || !type) return "no \"detail\" and \"detail-type\", which an event of Security Hub has";
  std::string rest;
  for (const char* field : {"actionName", "actionDescription", "insightName", "insightArn", "resultType", "insightResults"}) {
    const std::optional<JsonValue> value = FindJson(*detail, field);
    if (!value || value->is_null()) continue;
    rest += ',';
    AppendJsonString(field, rest);
    rest += ':';
    AppendWithoutNulls(*value, rest);
  }
  std::string start = "{\"detail_type\":";
  AppendJsonString(*type, start);
  LogFacts facts{"securityhub", TimeAt(document, "time"), true, std::nullopt};
  const std::optional<JsonValue> findings = FindJson(*detail, "findings");
  Array array;
  std::size_t added = 0;
  if (findings && findings->get(array) == simdjson::SUCCESS) {
    for (const JsonValue finding : array) {
      if (!finding.is_object()) continue;
      std::string record = start;
      record += ",\"finding\":";
      AppendWithoutNulls(finding, record);
      record.append(rest).append("}");
      LogFacts about = facts;
      if (const std::optional<Millis> time = TimeAt(finding, "UpdatedAt")) about.time = time;
      chunk.Add(record, std::move(about));
      ++added;
    }
  }
  if (added > 0) return {};
  if (rest.empty()) return "neither findings nor results of an insight in \"detail\"";
  std::string record = std::move(start);
  record.append(rest).append("}");
  chunk.Add(record, std::move(facts));
  return {};
}

// ListFindings writes times as seconds since 1970 with a fraction; Wazuh's collector as `2026-01-15T10:00:00Z`.
void AppendFinding(JsonValue value, std::string_view key, std::string& out) {
  Object object;
  Array array;
  double seconds = 0;
  if (value.get(object) == simdjson::SUCCESS) {
    out += '{';
    bool first = true;
    for (const auto field : object) {
      if (!first) out += ',';
      first = false;
      AppendJsonString(field.key, out);
      out += ':';
      AppendFinding(field.value, field.key, out);
    }
    out += '}';
  } else if (value.get(array) == simdjson::SUCCESS) {
    out += '[';
    bool first = true;
    for (const JsonValue item : array) {
      if (!first) out += ',';
      first = false;
      AppendFinding(item, {}, out);
    }
    out += ']';
  } else if (EndsWith(key, "At") && value.get(seconds) == simdjson::SUCCESS && seconds >= 0 && seconds < 253402300800.0) {
    out.append("\"").append(FormatIsoTime(static_cast<Millis>(seconds * 1000))).append("\"");
  } else {
    AppendJson(value, out);
  }
}

std::string AddInspector(JsonValue document, LogChunk& chunk) {
  const std::optional<JsonValue> findings = FindJson(document, "findings");
  Array array;
  if (!findings || findings->get(array) != simdjson::SUCCESS) return "no array \"findings\", which an answer of ListFindings has";
  for (const JsonValue finding : array) {
    if (!finding.is_object()) continue;
    LogFacts facts{"inspector2", std::nullopt, true, std::nullopt};
    double seconds = 0;
    if (const auto updated = FindJson(finding, "updatedAt"); updated && updated->get(seconds) == simdjson::SUCCESS && seconds >= 0)
      facts.time = static_cast<Millis>(seconds * 1000);
    else facts.time = TimeAt(finding, "updatedAt");
    // A finding that has changed is an event again; one that another answer repeats is not.
    if (const auto arn = FindText(finding, "findingArn"); arn && facts.time) {
      std::string text("inspector2\n");
      text.append(*arn).append("\n").append(std::to_string(*facts.time));
      facts.identity = StrongHash(text);
    }
    std::string record;
    AppendFinding(finding, {}, record);
    chunk.Add(record, std::move(facts));
  }
  return {};
}

// `name` tells the group and stream apart. Lines that are the same in all they are known by are told apart by their number.
std::string AddLogEvents(std::string_view name, JsonValue document, LogChunk& chunk) {
  const std::optional<JsonValue> events = FindJson(document, "events");
  Array array;
  if (!events || events->get(array) != simdjson::SUCCESS) return "no array \"events\", which an answer of GetLogEvents has";
  std::map<Hash128, int> known;
  for (const JsonValue event : array) {
    const std::optional<std::string_view> message = FindText(event, "message");
    if (!message) continue;
    std::int64_t time = 0;
    std::int64_t ingested = 0;
    LogFacts facts;
    if (const auto value = FindJson(event, "timestamp"); value && value->get(time) == simdjson::SUCCESS && time >= 0)
      facts.time = time;
    if (const auto value = FindJson(event, "ingestionTime")) [[maybe_unused]]
      const auto error = value->get(ingested);
    std::string text(name);
    text.append("\n").append(std::to_string(time)).append("\n").append(std::to_string(ingested)).append("\n").append(*message);
    facts.identity = StrongHash(text);
    if (const int before = known[*facts.identity]++; before > 0)
      facts.identity = StrongHash(text.append("\n").append(std::to_string(before)));
    chunk.AddMessage(std::string(*message), std::move(facts));
  }
  return {};
}

}  // namespace

std::string AddSubscriberLog(LogFormat format, std::string_view name, JsonValue document, LogChunk& chunk) {
  if (!document.is_object()) return "no JSON object";
  switch (format) {
    case LogFormat::kSecurityHub: return AddSecurityHub(document, chunk);
    case LogFormat::kInspector: return AddInspector(document, chunk);
    case LogFormat::kLogEvents: return AddLogEvents(name, document, chunk);
    default: return AddSubscribed(name, document, chunk);
  }
}

bool HoldsTrail(std::string_view bytes) {
  constexpr std::size_t kLook = 4096;
  const std::string inflated = IsGzip(bytes) ? InflateStart(bytes, kLook) : std::string();
  std::string_view text = IsGzip(bytes) ? std::string_view(inflated) : bytes.substr(0, kLook);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::size_t at = SkipJsonSpace(text, 0);
  if (at >= text.size() || text[at] != '{') return false;
  // A digest names the log files that it signs.
  if (text.find("\"digestS3Object\"") != std::string_view::npos &&
      text.find("\"digestSignatureAlgorithm\"") != std::string_view::npos)
    return true;
  at = SkipJsonSpace(text, at + 1);
  constexpr std::string_view kRecords = "\"Records\"";
  if (text.substr(at, kRecords.size()) != kRecords) return false;
  at = SkipJsonSpace(text, at + kRecords.size());
  if (at >= text.size() || text[at] != ':') return false;
  at = SkipJsonSpace(text, at + 1);
  if (at >= text.size() || text[at] != '[') return false;
  at = SkipJsonSpace(text, at + 1);
  return text.substr(at, 1) == "]" || text.find("\"eventVersion\"", at) != std::string_view::npos ||
         text.find("\"eventSource\"", at) != std::string_view::npos;
}

}  // namespace trailsift
