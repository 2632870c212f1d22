#include "enrich/outcome.h"

#include <string>

#include "enrich/record_text.h"

namespace trailsift {
namespace {

constexpr std::string_view kDeniedCodes[] = {"AccessDenied", "UnauthorizedOperation", "UnauthorizedAccess", "Forbidden"};
constexpr std::size_t kMaxUserAgent = 256;

bool IsFailedSignIn(JsonValue record) {
  if (FindText(record, "eventName").value_or("") != "ConsoleLogin") return false;
  return FilledText(record, "errorMessage") ||
         EqualsNoCase(FindText(record, "responseElements.ConsoleLogin").value_or(""), "Failure");
}

}  // namespace

std::optional<std::string_view> Outcome(JsonValue record) {
  if (!FindText(record, "eventName")) return std::nullopt;
  const auto code = FilledText(record, "errorCode");
  if (!code) return IsFailedSignIn(record) ? "error" : "ok";
  for (const std::string_view denied : kDeniedCodes) {
    if (ContainsNoCase(*code, denied)) return "denied";
  }
  return "error";
}

std::optional<std::string_view> MfaUsed(JsonValue record) {
  const auto used = FilledText(record, "additionalEventData.MFAUsed");
  if (!used) return "unknown";
  if (EqualsNoCase(*used, "Yes")) return "Yes";
  return EqualsNoCase(*used, "No") ? "No" : *used;
}

std::optional<std::string_view> UserAgent(JsonValue record, Arena& arena) {
  const std::string_view agent = FilledText(record, "userAgent").value_or("unknown");
  if (agent.size() <= kMaxUserAgent) return agent;
  std::size_t end = kMaxUserAgent;
  while (end > 0 && (static_cast<unsigned char>(agent[end]) & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
  return arena.Copy(std::string(agent.substr(0, end)) + "…");
}

std::optional<std::string_view> Vpc(JsonValue record) {
  return FirstFilledText(record, {"requestParameters.vpcId", "responseElements.vpcId"}).value_or("the default VPC");
}

std::optional<std::string_view> Allocation(JsonValue record) {
  return FirstFilledText(record, {"requestParameters.allocationId", "responseElements.allocationId", "requestParameters.publicIp"})
      .value_or("unspecified");
}

}  // namespace trailsift
