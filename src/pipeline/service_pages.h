// The configured <service>s as objects of the flow: each answer with events is one whose content is at hand, and what its service is to be
// asked for next becomes durable with the group that holds its alerts.
//
// Next belongs to the feeder's thread, Cancel to any, all else to the thread that commits. A failure is the local disk's; what AWS refuses is
// logged and told by failure().
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "pipeline/flow.h"
#include "source/checkpoint.h"
#include "source/service_feed.h"

namespace trailsift {

class ServicePages {
 public:
  // `services` outlives it. `pool`: of the service's clients.
  ServicePages(const std::vector<ServiceSettings>& services, const std::shared_ptr<CredentialPool>& pool);
  ~ServicePages();

  // Once: a service begins on the day when it is first configured, or where it says.
  Status Open(Checkpoint& checkpoint, std::int64_t today);

  // A pass begins.
  Status Begin(Checkpoint& checkpoint, Millis now);
  // The next answer; nothing at the end of the pass.
  std::optional<FlowObject> Next();
  static bool IsPage(const FlowObject& object);
  // Pages come back in the order of Next. `sound`: all of it could be used. Gives the checkpoint what the next commit makes durable. The
  // object's tag becomes its source's id, as the resolver wants it.
  void Take(FlowObject& object, bool sound, Checkpoint& checkpoint);
  // What of a page could not be used is kept under this name: another answer of the same place may be kept, too.
  static std::string QuarantineName(const FlowObject& object, Millis now);
  // The pass has come to its end and is durable: streams may be removed, and forgotten with the next commit. True: it has something to do.
  bool Finish(Checkpoint& checkpoint);
  void Cancel();
  // Whether the source of this number is a service. Its answers can't be read again.
  bool Has(std::int64_t source) const;
  // The first of what could not be read in this pass.
  Status failure() const;
  // What was asked of the services, by their types.
  void AddTraffic(std::map<std::string, ServiceTraffic>& traffic) const;

 private:
  struct Source {
    const ServiceSettings* settings = nullptr;
    std::unique_ptr<ServiceFeed> feed;
    std::int64_t id = 0;
    Millis from = 0;
    std::string notes;  // what the names of its notes begin with
  };
  struct Fed {
    std::size_t source = 0;
    std::string place;
    std::string position;
  };

  std::vector<Source> sources_;
  std::size_t at_ = 0;                                        // the feeder's
  std::vector<std::pair<std::size_t, std::string>> spoiled_;  // source and place of answers that could not be used

  std::mutex mutex_;
  std::deque<Fed> fed_;  // given by Next and not taken yet; guarded by mutex_
};

}  // namespace trailsift
