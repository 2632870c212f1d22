// CloudTrail's ListPublicKeys: the keys with which a region's digests were signed. Source: AWS CloudTrail API reference, "ListPublicKeys".
// A call of AWS with the credentials that read the bucket, or those of the environment. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "aws/credential_pool.h"
#include "aws/service_client.h"
#include "aws/service_traffic.h"
#include "base/status.h"
#include "base/time.h"
#include "config/settings.h"
#include "event/public_key_list.h"

namespace trailsift {

class PublicKeyLister {
 public:
  // Of a configured bucket; nullptr: what the environment says. `max_attempts`: as ServiceClientOptions; `timeout`: of each.
  explicit PublicKeyLister(const BucketSettings* bucket = nullptr, int max_attempts = 0,
                           std::chrono::milliseconds timeout = std::chrono::seconds(60),
                           std::shared_ptr<CredentialPool> pool = nullptr)
      : bucket_(bucket), max_attempts_(max_attempts), timeout_(timeout), pool_(std::move(pool)) {}
  PublicKeyLister(const PublicKeyLister&) = delete;
  PublicKeyLister& operator=(const PublicKeyLister&) = delete;

  // Those whose validity overlaps the time. kDenied holds the missing statement; kCorrupt an answer that is none; else as ServiceClient.
  // None at all is an empty list.
  Result<std::vector<PublicKeyEntry>> List(const std::string& region, Millis from, Millis to);
  // What was asked of CloudTrail since the start.
  const ServiceTraffic& traffic() const { return traffic_; }

 private:
  Result<std::vector<PublicKeyEntry>> Ask(ServiceClient& client, const std::string& region, Millis from, Millis to) const;

  const BucketSettings* const bucket_;
  const int max_attempts_;
  const std::chrono::milliseconds timeout_;
  const std::shared_ptr<CredentialPool> pool_;
  ServiceTraffic traffic_;
};

}  // namespace trailsift
