#include "aws/credentials.h"

#include <algorithm>

#include "aws/credential_plan.h"
#include "aws/credential_process.h"
#include "aws/credential_servers.h"
#include "aws/small_file.h"
#include "aws/sts.h"

namespace trailsift {
namespace {

constexpr Millis kRenewBefore = 5 * kMinute;

// Between questions that lead to nothing: the first pause, the longest, and the quiet after which it begins anew.
constexpr Millis kFirstPause = kSecond;
constexpr Millis kLongestPause = kMinute;
constexpr Millis kPauseForgotten = 10 * kMinute;

constexpr std::size_t kMaxToken = 64 << 10;

// Read anew each time: whoever writes the file renews the token in it.
Result<std::string> ReadToken(const std::string& file) {
  Result<std::string> content = ReadSmallFile(file, kMaxToken);
  if (!content.ok()) return Status(Code::kAuth, "the web identity token can't be read: " + content.status().message());
  std::string token = std::move(content).value();
  token.erase(0, std::min(token.find_first_not_of(" \t\r\n"), token.size()));
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  if (token.empty()) return Status(Code::kAuth, file + ": no web identity token in it");
  return token;
}

}  // namespace

CredentialProvider::CredentialProvider(HttpClient& http, CredentialOptions options) : http_(http), options_(std::move(options)) {}

bool CredentialProvider::IsFresh(Millis now) const {
  if (!cached_.has_value()) return false;
  if (!cached_->expires.has_value() || now < *cached_->expires - kRenewBefore) return true;
  return now < *cached_->expires && now < no_renewal_before_;
}

void CredentialProvider::BeginPause(Millis now) {
  const bool forgotten = pause_ == 0 || now > paused_until_ + kPauseForgotten;
  pause_ = forgotten ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  paused_until_ = now + pause_;
}

void CredentialProvider::Get(const CredentialsCallback& done) {
  std::optional<Result<Credentials>> ready;
  {
    std::lock_guard lock(mutex_);
    const Millis now = options_.clock();
    // While one waits for new keys the others go on with the old ones, as long as these hold.
    const bool good = cached_.has_value() && (!cached_->expires.has_value() || now < *cached_->expires);
    if (IsFresh(now) || (fetching_ && good)) {
      ready = *cached_;
    } else if (!fetching_ && failure_.has_value() && IsPaused(now)) {
      ready = *failure_;
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
    const Millis now = options_.clock();
    // What was just fetched and is refused again is what the server has: the caller gets it and says why it was refused.
    if (!(asked_ && IsPaused(now)) && cached_.has_value() && cached_->keys == rejected.keys) {
      cached_.reset();
      if (asked_) BeginPause(now);
    }
  }
  Get(done);
}

void CredentialProvider::Fetch() {
  const auto asks = [this](bool asked) {
    std::lock_guard lock(mutex_);
    asked_ = asked;
  };
  Result<CredentialPlan> made = PlanCredentials(options_);
  if (!made.ok()) {
    asks(false);
    return Complete(made.status());
  }
  const auto plan = std::make_shared<const CredentialPlan>(std::move(made).value());
  asks(plan->base != CredentialPlan::Base::kKeys || !plan->roles.empty());
  CredentialsCallback found = [this, plan](Result<Credentials> keys) { Assume(plan, 0, std::move(keys)); };
  switch (plan->base) {
    case CredentialPlan::Base::kKeys: return found(plan->keys);
    case CredentialPlan::Base::kContainer: return FetchContainerCredentials(http_, options_.environment, std::move(found));
    case CredentialPlan::Base::kInstance: return FetchInstanceCredentials(http_, options_.environment, std::move(found));
    case CredentialPlan::Base::kServers: return FetchFromServers(plan->looked, std::move(found));
    case CredentialPlan::Base::kSso: return FetchSsoCredentials(http_, options_, plan->sso, std::move(found));
    case CredentialPlan::Base::kProcess:
      return FetchProcessCredentials(http_, plan->process, plan->process_source, ProgramLimits(), options_.clock, std::move(found));
    case CredentialPlan::Base::kWebIdentity: break;
  }
  const Result<std::string> token = ReadToken(plan->token_file);
  if (!token.ok()) {
    asks(false);
    return found(token.status());
  }
  AssumeRoleWithWebIdentity(http_, options_, plan->web_role, *token, plan->token_file, std::move(found));
}

void CredentialProvider::Assume(const std::shared_ptr<const CredentialPlan>& plan, std::size_t index, Result<Credentials> keys) {
  if (!keys.ok() || index == plan->roles.size()) return Complete(std::move(keys));
  AssumeRole(http_, options_, plan->roles[index], *keys,
             [this, plan, index](Result<Credentials> assumed) { Assume(plan, index + 1, std::move(assumed)); });
}

void CredentialProvider::FetchFromServers(const std::string& looked, CredentialsCallback done) {
  FetchContainerCredentials(http_, options_.environment, [this, looked, done = std::move(done)](Result<Credentials> container) {
    if (container.ok() || container.status().code() != Code::kNotFound) return done(std::move(container));
    FetchInstanceCredentials(
        http_, options_.environment, [looked, done, container = std::move(container)](Result<Credentials> instance) {
          if (instance.ok() || instance.status().code() == Code::kCancelled) return done(std::move(instance));
          done(Status(Code::kAuth, "no AWS credentials found: " + looked + "; " + container.status().message() + "; " +
                                       instance.status().message() + "; set aws_profile, or give the machine a role"));
        });
  });
}

void CredentialProvider::Complete(Result<Credentials> result) {
  std::vector<CredentialsCallback> waiting;
  {
    std::lock_guard lock(mutex_);
    const Millis now = options_.clock();
    failure_.reset();
    if (result.ok()) {
      cached_ = *result;
      no_renewal_before_ = now + kMinute;  // keys that come with less than five minutes left are not fetched for each request
    } else if (cached_.has_value() && cached_->expires.has_value() && now < *cached_->expires) {
      // The old keys hold for some minutes yet; ask again in one.
      no_renewal_before_ = now + kMinute;
      result = *cached_;
    } else if (asked_ && result.status().code() != Code::kCancelled) {
      failure_ = result.status();
      if (!IsPaused(now)) BeginPause(now);
    }
    fetching_ = false;
    waiting.swap(waiting_);
  }
  for (CredentialsCallback& done : waiting) done(result);
}

}  // namespace trailsift
