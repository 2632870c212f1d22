#include "doctor/service_visit.h"

#include <utility>

#include "doctor/access_check.h"

namespace trailsift {

using Verdict = CheckResult::Verdict;

ServiceVisit::ServiceVisit(const AwsAccessSettings& access, ServiceClientOptions client, const DoctorOptions& options,
                           std::string check, std::string subject, const Tell& tell)
    : access_(access),
      made_(WithLimits(std::move(client), options)),
      options_(options),
      check_(std::move(check)),
      subject_(std::move(subject)),
      tell_(tell) {}

bool ServiceVisit::Reach(bool quiet) {
  Result<std::unique_ptr<ServiceClient>> client = ServiceClient::Create(made_);
  if (!client.ok()) {
    CheckResult result = Make(Verdict::kFail, "", client.status().message());
    result.check = client.status().code() == Code::kInvalid ? "reach" : "credentials";
    tell_(std::move(result));
    return false;
  }
  client_ = std::move(client).value();
  return CheckHost([this] { return client_->Knock(options_.timeout); }, client_->origin(), options_, Make(Verdict::kOk, "", ""),
                   quiet, tell_);
}

bool ServiceVisit::FindKeys() {
  if (client_ == nullptr) return false;
  const auto without_role = [this]() -> Result<std::string> {
    ServiceClientOptions plain = made_;
    plain.credentials.role_arn.clear();
    const Result<std::unique_ptr<ServiceClient>> caller = ServiceClient::Create(std::move(plain));
    if (!caller.ok()) return caller.status();
    return (*caller)->FindKeys();
  };
  const std::optional<std::string> identity = CheckKeys(
      access_, subject_, without_role, [this] { return client_->FindKeys(); }, tell_);
  identity_ = identity.value_or("");
  return identity.has_value();
}

Result<std::string> ServiceVisit::Ask(ServiceRequest request, const std::string& action, const std::string& subject) {
  request.subject = subject.empty() ? subject_ : subject;
  request.permission = action;
  request.timeout = options_.timeout;
  return client_->Ask(std::move(request));
}

bool ServiceVisit::IsAllowed(const Status& status) {
  return status.ok() || status.code() == Code::kInvalid || status.code() == Code::kNotFound;
}

bool ServiceVisit::IsHopeless(const Status& status) { return !status.ok() && status.code() != Code::kDenied && !IsAllowed(status); }

CheckResult ServiceVisit::Make(Verdict verdict, const std::string& action, std::string detail) const {
  CheckResult result;
  result.verdict = verdict;
  result.check = check_;
  result.subject = subject_;
  result.detail = std::move(detail);
  result.action = action;
  // Of a failure the message says it.
  if (verdict != Verdict::kFail) result.item = action;
  return result;
}

void ServiceVisit::Say(Verdict verdict, const std::string& action, std::string detail, std::string hint) const {
  CheckResult result = Make(verdict, action, std::move(detail));
  result.hint = std::move(hint);
  tell_(std::move(result));
}

void ServiceVisit::Refused(const std::string& action, const Status& status, const PolicyStatement& needed) const {
  CheckResult result = Make(Verdict::kFail, action, status.message());
  result.identity = identity_;
  ReadRefusal(status, needed, result);
  tell_(std::move(result));
}

}  // namespace trailsift
