#include "enrich/instances.h"

#include <charconv>
#include <string>
#include <system_error>

#include "base/time.h"
#include "enrich/record_text.h"

namespace trailsift {
namespace {

constexpr std::string_view kAnswered = "responseElements.instancesSet.items";
constexpr std::string_view kAsked = "requestParameters.instancesSet.items";

// EC2 takes a thousand ids in one call. So many still fit into a sentence, which Wazuh limits to 1024 bytes.
constexpr std::size_t kMaxInstances = 30;

std::string JoinIds(JsonValue record, std::string_view path) {
  std::string text;
  const auto items = FindJson(record, path);
  if (!items) return text;
  std::size_t count = 0;
  ForEachItem(*items, [&](JsonValue item) {
    const auto id = FilledText(item, "instanceId");
    if (!id || ++count > kMaxInstances) return;
    if (!text.empty()) text += ", ";
    text += *id;
  });
  if (count > kMaxInstances) text += " and " + std::to_string(count - kMaxInstances) + " more";
  return text;
}

// The text of `name` in the first instance of the answer that has it.
std::optional<std::string_view> FirstAnswered(JsonValue record, std::string_view name, Arena& arena) {
  std::optional<std::string_view> found;
  const auto items = FindJson(record, kAnswered);
  if (!items) return found;
  ForEachItem(*items, [&](JsonValue item) {
    if (found) return;
    if (const auto value = FindJson(item, name)) found = ScalarText(*value, arena);
  });
  return found;
}

// `i-…` of the resource that a denied call's message names, for a call whose parameters are not recorded.
std::optional<std::string_view> RefusedInstance(JsonValue record) {
  static constexpr std::string_view kBefore = ":instance/";
  const std::string_view message = FilledText(record, "errorMessage").value_or("");
  const std::size_t at = message.find(":instance/i-");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view id = message.substr(at + kBefore.size());
  return id.substr(0, id.find_first_not_of("abcdefi0123456789-"));
}

bool IsLaunch(JsonValue record) { return FindText(record, "eventName").value_or("") == "RunInstances"; }

// Epoch milliseconds up to the end of the year 9999.
std::optional<Millis> ParseEpochMillis(std::string_view text) {
  constexpr Millis kLast = 253402300799999;
  Millis millis = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
  if (error != std::errc() || end != text.data() + text.size() || millis <= 0 || millis > kLast) return std::nullopt;
  return millis;
}

}  // namespace

std::optional<std::string_view> Instances(JsonValue record, Arena& arena) {
  for (const std::string_view path : {kAnswered, kAsked}) {
    const std::string ids = JoinIds(record, path);
    if (!ids.empty()) return arena.Copy(ids);
  }
  if (const auto asked = FilledText(record, "requestParameters.instanceId")) return asked;
  return RefusedInstance(record);
}

std::optional<std::string_view> InstanceType(JsonValue record, Arena& arena) {
  if (const auto answered = FirstAnswered(record, "instanceType", arena)) return answered;
  if (const auto asked = FilledText(record, "requestParameters.instanceType")) return asked;
  return IsLaunch(record) ? std::optional<std::string_view>("unspecified") : std::nullopt;
}

std::optional<std::string_view> LaunchTime(JsonValue record, Arena& arena) {
  if (const auto launched = FirstAnswered(record, "launchTime", arena)) {
    if (const auto millis = ParseEpochMillis(*launched)) return arena.Copy(FormatIsoTime(*millis));
  }
  return IsLaunch(record) ? FilledText(record, "eventTime") : std::nullopt;
}

}  // namespace trailsift
