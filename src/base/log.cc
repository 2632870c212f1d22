#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace trailsift {
namespace {

bool wazuh_style = false;

spdlog::logger& Logger() {
  static spdlog::logger logger = [] {
    spdlog::logger made("trailsift", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%SZ %L %v", spdlog::pattern_time_type::utc);
    made.set_formatter(std::move(formatter));
    return made;
  }();
  return logger;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

const char* WazuhName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "DEBUG";
    case LogLevel::kInfo: return "INFO";
    case LogLevel::kWarning: return "WARNING";
    case LogLevel::kError: return "ERROR";
  }
  return "INFO";
}

// Object keys and server answers are strangers' bytes: none of them may start a line of its own or steer a terminal.
std::string Printable(std::string_view message) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(message.size());
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      text += c;
    } else {
      text += "\\x";
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
  }
  return text;
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger().set_level(ToSpdlog(level)); }

void SetWazuhLogStyle() {
  Logger().sinks() = {std::make_shared<spdlog::sinks::stdout_sink_mt>()};
  Logger().set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  wazuh_style = true;
}

void Log(LogLevel level, std::string_view part, std::string_view message) {
  if (!Logger().should_log(ToSpdlog(level))) return;
  Logger().log(ToSpdlog(level), "{}: {}", wazuh_style ? WazuhName(level) : part, Printable(message));
}

}  // namespace trailsift
