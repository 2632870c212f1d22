// What the program tells its operator while it works, on stderr: `2026-01-15T10:00:05Z W source: message`. For data use stdout or a
// file. Control bytes in a message are shown as `\x1b`. Thread-safe. A secret never goes in.
#pragma once

#include <string_view>

namespace trailsift {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

void SetLogLevel(LogLevel level);
// What stands in for Wazuh's collector speaks as it does: on stdout, `ERROR: message`. For good; before any other thread logs.
void SetWazuhLogStyle();
void Log(LogLevel level, std::string_view part, std::string_view message);

inline void LogDebug(std::string_view part, std::string_view message) { Log(LogLevel::kDebug, part, message); }
inline void LogInfo(std::string_view part, std::string_view message) { Log(LogLevel::kInfo, part, message); }
inline void LogWarning(std::string_view part, std::string_view message) { Log(LogLevel::kWarning, part, message); }
inline void LogError(std::string_view part, std::string_view message) { Log(LogLevel::kError, part, message); }

}  // namespace trailsift
