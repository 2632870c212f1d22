// For tests only: a provider's answer, waited for.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "aws/credentials.h"

namespace trailsift {

inline Result<Credentials> GetNow(CredentialProvider& provider) {
  auto promise = std::make_shared<std::promise<Result<Credentials>>>();
  provider.Get([promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

inline Result<Credentials> RenewNow(CredentialProvider& provider, const Credentials& rejected) {
  auto promise = std::make_shared<std::promise<Result<Credentials>>>();
  provider.Renew(rejected, [promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

}  // namespace trailsift
