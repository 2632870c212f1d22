#include "doctor/service_visit.h"

#include "doctor/access_check.h"

namespace trailsift {

using Verdict = CheckResult::Verdict;

ServiceClientOptions ServiceVisit::Options() const {
  ServiceClientOptions made;
  made.service = service_;
  made.endpoint_suffix = endpoint_suffix_;
  made.service_endpoint = access_.service_endpoint;
  made.region = region_;
  made.max_attempts = options_.attempts;
  made.longest_pause = std::chrono::milliseconds(1000);
  made.credentials.access_key = access_.access_key;
  made.credentials.secret_key = access_.secret_key;
  made.credentials.profile = access_.aws_profile;
  made.credentials.role_arn = access_.iam_role_arn;
  made.credentials.role_duration = access_.iam_role_duration;
  made.credentials.external_id = access_.external_id;
  made.credentials.sts_endpoint = access_.sts_endpoint;
  made.credentials.environment = options_.environment;
  return made;
}

bool ServiceVisit::Open() {
  Result<std::unique_ptr<ServiceClient>> client = ServiceClient::Create(Options());
  if (!client.ok()) {
    CheckResult result = Make(Verdict::kFail, "", client.status().message());
    if (client.status().code() != Code::kInvalid) result.check = "credentials";
    tell_(std::move(result));
    return false;
  }
  client_ = std::move(client).value();
  const auto without_role = [this]() -> Result<std::string> {
    ServiceClientOptions plain = Options();
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

Result<std::string> ServiceVisit::Ask(ServiceRequest request, const std::string& action) {
  request.subject = subject_;
  request.permission = action;
  request.timeout = options_.timeout;
  return client_->Ask(std::move(request));
}

bool ServiceVisit::IsAllowed(const Status& status) {
  return status.ok() || status.code() == Code::kInvalid || status.code() == Code::kNotFound;
}

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
  if (status.code() == Code::kDenied && status.message().find("explicit deny") == std::string::npos) result.missing = needed;
  tell_(std::move(result));
}

}  // namespace trailsift
