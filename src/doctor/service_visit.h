// One <service> or <subscriber> for doctor: a client for it, and requests that are told as findings. Internal to doctor/. Blocking.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/service_client.h"
#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"

namespace trailsift {

class ServiceVisit {
 public:
  // `service`, `endpoint_suffix`: as ServiceClientOptions. `check`, `subject`: of the findings.
  ServiceVisit(const AwsAccessSettings& access, const DoctorOptions& options, std::string service, std::string endpoint_suffix,
               std::string region, std::string check, std::string subject, const Tell& tell)
      : access_(access),
        options_(options),
        service_(std::move(service)),
        endpoint_suffix_(std::move(endpoint_suffix)),
        region_(std::move(region)),
        check_(std::move(check)),
        subject_(std::move(subject)),
        tell_(tell) {}

  // Tells of client, keys and role. False where nothing can be asked.
  bool Open();
  const std::string& region() const { return client_->region(); }

  Result<std::string> Ask(ServiceRequest request, const std::string& action);

  // Whether an answer shows that what was asked for is allowed: also where the request was refused for what it said.
  static bool IsAllowed(const Status& status);

  void Say(CheckResult::Verdict verdict, const std::string& action, std::string detail, std::string hint = {}) const;
  // A failure; where the permission is what it lacks, with the statement.
  void Refused(const std::string& action, const Status& status, const PolicyStatement& needed) const;

 private:
  CheckResult Make(CheckResult::Verdict verdict, const std::string& action, std::string detail) const;
  ServiceClientOptions Options() const;

  const AwsAccessSettings& access_;
  const DoctorOptions& options_;
  const std::string service_;
  const std::string endpoint_suffix_;
  const std::string region_;
  const std::string check_;
  const std::string subject_;
  const Tell& tell_;
  std::string identity_;
  std::unique_ptr<ServiceClient> client_;
};

}  // namespace trailsift
