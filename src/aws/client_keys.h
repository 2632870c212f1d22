// A client's way to its keys: the provider that it shares with others by a pool (CredentialOptions::pool), else one of its own. Whoever
// waits for shared keys is answered by the client's own loop thread, and when the client ends, whatever the others still wait for.
//
// Thread-safe. `http` is the client's: it goes after Cancel and before this.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "aws/credentials.h"
#include "net/http.h"

namespace trailsift {

class ClientKeys {
 public:
  ClientKeys(HttpClient& http, const CredentialOptions& options);

  // As those of CredentialProvider.
  void Get(const CredentialsCallback& done);
  void Renew(const Credentials& rejected, const CredentialsCallback& done);
  // Whoever waits for shared keys, now or later, is answered with kCancelled on the client's loop thread. Before the client goes.
  void Cancel();

 private:
  // Outlives the client where a shared provider still holds a callback.
  struct Desk {
    std::mutex mutex;
    HttpClient* http = nullptr;  // nothing once cancelled
    std::map<std::uint64_t, CredentialsCallback> waiting;
    std::uint64_t next = 0;
  };
  // What the shared provider gets in place of `done`.
  CredentialsCallback Wait(const CredentialsCallback& done);

  HttpClient& http_;
  std::unique_ptr<CredentialProvider> own_;
  std::shared_ptr<CredentialPool> pool_;
  CredentialProvider* provider_ = nullptr;  // own_ or of pool_
  std::shared_ptr<Desk> desk_;
};

}  // namespace trailsift
