#include "aws/profile.h"

#include <sys/stat.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace trailsift {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// ` # …` and ` ; …` end a value; without the blank before it the mark belongs to the value.
std::string_view WithoutComment(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if ((text[i] == '#' || text[i] == ';') && (text[i - 1] == ' ' || text[i - 1] == '\t')) return Trim(text.substr(0, i));
  return text;
}

Result<IniFile> ReadIni(const std::string& file) {
  struct stat info {};
  if (file.empty() || ::stat(file.c_str(), &info) != 0) {
    if (file.empty() || errno == ENOENT || errno == ENOTDIR) return IniFile{};
    return Status(errno == EACCES ? Code::kDenied : Code::kIo, file + ": " + std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode)) return IniFile{};  // /dev/null is the usual way to say that there is none
  if (static_cast<std::size_t>(info.st_size) > kMaxFile) return Status(Code::kInvalid, file + ": larger than 1 MiB");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return Status(errno == EACCES ? Code::kDenied : Code::kIo, file + ": " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return ParseIni(text, file);
}

std::string FileFromEnvironment(const Environment& environment, const char* variable, const char* name) {
  std::string file = environment(variable);
  const std::string home = HomeFolder(environment);
  if (file.empty()) return home.empty() ? std::string() : home + "/.aws/" + name;
  if (file.substr(0, 2) == "~/" && !home.empty()) return home + file.substr(1);
  return file;
}

std::string Value(const IniSection& section, const char* key) {
  const auto found = section.find(key);
  return found == section.end() ? std::string() : found->second;
}

// What one section adds to the profile; what is there already stays.
Status Merge(const IniSection& section, const std::string& file, AwsProfile& profile) {
  profile.exists = true;
  const std::string access = Value(section, "aws_access_key_id");
  const std::string secret = Value(section, "aws_secret_access_key");
  if (access.empty() != secret.empty()) {
    return Status(Code::kInvalid, "profile \"" + profile.name + "\" in " + file + " has " +
                                      (secret.empty() ? "aws_access_key_id but no aws_secret_access_key"
                                                      : "aws_secret_access_key but no aws_access_key_id"));
  }
  if (!access.empty() && profile.access_key.empty()) {
    profile.access_key = access;
    profile.secret_key = secret;
    profile.session_token = Value(section, "aws_session_token");
    if (profile.session_token.empty()) profile.session_token = Value(section, "aws_security_token");
    profile.keys_file = file;
  }
  const auto take = [&](std::string& into, const char* key) {
    if (into.empty()) into = Value(section, key);
  };
  take(profile.region, "region");
  take(profile.max_attempts, "max_attempts");
  take(profile.role_arn, "role_arn");
  take(profile.source_profile, "source_profile");
  take(profile.credential_source, "credential_source");
  take(profile.external_id, "external_id");
  take(profile.duration_seconds, "duration_seconds");
  take(profile.mfa_serial, "mfa_serial");
  take(profile.role_session_name, "role_session_name");
  take(profile.web_identity_token_file, "web_identity_token_file");
  take(profile.credential_process, "credential_process");
  take(profile.sso_session, "sso_session");
  take(profile.sso_start_url, "sso_start_url");
  take(profile.sso_region, "sso_region");
  take(profile.sso_account_id, "sso_account_id");
  take(profile.sso_role_name, "sso_role_name");
  take(profile.endpoint, "endpoint_url");
  take(profile.services, "services");
  take(profile.ignore_endpoints, "ignore_configured_endpoint_urls");
  take(profile.use_fips, "use_fips_endpoint");
  take(profile.use_dual_stack, "use_dualstack_endpoint");
  if (section.contains("login_session")) profile.indirect = "login_session";
  return {};
}

// `"two words"` of a section's title.
std::string_view Unquoted(std::string_view title) {
  const bool quoted = title.size() >= 2 && (title.front() == '"' || title.front() == '\'') && title.back() == title.front();
  return quoted ? title.substr(1, title.size() - 2) : title;
}

// Whether a section's title is `kind name`.
bool IsTitle(std::string_view title, std::string_view kind, const std::string& name) {
  if (title.substr(0, kind.size()) != kind || title.size() == kind.size()) return false;
  title = title.substr(kind.size());
  return (title[0] == ' ' || title[0] == '\t') && Unquoted(Trim(title)) == name;
}

// What `[services name]` says: `s3 =`, and below it `endpoint_url = …`.
void MergeServices(const IniFile& config, AwsProfile& profile) {
  constexpr std::string_view kEnd = ".endpoint_url";
  for (const auto& [section, values] : config) {
    if (!IsTitle(section, "services", profile.services)) continue;
    for (const auto& [key, value] : values) {
      if (key.size() <= kEnd.size() || key.compare(key.size() - kEnd.size(), kEnd.size(), kEnd) != 0 || value.empty()) continue;
      profile.service_endpoints[key.substr(0, key.size() - kEnd.size())] = value;
    }
  }
}

// What `[sso-session name]` says goes before what the profile says itself.
void MergeSession(const IniFile& config, AwsProfile& profile) {
  for (const auto& [section, values] : config) {
    if (!IsTitle(section, "sso-session", profile.sso_session)) continue;
    if (std::string value = Value(values, "sso_start_url"); !value.empty()) profile.sso_start_url = std::move(value);
    if (std::string value = Value(values, "sso_region"); !value.empty()) profile.sso_region = std::move(value);
  }
}

}  // namespace

Result<IniFile> ParseIni(std::string_view text, const std::string& file) {
  IniFile result;
  IniSection* section = nullptr;
  std::size_t setting_indent = std::string_view::npos;  // of the setting above; a line further in belongs to it
  std::string parent;                                   // its name; empty where it has a value
  int line_number = 0;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view raw = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    const auto broken = [&](const char* what) {
      return Status(Code::kInvalid, file + ":" + std::to_string(line_number) + ": " + what);
    };
    const std::string_view line = Trim(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      const std::size_t close = line.find(']');
      if (close == std::string_view::npos) return broken("a section without ]");
      section = &result[std::string(Trim(line.substr(1, close - 1)))];
      setting_indent = std::string_view::npos;
      continue;
    }
    const std::size_t indent = raw.find_first_not_of(" \t");
    const bool nested = setting_indent != std::string_view::npos && indent > setting_indent;
    const std::size_t equals = line.find('=');
    if (nested && (parent.empty() || equals == std::string_view::npos || equals == 0)) continue;
    if (equals == std::string_view::npos || equals == 0) return broken("neither [section], name = value nor # comment");
    if (section == nullptr) return broken("a setting before the first [section]");
    std::string key(Trim(line.substr(0, equals)));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (nested) {
      (*section)[parent + '.' + key] = WithoutComment(Trim(line.substr(equals + 1)));
      continue;
    }
    // A command may hold either mark.
    const std::string_view value = Trim(line.substr(equals + 1));
    const bool is_command = key == "credential_process";
    parent = value.empty() ? key : std::string();
    (*section)[std::move(key)] = is_command ? value : WithoutComment(value);
    setting_indent = indent;
  }
  return result;
}

Result<AwsProfile> LoadProfile(const Environment& environment, const std::string& name) {
  AwsProfile profile;
  profile.name = name;
  profile.credentials_file = FileFromEnvironment(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  profile.config_file = FileFromEnvironment(environment, "AWS_CONFIG_FILE", "config");
  Result<IniFile> credentials = ReadIni(profile.credentials_file);
  if (!credentials.ok()) return credentials.status();
  Result<IniFile> config = ReadIni(profile.config_file);
  if (!config.ok()) return config.status();
  if (const auto found = credentials->find(name); found != credentials->end()) {
    TRAILSIFT_RETURN_IF_ERROR(Merge(found->second, profile.credentials_file, profile));
  }
  for (const auto& [section, values] : *config) {
    std::string_view title = section;
    const bool prefixed = title.substr(0, 8) == "profile " || title.substr(0, 8) == "profile\t";
    if (prefixed) title = Trim(title.substr(8));
    title = Unquoted(title);
    if (title != name || (!prefixed && name != "default")) continue;
    TRAILSIFT_RETURN_IF_ERROR(Merge(values, profile.config_file, profile));
  }
  if (!profile.services.empty()) MergeServices(*config, profile);
  if (!profile.sso_session.empty()) MergeSession(*config, profile);
  return profile;
}

}  // namespace trailsift
