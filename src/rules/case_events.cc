#include "rules/case_events.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/hash.h"

namespace trailsift {
namespace {

bool StartsWithAny(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view begin) { return text.starts_with(begin); });
}

// As CloudTrail marks them; a test that needs it otherwise says so with `set`.
bool IsReadOnly(std::string_view name) {
  return StartsWithAny(name, {"Get", "List", "Describe", "Head", "Lookup", "BatchGet", "AssumeRole"});
}

bool IsDataEvent(std::string_view service, std::string_view name) {
  if (service == "s3") return name.find("Object") != std::string_view::npos && !name.ends_with("ObjectLockConfiguration");
  return service == "lambda" && name == "Invoke";
}

// Nobody signs in with a key: the console's own records of users and root have none.
void DropSession(YamlNode& identity) {
  const YamlNode* type = identity.Find("type");
  if (type == nullptr || (type->text != "IAMUser" && type->text != "Root")) return;
  std::erase_if(identity.members,
                [](const YamlMember& member) { return member.key == "accessKeyId" || member.key == "sessionContext"; });
}

}  // namespace

YamlNode MakeCaseRecord(const CaseCall& call) {
  YamlNode record = YamlNode::Map();
  const auto text = [&](std::string_view key, std::string_view value) { record.Set(key, YamlNode::Text(std::string(value))); };
  const bool sign_in = call.service == "signin";
  const bool data = IsDataEvent(call.service, call.name);
  YamlNode identity = call.identity;
  if (sign_in) DropSession(identity);
  text("eventVersion", "1.11");
  record.Set("userIdentity", std::move(identity));
  text("eventTime", "");
  text("eventSource", std::string(call.service) + ".amazonaws.com");
  text("eventName", call.name);
  text("awsRegion", call.region);
  text("sourceIPAddress", call.from);
  text("userAgent", call.agent);
  if (call.error != nullptr) record.Set("errorCode", *call.error);
  if (call.message != nullptr) record.Set("errorMessage", *call.message);
  record.Set("requestParameters", call.request == nullptr ? YamlNode() : *call.request);
  record.Set("responseElements", call.response == nullptr ? YamlNode() : *call.response);
  text("requestID", "");
  text("eventID", "");
  record.Set("readOnly", YamlNode::Truth(IsReadOnly(call.name)));
  text("eventType", sign_in ? "AwsConsoleSignIn" : "AwsApiCall");
  record.Set("managementEvent", YamlNode::Truth(!data));
  text("recipientAccountId", call.account);
  text("eventCategory", data ? "Data" : "Management");
  return record;
}

std::string MakeCaseEventId(std::string_view case_name, std::size_t number) {
  std::string hex = FastHash(std::string(case_name) + '\n' + std::to_string(number)).ToHex();
  for (const std::size_t at : {20u, 16u, 12u, 8u}) hex.insert(at, 1, '-');
  return hex;
}

std::optional<Millis> ParseCaseDelay(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  Millis unit = 0;
  switch (text.back()) {
    case 's': unit = kSecond; break;
    case 'm': unit = kMinute; break;
    case 'h': unit = kHour; break;
    case 'd': unit = kDay; break;
    default: return std::nullopt;
  }
  int count = 0;
  const char* end = text.data() + text.size() - 1;
  const auto read = std::from_chars(text.data(), end, count);
  if (read.ec != std::errc() || read.ptr != end || count < 0 || count > 1'000'000) return std::nullopt;
  return count * unit;
}

}  // namespace trailsift
