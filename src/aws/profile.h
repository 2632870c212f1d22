// Profiles of AWS's shared files: `~/.aws/credentials` (sections `[name]`) and `~/.aws/config` (sections `[profile name]` and
// `[default]`), or the files that AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name. The format is that of the AWS SDKs and tools
// reference guide, "Shared config and credentials files". Files are read anew on each call.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "base/status.h"

namespace trailsift {

// Keys in lower case. A setting that stands further in below one without a value: `s3.endpoint_url`.
using IniSection = std::map<std::string, std::string>;
using IniFile = std::map<std::string, IniSection>;  // by the section's name, as written

// kInvalid with `file:line` on a line that is neither section, setting nor comment. The line itself is not repeated: it may hold a secret.
Result<IniFile> ParseIni(std::string_view text, const std::string& file);

struct AwsProfile {
  std::string name;
  bool exists = false;  // in at least one of the files
  // The keys; both empty where the profile has none.
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  std::string keys_file;  // the file they stand in
  std::string region;
  std::string max_attempts;
  // A role, and what may assume it.
  std::string role_arn;
  std::string source_profile;
  std::string credential_source;
  std::string external_id;
  std::string duration_seconds;  // as written
  std::string mfa_serial;
  std::string role_session_name;
  std::string web_identity_token_file;
  std::string credential_process;
  // IAM Identity Center; start URL and region are those of the [sso-session …] where the profile names one.
  std::string sso_session;
  std::string sso_start_url;
  std::string sso_region;
  std::string sso_account_id;
  std::string sso_role_name;
  // Endpoints; those of services stand in the [services …] that the profile names.
  std::string endpoint;
  std::map<std::string, std::string> service_endpoints;  // `s3` -> URL
  std::string services;
  std::string ignore_endpoints;  // the next three: `true`, `false`, as written
  std::string use_fips;
  std::string use_dual_stack;
  std::string indirect;  // a setting that gets keys in a way we don't have: login_session
  std::string credentials_file;
  std::string config_file;
};

// An absent file is an empty one; kDenied or kIo where it can't be read, kInvalid where it is broken or has one key of the two.
// Of a setting in both files that of the credentials file holds.
Result<AwsProfile> LoadProfile(const Environment& environment, const std::string& name);

}  // namespace trailsift
