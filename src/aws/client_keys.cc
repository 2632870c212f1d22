#include "aws/client_keys.h"

#include <chrono>
#include <thread>
#include <utility>

#include "aws/credential_pool.h"

namespace trailsift {

ClientKeys::ClientKeys(HttpClient& http, const CredentialOptions& options) : http_(http), pool_(options.pool) {
  if (pool_ == nullptr) {
    own_ = std::make_unique<CredentialProvider>(http, options);
    provider_ = own_.get();
    return;
  }
  provider_ = &pool_->ProviderOf(options);
  desk_ = std::make_shared<Desk>();
  desk_->http = &http;
}

CredentialsCallback ClientKeys::Wait(const CredentialsCallback& done) {
  std::uint64_t number = 0;
  {
    std::lock_guard lock(desk_->mutex);
    if (desk_->http == nullptr) return nullptr;
    number = desk_->next++;
    desk_->waiting.emplace(number, done);
  }
  return [desk = desk_, number, asker = std::this_thread::get_id()](const Result<Credentials>& keys) {
    std::unique_lock lock(desk->mutex);
    const auto found = desk->waiting.find(number);
    if (found == desk->waiting.end()) return;  // cancelled
    CredentialsCallback waiting = std::move(found->second);
    desk->waiting.erase(found);
    if (std::this_thread::get_id() == asker) {
      lock.unlock();
      return waiting(keys);
    }
    // Under the lock, so that the client does not go meanwhile.
    desk->http->After(std::chrono::milliseconds(0), [waiting = std::move(waiting), keys] { waiting(keys); });
  };
}

void ClientKeys::Get(const CredentialsCallback& done) {
  if (pool_ == nullptr) return provider_->Get(done);
  if (const CredentialsCallback waiting = Wait(done)) return provider_->Get(waiting);
  done(Status(Code::kCancelled, "cancelled"));
}

void ClientKeys::Renew(const Credentials& rejected, const CredentialsCallback& done) {
  if (pool_ == nullptr) return provider_->Renew(rejected, done);
  if (const CredentialsCallback waiting = Wait(done)) return provider_->Renew(rejected, waiting);
  done(Status(Code::kCancelled, "cancelled"));
}

void ClientKeys::Cancel() {
  if (pool_ == nullptr) return;
  std::map<std::uint64_t, CredentialsCallback> waiting;
  {
    std::lock_guard lock(desk_->mutex);
    desk_->http = nullptr;
    waiting.swap(desk_->waiting);
  }
  for (auto& [number, done] : waiting) {
    http_.After(std::chrono::milliseconds(0), [done = std::move(done)] { done(Status(Code::kCancelled, "cancelled")); });
  }
}

}  // namespace trailsift
