// The keys of one process: clients that would get them in the same way (profile, role, duration, external id, STS) have one provider, so
// that a role is assumed once however many buckets it reads. Counts what is asked of STS.
//
// Thread-safe. Held by the clients that use it (CredentialOptions::pool) and by whoever counts; owns one loop thread and its connections,
// and ends what is under way there when the last of them goes. Environment and clock are taken to be the same in all options.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "aws/credentials.h"
#include "aws/service_traffic.h"
#include "aws/traffic_meter.h"
#include "net/http.h"

namespace trailsift {

class CredentialPool {
 public:
  CredentialPool();
  CredentialPool(const CredentialPool&) = delete;
  CredentialPool& operator=(const CredentialPool&) = delete;

  // Stays as long as the pool. Its callbacks run on the thread that asks, on that of another who asks, or on the pool's.
  CredentialProvider& ProviderOf(const CredentialOptions& options);

  // Of STS, since the start.
  ServiceTraffic traffic() const { return sts_->Read(); }

 private:
  // What decides which keys come, and from where.
  using Way =
      std::tuple<std::string, std::string, std::string, std::string, std::optional<int>, std::string, std::string, std::string>;

  const std::shared_ptr<TrafficMeter> sts_ = std::make_shared<TrafficMeter>();
  std::mutex mutex_;
  std::map<Way, std::unique_ptr<CredentialProvider>> providers_;  // guarded by mutex_
  // Ends first: what it cancels still reaches the providers.
  HttpClient http_;
};

}  // namespace trailsift
