#include "formats/json_logs.h"

#include <algorithm>
#include <array>
#include <optional>

namespace trailsift {
namespace {

using Object = simdjson::dom::object;
using Array = simdjson::dom::array;

// The names that a WAF log's list of headers is cut down to, as an attacker may send any: RFC 9110 and its kin, and proxies' own.
constexpr std::array<std::string_view, 43> kHeaders{"a-im",
                                                    "accept",
                                                    "accept-charset",
                                                    "accept-encoding",
                                                    "accept-language",
                                                    "access-control-request-headers",
                                                    "access-control-request-method",
                                                    "authorization",
                                                    "cache-control",
                                                    "connection",
                                                    "content-encoding",
                                                    "content-length",
                                                    "content-type",
                                                    "cookie",
                                                    "date",
                                                    "expect",
                                                    "forwarded",
                                                    "from",
                                                    "host",
                                                    "http2-settings",
                                                    "if-match",
                                                    "if-modified-since",
                                                    "if-none-match",
                                                    "if-range",
                                                    "if-unmodified-since",
                                                    "max-forwards",
                                                    "origin",
                                                    "pragma",
                                                    "prefer",
                                                    "proxy-authorization",
                                                    "range",
                                                    "referer",
                                                    "te",
                                                    "trailer",
                                                    "transfer-encoding",
                                                    "upgrade",
                                                    "user-agent",
                                                    "via",
                                                    "warning",
                                                    "x-forwarded-for",
                                                    "x-forwarded-host",
                                                    "x-forwarded-proto",
                                                    "x-requested-with"};

bool IsKnownHeader(std::string_view name) {
  std::string folded(name);
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return std::binary_search(kHeaders.begin(), kHeaders.end(), folded);
}

std::optional<Millis> TimeAt(JsonValue value, std::string_view path) {
  const std::optional<std::string_view> text = FindText(value, path);
  return text ? ParseIsoTime(*text) : std::nullopt;
}

// Writes `value` anew, with `changed` in the place of what stands at `path`.
void AppendChanged(JsonValue value, std::string_view path, std::string_view changed, std::string& out) {
  Object object;
  if (path.empty() || value.get(object) != simdjson::SUCCESS) {
    out += path.empty() ? std::string(changed) : std::string();
    if (!path.empty()) AppendJson(value, out);
    return;
  }
  const std::string_view name = path.substr(0, path.find('.'));
  const std::string_view rest = name.size() == path.size() ? std::string_view() : path.substr(name.size() + 1);
  out += '{';
  bool first = true;
  for (const auto field : object) {
    if (!first) out += ',';
    first = false;
    AppendJsonString(field.key, out);
    out += ':';
    if (field.key == name) AppendChanged(field.value, rest, changed, out);
    else AppendJson(field.value, out);
  }
  out += '}';
}

std::string Text(JsonValue value) {
  std::string text;
  AppendJson(value, text);
  return text;
}

std::string AddConfig(JsonValue document, LogChunk& chunk) {
  const std::optional<JsonValue> items = FindJson(document, "configurationItems");
  Array array;
  if (!items || items->get(array) != simdjson::SUCCESS) return "no \"configurationItems\" array";
  for (const JsonValue item : array)
    if (item.is_object()) chunk.Add(Text(item), {"config", TimeAt(item, "configurationItemCaptureTime")});
  return {};
}

std::string AddWaf(JsonValue document, LogChunk& chunk) {
  LogFacts facts{"waf", std::nullopt};
  std::int64_t time = 0;
  if (const auto stamp = FindJson(document, "timestamp"); stamp && stamp->get(time) == simdjson::SUCCESS) facts.time = time;
  const std::optional<JsonValue> headers = FindJson(document, "httpRequest.headers");
  Array array;
  if (!headers || headers->get(array) != simdjson::SUCCESS) {
    chunk.Add(Text(document), std::move(facts));
    return {};
  }
  std::string object = "{";
  for (const JsonValue header : array) {
    const auto name = FindText(header, "name");
    const auto value = FindJson(header, "value");
    if (!name || !value || !IsKnownHeader(*name)) continue;
    if (object.size() > 1) object += ',';
    AppendJsonString(*name, object);
    object += ':';
    AppendJson(*value, object);
  }
  object += '}';
  std::string record;
  AppendChanged(document, "httpRequest.headers", object, record);
  chunk.Add(record, std::move(facts));
  return {};
}

// A finding of several probed ports is one event for each of them.
void AddFinding(JsonValue finding, LogFacts facts, LogChunk& chunk) {
  constexpr std::string_view kDetails = "service.action.portProbeAction.portProbeDetails";
  const std::optional<JsonValue> details = FindJson(finding, kDetails);
  Array array;
  if (!details || details->get(array) != simdjson::SUCCESS || array.size() < 2) return chunk.Add(Text(finding), std::move(facts));
  for (const JsonValue detail : array) {
    std::string record;
    AppendChanged(finding, kDetails, Text(detail), record);
    chunk.Add(record, facts);
  }
}

// An event of EventBridge: `detail` is the event, `source` names the service.
std::string AddCustom(JsonValue document, LogChunk& chunk) {
  const std::optional<JsonValue> detail = FindJson(document, "detail");
  if (!detail || !detail->is_object()) return "no object \"detail\", which an event of EventBridge has";
  std::string source(FindText(document, "source").value_or(std::string_view()));
  if (const std::size_t at = source.find("aws."); at != std::string::npos) source.erase(at, 4);
  LogFacts facts{source, TimeAt(*detail, "eventTime")};
  if (!facts.time) facts.time = TimeAt(document, "time");
  if (source == "guardduty") AddFinding(*detail, std::move(facts), chunk);
  else chunk.Add(Text(*detail), std::move(facts));
  return {};
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string AddJsonLog(LogFormat format, std::string_view name, JsonValue document, LogChunk& chunk) {
  if (!document.is_object()) return "no JSON object";
  switch (format) {
    case LogFormat::kConfig: return AddConfig(document, chunk);
    case LogFormat::kWaf: return AddWaf(document, chunk);
    case LogFormat::kGuardDuty:
      if (!EndsWith(name, ".jsonl.gz")) return AddCustom(document, chunk);
      AddFinding(document,
                 {std::string(FindText(document, "service.serviceName").value_or("guardduty")), TimeAt(document, "updatedAt")},
                 chunk);
      return {};
    default: return AddCustom(document, chunk);
  }
}

}  // namespace trailsift
