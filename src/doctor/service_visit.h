// One service of AWS that is asked for a <service> or a <subscriber>: a client for it, and requests that are told as findings. Internal to
// doctor/. Blocking; one thread.
#pragma once

#include <memory>
#include <string>

#include "aws/service_client.h"
#include "config/settings.h"
#include "doctor/check.h"
#include "doctor/options.h"

namespace trailsift {

class ServiceVisit {
 public:
  // `client`: how it is made, but for doctor's limits. `check`, `subject`: of the findings. All that is referred to outlives the visit.
  ServiceVisit(const AwsAccessSettings& access, ServiceClientOptions client, const DoctorOptions& options, std::string check,
               std::string subject, const Tell& tell);

  // Makes the client; with `quiet` only failures are told. False where nothing can be asked: no client, or no host.
  bool Reach(bool quiet = false);
  // Tells of keys and role. False where there are none, or no client.
  bool FindKeys();
  const std::string& region() const { return client_->region(); }
  // Whose policy is asked; empty until the keys are found.
  const std::string& identity() const { return identity_; }

  // `subject`: of the failure's message; empty: that of the findings.
  Result<std::string> Ask(ServiceRequest request, const std::string& action, const std::string& subject = {});

  // Whether an answer shows that what was asked for is allowed: also where the request was refused for what it said.
  static bool IsAllowed(const Status& status);
  // Whether the next request will fare no better: no server, or no good keys.
  static bool IsHopeless(const Status& status);

  CheckResult Make(CheckResult::Verdict verdict, const std::string& action, std::string detail) const;
  void Say(CheckResult::Verdict verdict, const std::string& action, std::string detail, std::string hint = {}) const;
  // A failure; where the permission is what it lacks, with the statement.
  void Refused(const std::string& action, const Status& status, const PolicyStatement& needed) const;

 private:
  const AwsAccessSettings& access_;
  const ServiceClientOptions made_;
  const DoctorOptions& options_;
  const std::string check_;
  const std::string subject_;
  const Tell& tell_;
  std::string identity_;
  std::unique_ptr<ServiceClient> client_;
};

}  // namespace trailsift
