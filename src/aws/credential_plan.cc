#include "aws/credential_plan.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "aws/profile.h"

namespace trailsift {
namespace {

// That of Wazuh's module: trust policies may ask for it.
constexpr char kSessionOfConfiguration[] = "WazuhLogParsing";
constexpr char kSessionOfProfile[] = "trailsift";
// Nobody chains so many; each is a question to STS.
constexpr std::size_t kMaxRoles = 16;

using Base = CredentialPlan::Base;

std::string InFiles(const AwsProfile& profile) { return " in " + profile.credentials_file + " or " + profile.config_file; }

std::string Named(const AwsProfile& profile) { return "AWS profile \"" + profile.name + '"'; }

Credentials KeysOf(const AwsProfile& profile) {
  return {{profile.access_key, profile.secret_key, profile.session_token},
          std::nullopt,
          "profile \"" + profile.name + "\" in " + profile.keys_file};
}

Status MissingProfile(const AwsProfile& profile) {
  return {Code::kNotFound, "no " + Named(profile) + InFiles(profile) + "; add it there, or name another profile"};
}

Status IndirectProfile(const AwsProfile& profile) {
  return {Code::kAuth, Named(profile) + " gets its keys through " + profile.indirect +
                           ", which is not supported; give it aws_access_key_id and aws_secret_access_key, or use the role of the "
                           "instance or container"};
}

class Planner {
 public:
  explicit Planner(const CredentialOptions& options) : options_(options), environment_(options.environment) {}

  Result<CredentialPlan> Make() {
    TRAILSIFT_RETURN_IF_ERROR(FindBase());
    // Found outermost first; assumed from within.
    std::reverse(plan_.roles.begin(), plan_.roles.end());
    if (!options_.role_arn.empty()) {
      RoleRequest role;
      role.arn = options_.role_arn;
      role.session_name = kSessionOfConfiguration;
      role.external_id = options_.external_id;
      role.duration = options_.role_duration;
      role.duration_setting = "<iam_role_duration>";
      plan_.roles.push_back(std::move(role));
    }
    for (RoleRequest& role : plan_.roles) role.region = options_.region;
    plan_.web_role.region = options_.region;
    return std::move(plan_);
  }

 private:
  Status FindBase() {
    if (options_.access_key.empty() != options_.secret_key.empty()) {
      return {Code::kInvalid, "access_key and secret_key belong together, but only one is set"};
    }
    if (!options_.access_key.empty()) {
      return Use({{options_.access_key, options_.secret_key, ""}, std::nullopt, "access_key and secret_key of the configuration"});
    }
    std::string name = options_.profile;
    with_environment_ = name.empty();
    if (name.empty()) {
      bool found = false;
      TRAILSIFT_RETURN_IF_ERROR(FromEnvironment(found));
      if (found) return {};
      plan_.looked = "AWS_ACCESS_KEY_ID is not set; ";
      name = environment_("AWS_PROFILE");
      if (name.empty()) name = environment_("AWS_DEFAULT_PROFILE");
    }
    const bool named = !name.empty();
    const Result<AwsProfile> profile = LoadProfile(environment_, named ? name : "default");
    if (!profile.ok()) return profile.status();
    if (!profile->exists && named) return MissingProfile(*profile);
    if (IsRole(*profile)) return FromRole(*profile);
    bool found = false;
    TRAILSIFT_RETURN_IF_ERROR(FromProfile(*profile, found));
    if (found) return {};
    plan_.looked += profile->exists ? "profile \"" + profile->name + "\" holds no keys"
                                    : "no profile \"default\" in " + profile->credentials_file;
    return {};
  }

  Status Use(Credentials keys) {
    plan_.base = Base::kKeys;
    plan_.keys = std::move(keys);
    return {};
  }

  Status FromEnvironment(bool& found) {
    const std::string access = environment_("AWS_ACCESS_KEY_ID");
    const std::string secret = environment_("AWS_SECRET_ACCESS_KEY");
    if (access.empty() != secret.empty()) {
      return {Code::kAuth, access.empty() ? "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"
                                          : "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"};
    }
    found = !access.empty();
    if (!found) return {};
    return Use({{access, secret, environment_("AWS_SESSION_TOKEN")}, std::nullopt, "the environment (AWS_ACCESS_KEY_ID)"});
  }

  // A role that is assumed with keys; with a token it is a matter of FromProfile.
  static bool IsRole(const AwsProfile& profile) { return !profile.role_arn.empty() && profile.web_identity_token_file.empty(); }

  // Down the chain of source_profile to the keys.
  Status FromRole(AwsProfile profile) {
    std::vector<std::string> visited;
    for (;;) {
      RoleRequest role;
      TRAILSIFT_RETURN_IF_ERROR(ReadRole(profile, role));
      plan_.roles.push_back(std::move(role));
      if (plan_.roles.size() > kMaxRoles) return {Code::kInvalid, Named(profile) + ": a chain of more than 16 roles"};
      if (!profile.credential_source.empty()) return FromSource(profile);
      visited.push_back(profile.name);
      Result<AwsProfile> source = LoadProfile(environment_, profile.source_profile);
      if (!source.ok()) return source.status();
      if (!source->exists) return MissingProfile(*source).Annotate("source_profile of " + Named(profile));
      // Its own keys go before its role: a profile may name itself. What it has besides a role goes before such keys, as everywhere.
      const bool has_keys = !source->access_key.empty();
      if (!has_keys && std::find(visited.begin(), visited.end(), source->name) != visited.end()) {
        return {Code::kInvalid, Named(profile) + InFiles(profile) + ": its source_profile \"" + source->name +
                                    "\" leads in a circle; one of the profiles must have keys"};
      }
      if (has_keys || !IsRole(*source)) {
        with_environment_ = false;
        bool found = false;
        TRAILSIFT_RETURN_IF_ERROR(FromProfile(*source, found));
        if (found) return {};
        return {Code::kAuth,
                "source_profile of " + Named(profile) + ": profile \"" + source->name + "\"" + InFiles(*source) + " holds no keys"};
      }
      profile = std::move(source).value();
    }
  }

  static Status ReadRole(const AwsProfile& profile, RoleRequest& role) {
    const std::string place = Named(profile) + InFiles(profile);
    if (!profile.mfa_serial.empty())
      return {Code::kInvalid, place + " has mfa_serial: nobody is there to enter its code; use a role that needs none"};
    if (profile.source_profile.empty() == profile.credential_source.empty()) {
      return {Code::kInvalid, place + " has role_arn and " +
                                  (profile.source_profile.empty() ? "neither source_profile nor credential_source"
                                                                  : "both source_profile and credential_source") +
                                  "; one of them says who assumes the role"};
    }
    role.arn = profile.role_arn;
    role.external_id = profile.external_id;
    role.session_name = profile.role_session_name.empty() ? kSessionOfProfile : profile.role_session_name;
    return ReadDuration(profile, role);
  }

  static Status ReadDuration(const AwsProfile& profile, RoleRequest& role) {
    const std::string& text = profile.duration_seconds;
    if (text.empty()) return {};
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || seconds < 900 || seconds > 43200) {
      return {Code::kInvalid, Named(profile) + InFiles(profile) + ": duration_seconds is no number from 900 to 43200"};
    }
    role.duration = seconds;
    role.duration_setting = "duration_seconds of " + Named(profile);
    return {};
  }

  Status FromSource(const AwsProfile& profile) {
    const std::string& source = profile.credential_source;
    if (source == "Ec2InstanceMetadata") {
      plan_.base = Base::kInstance;
      return {};
    }
    if (source == "EcsContainer") {
      plan_.base = Base::kContainer;
      return {};
    }
    if (source != "Environment") {
      return {Code::kInvalid, Named(profile) + InFiles(profile) +
                                  ": credential_source is none of Environment, Ec2InstanceMetadata and EcsContainer"};
    }
    bool found = false;
    TRAILSIFT_RETURN_IF_ERROR(FromEnvironment(found).Annotate("credential_source of " + Named(profile)));
    if (found) return {};
    return {Code::kAuth, "credential_source of " + Named(profile) + " is Environment, but AWS_ACCESS_KEY_ID is not set"};
  }

  // What a profile has besides keys that assume a role.
  Status FromProfile(const AwsProfile& profile, bool& found) {
    TRAILSIFT_RETURN_IF_ERROR(FromWebIdentity(profile, found));
    if (found) return {};
    TRAILSIFT_RETURN_IF_ERROR(FromSso(profile, found));
    if (found) return {};
    const bool keys = !profile.access_key.empty();
    found = keys || !profile.credential_process.empty();
    // A program goes behind keys of the credentials file and before those of the configuration file.
    if (keys && (profile.credential_process.empty() || profile.keys_file == profile.credentials_file)) return Use(KeysOf(profile));
    if (found) {
      plan_.base = Base::kProcess;
      plan_.process = profile.credential_process;
      plan_.process_source = "credential_process of profile \"" + profile.name + '"';
      return {};
    }
    if (!profile.indirect.empty()) return IndirectProfile(profile);
    return {};
  }

  // A variable of the environment goes before the profile's setting, each for itself, unless the configuration named the profile.
  std::string Setting(const char* variable, const std::string& of_profile) const {
    const std::string value = with_environment_ ? environment_(variable) : std::string();
    return value.empty() ? of_profile : value;
  }

  Status FromWebIdentity(const AwsProfile& profile, bool& found) {
    plan_.token_file = Setting("AWS_WEB_IDENTITY_TOKEN_FILE", profile.web_identity_token_file);
    found = !plan_.token_file.empty();
    if (!found) return {};
    plan_.base = Base::kWebIdentity;
    plan_.web_role.arn = Setting("AWS_ROLE_ARN", profile.role_arn);
    plan_.web_role.session_name = Setting("AWS_ROLE_SESSION_NAME", profile.role_session_name);
    if (plan_.web_role.session_name.empty()) plan_.web_role.session_name = kSessionOfProfile;
    if (plan_.web_role.arn.empty()) {
      return {Code::kInvalid, profile.web_identity_token_file.empty()
                                  ? "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not"
                                  : Named(profile) + InFiles(profile) + " has web_identity_token_file, but no role_arn"};
    }
    return ReadDuration(profile, plan_.web_role);
  }

  Status FromSso(const AwsProfile& profile, bool& found) {
    found = !profile.sso_account_id.empty() || !profile.sso_role_name.empty();
    if (!found) {
      if (profile.sso_session.empty() && profile.sso_start_url.empty()) return {};
      // Enough to sign in, but not for keys: boto3 looks elsewhere, too.
      plan_.looked += "profile \"" + profile.name + "\" has an SSO session, but neither sso_account_id nor sso_role_name; ";
      return {};
    }
    const auto lacking = [&](const char* setting) {
      return Status(Code::kInvalid, Named(profile) + InFiles(profile) + " gets its keys through SSO, but has no " + setting);
    };
    if (profile.sso_account_id.empty()) return lacking("sso_account_id");
    if (profile.sso_role_name.empty()) return lacking("sso_role_name");
    if (profile.sso_start_url.empty()) return lacking("sso_start_url, also not in an [sso-session]");
    if (profile.sso_region.empty()) return lacking("sso_region, also not in an [sso-session]");
    plan_.base = Base::kSso;
    plan_.sso = {profile.name,
                 SsoCacheFile(environment_, profile.sso_session.empty() ? profile.sso_start_url : profile.sso_session),
                 profile.sso_region, profile.sso_account_id, profile.sso_role_name};
    return {};
  }

  const CredentialOptions& options_;
  const Environment& environment_;
  bool with_environment_ = true;
  CredentialPlan plan_;
};

}  // namespace

Result<CredentialPlan> PlanCredentials(const CredentialOptions& options) { return Planner(options).Make(); }

}  // namespace trailsift
