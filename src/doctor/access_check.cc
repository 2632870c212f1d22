#include "doctor/access_check.h"

#include "base/time.h"
#include "doctor/reach.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

constexpr std::chrono::milliseconds kLongestPause{1000};

CheckResult Told(Verdict verdict, const char* check, const std::string& subject, std::string detail) {
  CheckResult result;
  result.verdict = verdict;
  result.check = check;
  result.subject = subject;
  result.detail = std::move(detail);
  if (result.check == "assume") result.action = ActionsOf(Need::kAssume).front();
  return result;
}

// The ARN of the key that KMS refuses, as S3 says it; empty where it does not.
std::string KeyOf(const std::string& message) {
  const std::size_t begin = message.rfind("(arn:");
  const std::size_t end = message.find(')', begin == std::string::npos ? message.size() : begin);
  return end == std::string::npos ? std::string() : message.substr(begin + 1, end - begin - 1);
}

}  // namespace

S3Options WithLimits(S3Options client, const DoctorOptions& options) {
  client.credentials.environment = options.environment;
  client.attempts.most = options.attempts;
  client.attempts.longest_pause = kLongestPause;
  client.request_timeout = options.timeout;
  return client;
}

ServiceClientOptions WithLimits(ServiceClientOptions client, const DoctorOptions& options) {
  client.credentials.environment = options.environment;
  client.attempts.most = options.attempts;
  client.attempts.longest_pause = kLongestPause;
  return client;
}

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

bool CheckHost(const std::function<HttpResponse()>& knock, const std::string& origin, const DoctorOptions& options,
               CheckResult made, bool quiet, const Tell& tell) {
  const Millis before = NowMillis();
  const HttpResponse response = knock();
  const Millis after = NowMillis();
  made.check = "reach";
  if (!response.transport_error.empty()) {
    made.verdict = Verdict::kFail;
    DescribeFault(response, origin, options.environment, made);
    tell(std::move(made));
    return false;
  }
  if (quiet) return true;
  made.detail = origin + " answers in " + std::to_string(after - before) + " ms";
  if (const std::string proxy = ProxyOf(origin, options.environment); !proxy.empty())
    made.detail += " (proxy, unless NO_PROXY says otherwise: " + proxy + ')';
  tell(std::move(made));
  tell(JudgeClock(response, before, after, origin));
  return true;
}

std::string DescribeKeys(const std::vector<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += (text.empty() ? "with " : ", ") + key;
  return text.empty() ? "not needed: what was read is encrypted with no key of KMS" : text;
}

void ReadRefusal(const Status& status, const PolicyStatement& needed, CheckResult& result) {
  const std::string& message = status.message();
  if (status.code() != Code::kDenied) return;
  if (message.find("by KMS") != std::string::npos) {
    result.check = "decrypt";
    result.action = ActionsOf(Need::kDecrypt).front();
    const std::string key = KeyOf(message);
    result.missing = DecryptStatement({key.empty() ? "arn:aws:kms:REGION:ACCOUNT:key/KEY" : key});
    result.hint = "the key's own policy must allow it, too";
  } else if (message.find(" need ") != std::string::npos && message.find("explicit deny") == std::string::npos) {
    result.missing = needed;
  }
}

}  // namespace trailsift
