// Whole CloudTrail records out of the few words that a test says of them (docs/format/rule-tests.md: the members of an event and what
// stands in for those that are left out). Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/yaml.h"

namespace trailsift {

// When the first event of a case happens: 2026-03-02T09:05:00Z, a Monday.
inline constexpr Millis kCaseStart = 1772442300 * kSecond;

inline constexpr std::string_view kCaseAccount = "111122223333";
inline constexpr std::string_view kCaseRegion = "us-east-1";
inline constexpr std::string_view kCaseAddress = "203.0.113.7";
inline constexpr std::string_view kCaseAgent = "aws-cli/2.22.4";

// A member of the event, or nullptr.
struct CaseCall {
  std::string_view service;  // eventSource without .amazonaws.com
  std::string_view name;     // eventName
  YamlNode identity;
  std::string from;
  std::string agent;
  std::string account;
  std::string region;
  const YamlNode* request = nullptr;
  const YamlNode* response = nullptr;
  const YamlNode* error = nullptr;
  const YamlNode* message = nullptr;
};

// The record without its eventTime and eventID.
YamlNode MakeCaseRecord(const CaseCall& call);

// An eventID like AWS's (a UUID), the same for the same case and number.
std::string MakeCaseEventId(std::string_view case_name, std::size_t number);

// `90s`, `15m`, `2h`, `1d`; nothing for any other text.
std::optional<Millis> ParseCaseDelay(std::string_view text);

}  // namespace trailsift
