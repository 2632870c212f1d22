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
  bool failed() const override { return failed_; }

 private:
  std::string Body(Millis from) const;
  void NextRegion();

  const ServiceSettings& settings_;
  ServiceClients clients_;
  ServicePositions positions_;
  Millis from_ = 0;
  Millis now_ = 0;
  std::vector<std::string> regions_;
  std::size_t region_ = 0;
  bool chosen_ = true;
  bool failed_ = false;
  std::string token_;  // of the region's next answer; empty: its first
};

}  // namespace trailsift
