#include "doctor/access_check.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

CheckResult Told(Verdict verdict, const char* check, const std::string& subject, std::string detail) {
  CheckResult result;
  result.verdict = verdict;
  result.check = check;
  result.subject = subject;
  result.detail = std::move(detail);
  if (result.check == "assume") result.action = ActionsOf(Need::kAssume).front();
  return result;
}

}  // namespace

std::optional<std::string> CheckKeys(const AwsAccessSettings& access, const std::string& subject, const KeySource& caller_keys,
                                     const KeySource& keys, const Tell& tell) {
  const bool role = !access.iam_role_arn.empty();
  const Result<std::string> own = role ? caller_keys() : keys();
  if (!own.ok()) {
    tell(Told(Verdict::kFail, "credentials", subject, own.status().message()));
    if (role) tell(Told(Verdict::kSkipped, "assume", subject, "not tried"));
    return std::nullopt;
  }
  tell(Told(Verdict::kOk, "credentials", subject, "from " + *own));
  if (!role) return *own;
  const Result<std::string> assumed = keys();
  CheckResult result = Told(assumed.ok() ? Verdict::kOk : Verdict::kFail, "assume", subject,
                            assumed.ok() ? access.iam_role_arn : assumed.status().message());
  if (!assumed.ok()) {
    result.identity = *own;
    // The message holds what the role's trust policy lacks.
    if (result.detail.find("a policy of the caller needs") != std::string::npos)
      result.missing = AssumeStatement({access.iam_role_arn});
  }
  tell(std::move(result));
  return assumed.ok() ? std::optional(*assumed) : std::nullopt;
}

}  // namespace trailsift
