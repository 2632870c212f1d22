// The header of a classic syslog line, `Mar  5 10:00:00 host program[12]: message`, which Wazuh takes off before its rules see the log.
// Pure; the views borrow from the line.
#pragma once

#include <optional>
#include <string_view>

namespace trailsift {

struct SyslogHeader {
  std::string_view hostname;
  std::string_view program;  // empty where none is named
  std::string_view message;
};

// Nothing when the line has no such header.
std::optional<SyslogHeader> ReadSyslogHeader(std::string_view line);

}  // namespace trailsift
