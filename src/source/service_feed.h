// What a <service> of the configuration is asked for, answer by answer. A pass asks each region for what is new since the positions that are
// durable; an answer carries the position behind it, which becomes durable together with the alerts of its events. So a kill at any moment
// makes the last answers come again, and events that were seen are known by their identities.
//
// One thread at a time; Cancel may come from any. What can't be read is logged, costs itself only (a region, a group, a stream), and is
// asked for again in the next pass.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/credential_pool.h"
#include "aws/service_client.h"
#include "base/status.h"
#include "base/time.h"
#include "config/settings.h"

namespace trailsift {

struct ServicePage {
  std::string place;  // `cloudwatchlogs://eu-west-1/group:stream`, `inspector2://eu-west-1`
  std::string bytes;  // the answer's body
  // Where to go on behind it; empty: as before.
  std::string position;
};

// By place.
using ServicePositions = std::map<std::string, std::string>;

// One client a region, made when it is first asked for.
class ServiceClients {
 public:
  // `settings` outlives it.
  explicit ServiceClients(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool = nullptr)
      : settings_(settings), pool_(std::move(pool)) {}

  // The configured regions, else that of the profile or of the environment, else all; `chosen` is false then.
  Result<std::vector<std::string>> Regions(bool& chosen) const;
  Result<ServiceClient*> In(const std::string& region);
  // How the client of a region is made.
  ServiceClientOptions Options(const std::string& region) const;
  // What is under way and what comes later is answered with kCancelled.
  void Cancel();
  bool cancelled() const;
  ServiceTraffic traffic() const;

 private:
  const ServiceSettings& settings_;
  const std::shared_ptr<CredentialPool> pool_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ServiceClient>> clients_;
  bool cancelled_ = false;
};

class ServiceFeed {
 public:
  virtual ~ServiceFeed() = default;

  // A pass begins: `positions` are durable, nothing before `from` is asked for.
  virtual void Begin(ServicePositions positions, Millis from, Millis now) = 0;
  // The next answer with events, in the order of each stream; nothing at the end of the pass. Waits for the service.
  virtual std::optional<ServicePage> Next() = 0;
  // An answer of this place could not be used as a whole.
  virtual void Spoiled(const std::string& place) = 0;
  // The pass has come to its end and all that Next gave is durable. Does what had to wait for that. The places whose positions are of no
  // use any more.
  virtual std::vector<std::string> Finish() = 0;
  virtual void Cancel() = 0;
  // The first of what could not be read in this pass.
  virtual const Status& failure() const = 0;
  // What was asked of the service since the start; any thread.
  virtual ServiceTraffic traffic() const = 0;
};

// `settings` outlives it. `type` is checked by the configuration.
std::unique_ptr<ServiceFeed> MakeServiceFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool = nullptr);
// The name under which a service's positions are kept.
std::string ServiceName(const ServiceSettings& settings);

}  // namespace trailsift
