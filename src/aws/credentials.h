// Where AWS keys come from, in the order of boto3 so that a configuration that works with Wazuh works here: keys of the configuration;
// the profile that the configuration names; environment variables; the profile AWS_PROFILE or `default`, its role first; a web identity
// (AWS_WEB_IDENTITY_TOKEN_FILE, as EKS sets it, or the profile's); the profile's SSO session, keys or program (credential_process); the container endpoint (ECS, EKS pod identity);
// the instance's role (IMDSv2). Where the configuration names a role, it is assumed with what was found.
//
// Keys are remembered until five minutes before they expire, or until a server refuses them; whoever asks while they are renewed gets the
// old ones as long as these hold. Servers and programs that give no keys, or keys that are refused, are asked again only after a pause that
// grows from a second to a minute; until then everybody gets the failure, or the keys, of the last time. No message ever holds a secret or
// a token.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "aws/attempts.h"
#include "aws/environment.h"
#include "aws/sigv4.h"
#include "base/status.h"
#include "base/time.h"
#include "net/http.h"

namespace trailsift {

struct Credentials {
  SigningKeys keys;
  std::optional<Millis> expires;
  std::string source;  // for messages: `profile "x" in /root/.aws/credentials`
};

using CredentialsCallback = std::function<void(Result<Credentials>)>;

class CredentialPool;
class TrafficMeter;

struct CredentialOptions {
  std::string access_key;  // of the configuration; both or none
  std::string secret_key;
  std::string profile;  // aws_profile of the configuration

  std::string role_arn;              // iam_role_arn: assumed with the keys that are found; empty: none
  std::optional<int> role_duration;  // seconds
  std::string external_id;           // for that role
  std::string sts_endpoint;          // empty: the environment's, the profile's, that of the region
  std::string region;                // where STS is asked; empty: where it always is in the role's partition
  AttemptOptions attempts;           // at STS and IAM Identity Center

  Environment environment = ProcessEnvironment();
  std::function<Millis()> clock = NowMillis;

  std::shared_ptr<CredentialPool> pool;       // clients that have it share keys (client_keys.h); empty: each has its own
  std::shared_ptr<TrafficMeter> sts_traffic;  // counts what STS is asked; empty: nobody does
};

struct CredentialPlan;

// Thread-safe. The HttpClient must go before the provider does (its end answers what is being fetched); the constructor does not use it.
class CredentialProvider {
 public:
  CredentialProvider(HttpClient& http, CredentialOptions options);
  CredentialProvider(const CredentialProvider&) = delete;
  CredentialProvider& operator=(const CredentialProvider&) = delete;

  // Answers before it returns when keys are at hand or need no network, else on the loop thread of the HttpClient. Failures: kAuth says
  // where keys were looked for; kNotFound names a profile that does not exist; kInvalid a broken file; kDenied a role that may not be
  // assumed, with the missing statement.
  void Get(const CredentialsCallback& done);
  // As Get, after a server refused `rejected`: keys that are still the same are fetched anew, from files too. Gives the same keys again
  // where it is too early for that.
  void Renew(const Credentials& rejected, const CredentialsCallback& done);

 private:
  void Fetch();
  void FetchFromServers(const std::string& looked, CredentialsCallback done);
  // The keys, or those of the roles of the plan from `index` on.
  void Assume(const std::shared_ptr<const CredentialPlan>& plan, std::size_t index, Result<Credentials> keys);
  void Complete(Result<Credentials> result);
  bool IsFresh(Millis now) const;
  void BeginPause(Millis now);
  bool IsPaused(Millis now) const { return now < paused_until_ && now >= paused_until_ - pause_; }

  HttpClient& http_;
  const CredentialOptions options_;
  std::mutex mutex_;
  std::optional<Credentials> cached_;
  Millis no_renewal_before_ = 0;   // after a renewal failed while the keys still hold
  std::optional<Status> failure_;  // of the last fetch, where a server or program was asked for it
  bool asked_ = false;             // whether one was, in the last fetch
  Millis paused_until_ = 0;
  Millis pause_ = 0;
  bool fetching_ = false;
  std::vector<CredentialsCallback> waiting_;
};

}  // namespace trailsift
