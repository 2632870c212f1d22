#include "detect/event_values.h"

#include <ctime>

#include "detect/syslog_header.h"
#include "rules/ascii.h"

namespace trailsift {

EventValues::EventValues(const Event& event, Millis moment, const EventOrigin& origin)
    : event_(event), moment_(moment), origin_(origin) {
  if (event.form() != EventForm::kMessage || event.is_wazuh_json()) return;
  const std::string_view line = event.full_log();
  if (const std::optional<SyslogHeader> header = ReadSyslogHeader(line)) {
    header_host_ = header->hostname;
    header_program_ = header->program;
    header_size_ = line.size() - header->message.size();
  }
}

std::string_view EventValues::log() const { return event_.full_log().substr(header_size_); }

std::optional<std::string_view> EventValues::DecoderName() const {
  if (event_.is_wazuh_json()) return "json";
  // A decoder of Wazuh's that is bound to a program bears its name.
  if (!header_program_.empty()) return header_program_;
  return std::nullopt;
}

std::optional<std::string_view> EventValues::Get(Condition::Subject subject, std::string_view name) const {
  switch (subject) {
    case Condition::Subject::kField:
      if (AsciiEqual(name, "dstuser")) return Static("dstuser");
      return event_.Wazuh(name);
    case Condition::Subject::kLog: return log();
    case Condition::Subject::kLocation: return origin_.location;
    case Condition::Subject::kDecoder: return DecoderName();
    case Condition::Subject::kStatic: return Static(name);
  }
  return std::nullopt;
}

std::optional<std::string_view> EventValues::Static(std::string_view name) const {
  if (name == "hostname") {
    const std::string_view host = header_host_.empty() ? origin_.hostname : header_host_;
    return host.empty() ? std::nullopt : std::optional(host);
  }
  if (name == "program_name") return header_program_.empty() ? std::nullopt : std::optional(header_program_);
  // The collector's wrapping has no such name at its top.
  if (event_.form() == EventForm::kRecord) return std::nullopt;
  if (name == "dstuser" || name == "user") {
    if (auto value = event_.Wazuh("dstuser")) return value;
    if (auto value = event_.Wazuh("user")) return value;
    return name == "user" ? event_.Wazuh("srcuser") : std::nullopt;
  }
  return event_.Wazuh(name == "system_name" ? "systemname" : name);
}

std::optional<std::string_view> EventValues::Context(const ContextField& field) const {
  // Names at the top of a JSON log that Wazuh's decoder keeps apart from the fields it makes up.
  static constexpr std::string_view kApart[] = {"srcip",  "dstip",   "srcport", "dstport",    "protocol",
                                                "action", "srcuser", "dstuser", "user",       "id",
                                                "status", "url",     "data",    "extra_data", "systemname"};
  switch (field.subject) {
    case Condition::Subject::kLog: return field.pattern->Holds(log()) ? std::optional<std::string_view>("") : std::nullopt;
    case Condition::Subject::kStatic:
      if (field.name == "location") return origin_.location;
      if (field.name == "srcgeoip" || field.name == "dstgeoip") return std::nullopt;
      return Static(field.name);
    default:
      for (std::string_view apart : kApart)
        if (field.name == apart) return std::nullopt;
      return event_.Wazuh(field.name);
  }
}

std::optional<std::string_view> EventValues::ForDescription(std::string_view name) const {
  static constexpr std::string_view kNever[] = {"user", "location", "full_log"};
  for (std::string_view never : kNever)
    if (name == never) return std::nullopt;
  if (name == "hostname" || name == "program_name" || name == "dstuser" || name == "system_name") return Static(name);
  return event_.Wazuh(name);
}

LocalMoment EventValues::local_moment() const {
  const auto seconds = static_cast<std::time_t>(moment_ / kSecond);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return {parts.tm_hour * 60 + parts.tm_min, parts.tm_wday};
}

}  // namespace trailsift
