#include "aws/credentials.h"

#include "aws/credential_servers.h"
#include "aws/profile.h"
#include "aws/sts.h"

namespace trailsift {
namespace {

constexpr Millis kRenewBefore = 5 * kMinute;
// That of Wazuh's module: trust policies may ask for it.
constexpr char kSessionName[] = "WazuhLogParsing";

Credentials FromProfile(const AwsProfile& profile) {
  return {{profile.access_key, profile.secret_key, profile.session_token},
          std::nullopt,
          "profile \"" + profile.name + "\" in " + profile.keys_file};
}

Status MissingProfile(const AwsProfile& profile) {
  return {Code::kNotFound, "no AWS profile \"" + profile.name + "\" in " + profile.credentials_file + " or " + profile.config_file +
                               "; add it there, or name another profile"};
}

Status IndirectProfile(const AwsProfile& profile) {
  return {Code::kAuth, "AWS profile \"" + profile.name + "\" gets its keys through " + profile.indirect +
                           ", which is not supported; give it aws_access_key_id and aws_secret_access_key, or use the role of the "
                           "instance or container"};
}

}  // namespace

CredentialProvider::CredentialProvider(HttpClient& http, CredentialOptions options) : http_(http), options_(std::move(options)) {}

bool CredentialProvider::IsFresh(Millis now) const {
  if (!cached_.has_value()) return false;
  if (!cached_->expires.has_value() || now < *cached_->expires - kRenewBefore) return true;
  return now < *cached_->expires && now < no_renewal_before_;
}

void CredentialProvider::Get(const CredentialsCallback& done) {
  std::optional<Credentials> ready;
  {
    std::lock_guard lock(mutex_);
    if (IsFresh(options_.clock())) {
      ready = cached_;
    } else {
      waiting_.push_back(done);
      if (fetching_) return;
      fetching_ = true;
    }
  }
  if (ready.has_value()) done(*std::move(ready));
  else Fetch();
}

void CredentialProvider::Renew(const Credentials& rejected, const CredentialsCallback& done) {
  {
    std::lock_guard lock(mutex_);
    if (cached_.has_value() && cached_->keys.access_key == rejected.keys.access_key &&
        cached_->keys.secret_key == rejected.keys.secret_key && cached_->keys.session_token == rejected.keys.session_token) {
      cached_.reset();
    }
  }
  Get(done);
}

void CredentialProvider::Fetch() {
  std::string looked;
  Result<std::optional<Credentials>> local = FromLocal(looked);
  if (!local.ok()) return Found(local.status());
  if (local->has_value()) return Found(*std::move(local).value());
  FetchFromServers(std::move(looked));
}

Result<std::optional<Credentials>> CredentialProvider::FromLocal(std::string& looked) const {
  const Environment& environment = options_.environment;
  if (options_.access_key.empty() != options_.secret_key.empty()) {
    return Status(Code::kInvalid, "access_key and secret_key belong together, but only one is set");
  }
  if (!options_.access_key.empty()) {
    return std::optional(Credentials{
        {options_.access_key, options_.secret_key, ""}, std::nullopt, "access_key and secret_key of the configuration"});
  }
  std::string name = options_.profile;
  if (name.empty()) {
    const std::string access = environment("AWS_ACCESS_KEY_ID");
    const std::string secret = environment("AWS_SECRET_ACCESS_KEY");
    if (access.empty() != secret.empty()) {
      return Status(Code::kAuth, access.empty() ? "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not"
                                                : "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    }
    if (!access.empty()) {
      return std::optional(
          Credentials{{access, secret, environment("AWS_SESSION_TOKEN")}, std::nullopt, "the environment (AWS_ACCESS_KEY_ID)"});
    }
    looked = "AWS_ACCESS_KEY_ID is not set; ";
    name = environment("AWS_PROFILE");
    if (name.empty()) name = environment("AWS_DEFAULT_PROFILE");
  }
  const bool named = !name.empty();
  const Result<AwsProfile> profile = LoadProfile(environment, named ? name : "default");
  if (!profile.ok()) return profile.status();
  if (!profile->exists && named) return MissingProfile(*profile);
  if (!profile->access_key.empty()) return std::optional(FromProfile(*profile));
  if (!profile->indirect.empty()) return IndirectProfile(*profile);
  looked += profile->exists ? "profile \"" + profile->name + "\" holds no keys"
                            : "no profile \"default\" in " + profile->credentials_file;
  return std::optional<Credentials>();
}

void CredentialProvider::FetchFromServers(std::string looked) {
  FetchContainerCredentials(http_, options_.environment, [this, looked = std::move(looked)](Result<Credentials> container) {
    if (container.ok() || container.status().code() != Code::kNotFound) return Found(std::move(container));
    FetchInstanceCredentials(
        http_, options_.environment, [this, looked, container = std::move(container)](Result<Credentials> instance) {
          if (instance.ok() || instance.status().code() == Code::kCancelled) return Found(std::move(instance));
          Found(Status(Code::kAuth, "no AWS credentials found: " + looked + "; " + container.status().message() + "; " +
                                        instance.status().message() + "; set aws_profile, or give the machine a role"));
        });
  });
}

void CredentialProvider::Found(Result<Credentials> result) {
  if (!result.ok() || options_.role_arn.empty()) return Complete(std::move(result));
  RoleRequest role;
  role.arn = options_.role_arn;
  role.session_name = kSessionName;
  role.external_id = options_.external_id;
  role.duration = options_.role_duration;
  role.region = options_.region;
  AssumeRole(http_, options_, role, *result, [this](Result<Credentials> assumed) { Complete(std::move(assumed)); });
}

void CredentialProvider::Complete(Result<Credentials> result) {
  std::vector<CredentialsCallback> waiting;
  {
    std::lock_guard lock(mutex_);
    const Millis now = options_.clock();
    if (result.ok()) {
      cached_ = *result;
      no_renewal_before_ = now + kMinute;  // keys that come with less than five minutes left are not fetched for each request
    } else if (cached_.has_value() && cached_->expires.has_value() && now < *cached_->expires) {
      // The old keys hold for some minutes yet; ask again in one.
      no_renewal_before_ = now + kMinute;
      result = *cached_;
    }
    fetching_ = false;
    waiting.swap(waiting_);
  }
  for (CredentialsCallback& done : waiting) done(result);
}

}  // namespace trailsift
