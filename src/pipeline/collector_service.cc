// The collector's answers of a service: each is an object whose content is at hand.
#include <utility>

#include "aws/credential_pool.h"
#include "pipeline/collector_source.h"
#include "pipeline/service_pages.h"
#include "source/service_feed.h"

namespace trailsift {
namespace {

class CollectedService final : public CollectorSource {
 public:
  explicit CollectedService(const QueueCollectorOptions& options)
      : pages_(options.settings.aws_s3.services, std::make_shared<CredentialPool>()) {}

  Status Join(Checkpoint& checkpoint) override {
    checkpoint_ = &checkpoint;
    TRAILSIFT_RETURN_IF_ERROR(pages_.Open(checkpoint, NowMillis() / kDay));
    return pages_.Begin(checkpoint, NowMillis());
  }

  CollectorFault Begin() override { return {}; }

  std::optional<FlowObject> Next(const std::stop_token& stop) override {
    if (stop.stop_requested()) return std::nullopt;
    return pages_.Next();
  }

  void Cancel() override { pages_.Cancel(); }

  std::string PlaceBefore(const FlowObject&) const override { return {}; }
  std::string QuarantineName(const FlowObject& object) const override { return ServicePages::QuarantineName(object, NowMillis()); }

  CollectorFault NotRead(const FlowObject&, const Status&) override { return {}; }  // its content is at hand

  void Sent(FlowObject object, bool sound, std::vector<FinishedObject>&) override { pages_.Take(object, sound, *checkpoint_); }

  void Committed() override {}

  Status End(bool& more) override {
    more = pages_.Finish(*checkpoint_);
    return Status::Ok();
  }

  CollectorFault fault() const override {
    Status why = pages_.failure();
    return {why.ok() ? QueueTrouble::kNone : QueueTrouble::kService, std::move(why)};
  }

 private:
  ServicePages pages_;
  Checkpoint* checkpoint_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<CollectorSource>> MakeServiceSource(const QueueCollectorOptions& options) {
  // A profile that is not there is told before anything is asked for.
  ServiceClients clients(options.settings.aws_s3.services.front());
  bool chosen = false;
  const Result<std::vector<std::string>> regions = clients.Regions(chosen);
  if (!regions.ok()) return regions.status();
  if (const Result<ServiceClient*> client = clients.In(regions->front()); !client.ok()) return client.status();
  return std::unique_ptr<CollectorSource>(std::make_unique<CollectedService>(options));
}

}  // namespace trailsift
