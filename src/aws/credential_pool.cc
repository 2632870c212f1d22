#include "aws/credential_pool.h"

#include "aws/environment.h"

namespace trailsift {
namespace {

HttpOptions ConnectionOptions() {
  HttpOptions options;
  options.ca_bundle = ProcessEnvironment()("AWS_CA_BUNDLE");
  return options;
}

}  // namespace

CredentialPool::CredentialPool() : http_(ConnectionOptions()) {}

CredentialProvider& CredentialPool::ProviderOf(const CredentialOptions& options) {
  Way way(options.access_key, options.secret_key, options.profile, options.role_arn, options.role_duration, options.external_id,
          options.sts_endpoint, options.region);
  std::lock_guard lock(mutex_);
  std::unique_ptr<CredentialProvider>& provider = providers_[std::move(way)];
  if (provider == nullptr) {
    CredentialOptions own = options;
    own.pool.reset();  // else it would hold itself
    own.sts_traffic = sts_;
    provider = std::make_unique<CredentialProvider>(http_, std::move(own));
  }
  return *provider;
}

}  // namespace trailsift
