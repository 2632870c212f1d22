#include "detect/syslog_header.h"

#include "rules/ascii.h"

namespace trailsift {
namespace {

// `Mmm dd hh:mm:ss `, the day padded by a blank.
bool HasTimestamp(std::string_view line) {
  constexpr std::string_view kShape = "Aaa 00 00:00:00 ";
  if (line.size() <= kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = line[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = IsDigit(c) || (i == 4 && c == ' ');
    if (kShape[i] == '0' ? !digit : (kShape[i] == 'A' || kShape[i] == 'a') ? !letter : c != kShape[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<SyslogHeader> ReadSyslogHeader(std::string_view line) {
  if (!HasTimestamp(line)) return std::nullopt;
  std::string_view rest = line.substr(16);
  SyslogHeader header;
  const std::size_t blank = rest.find(' ');
  if (blank == 0 || blank == std::string_view::npos) return std::nullopt;
  header.hostname = rest.substr(0, blank);
  rest.remove_prefix(blank + 1);
  header.message = rest;
  const std::size_t end = rest.find_first_of(" :[");
  if (end == std::string_view::npos || end == 0 || rest[end] == ' ') return header;
  std::size_t colon = end;
  if (rest[end] == '[') {
    const std::size_t close = rest.find(']', end);
    if (close == std::string_view::npos || close + 1 >= rest.size() || rest[close + 1] != ':') return header;
    colon = close + 1;
  }
  header.program = rest.substr(0, end);
  header.message = rest.substr(colon + 1);
  while (!header.message.empty() && header.message.front() == ' ') header.message.remove_prefix(1);
  return header;
}

}  // namespace trailsift
