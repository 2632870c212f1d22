// Findings of Amazon Inspector that were updated since the last pass, region by region (Amazon Inspector API reference, ListFindings). The
// position of a region is the end of the time that was asked for last, taken only with the last answer; each pass asks again for some
// minutes before it, since a finding may be listed late.
#pragma once

#include <string>
#include <vector>

#include "source/service_feed.h"

namespace trailsift {

class InspectorFeed final : public ServiceFeed {
 public:
  InspectorFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool);

  void Begin(ServicePositions positions, Millis from, Millis now) override;
  std::optional<ServicePage> Next() override;
  void Spoiled(const std::string&) override {}
  std::vector<std::string> Finish() override { return {}; }
  void Cancel() override { clients_.Cancel(); }
  ServiceTraffic traffic() const override { return clients_.traffic(); }
  const Status& failure() const override { return failure_; }

 private:
  std::string Body(Millis from) const;
  void NextRegion();
  // Tells what could not be read, and notes the first.
  void Fail(const Status& why);

  const ServiceSettings& settings_;
  ServiceClients clients_;
  ServicePositions positions_;
  Millis from_ = 0;
  Millis now_ = 0;
  std::vector<std::string> regions_;
  std::size_t region_ = 0;
  bool chosen_ = true;
  Status failure_;
  bool answered_ = false;  // a region was read
  Status refused_;         // of the first region that was not opened to us
  std::string token_;      // of the region's next answer; empty: its first
};

}  // namespace trailsift
