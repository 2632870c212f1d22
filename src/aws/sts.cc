#include "aws/sts.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "aws/attempts.h"
#include "aws/endpoint_settings.h"
#include "aws/s3_error.h"
#include "aws/server_clock.h"
#include "aws/sts_endpoint.h"
#include "aws/sts_error.h"
#include "aws/sts_xml.h"
#include "aws/traffic_meter.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = 64 << 10;

// One request over all its attempts: the caller's thread until it is sent, then the loop's.
class StsCall : public std::enable_shared_from_this<StsCall> {
 public:
  StsCall(HttpClient& http, const CredentialOptions& options, StsEndpoint endpoint, CredentialsCallback done)
      : options_(options), endpoint_(std::move(endpoint)), done_(std::move(done)), attempts_(http, options.attempts, "sts") {}

  void Start(const RoleRequest& role, const Credentials* caller, const std::string& token, const std::string& source) {
    NamedValues form = {{"Version", "2011-06-15"}, {"RoleArn", role.arn}, {"RoleSessionName", role.session_name}};
    if (role.duration.has_value()) form.emplace_back("DurationSeconds", std::to_string(*role.duration));
    if (caller != nullptr) {
      action_ = "AssumeRole";
      if (!role.external_id.empty()) form.emplace_back("ExternalId", role.external_id);
      keys_ = caller->keys;
      subject_.secrets = {keys_->secret_key, keys_->session_token};
    } else {
      action_ = "AssumeRoleWithWebIdentity";
      form.emplace_back("WebIdentityToken", token);
      subject_.secrets = {token};
    }
    form.emplace_back("Action", action_);
    body_ = CanonicalQuery(form);
    subject_.role_arn = role.arn;
    subject_.caller = source;
    subject_.place = endpoint_.is_custom ? endpoint_.origin : "AWS STS (" + endpoint_.region + ')';
    subject_.web_identity = caller == nullptr;
    subject_.external_id = !role.external_id.empty();
    subject_.duration_setting = role.duration_setting;
    Attempt();
  }

 private:
  void Attempt() {
    if (options_.sts_traffic != nullptr) options_.sts_traffic->Asked(action_, attempts_.made() > 0);
    attempts_.Send(BuildRequest(), [self = shared_from_this()](const HttpResponse& response) { self->OnAnswer(response); });
  }

  HttpRequest BuildRequest() {
    HttpRequest request;
    request.method = "POST";
    request.url = endpoint_.origin + endpoint_.path;
    request.body = body_;
    request.max_body = kMaxAnswer;
    request.timeout = milliseconds(30'000);
    request.no_proxy = endpoint_.is_loopback;
    const std::string type = "application/x-www-form-urlencoded; charset=utf-8";
    signed_at_ = options_.clock() + clock_.offset();
    if (keys_.has_value()) {
      RequestToSign to_sign;
      to_sign.method = request.method;
      to_sign.path = endpoint_.path;
      to_sign.headers = {{"host", endpoint_.host}, {"content-type", type}};
      to_sign.payload_sha256 = Sha256Hex(body_);
      request.headers = SignV4(to_sign, *keys_, endpoint_.region, "sts", signed_at_);
    }
    request.headers.emplace_back("host", endpoint_.host);
    request.headers.emplace_back("content-type", type);
    return request;
  }

  void OnAnswer(const HttpResponse& response) {
    if (!response.transport_error.empty()) return Again(response, StsTransportStatus(response, subject_));
    if (response.status != 200) return OnFailure(response);
    Result<StsAnswer> answer = ParseStsAnswer(response.body);
    if (!answer.ok())
      return Again(response, Status(Code::kAuth, subject_.Name() + ": " + subject_.place + ": " + answer.status().message()));
    done_(Credentials{answer->keys, InOurTime(answer->expires, response), subject_.Name() + " assumed with " + subject_.caller});
  }

  // Our clock decides when the keys are renewed.
  Millis InOurTime(Millis expires, const HttpResponse& response) const {
    const std::optional<Millis> server = ParseHttpDate(response.Header("date"));
    const Millis ahead = server.has_value() ? options_.clock() - *server : 0;
    return std::abs(ahead) > kMinute ? expires + ahead : expires;
  }

  void OnFailure(const HttpResponse& response) {
    const S3Failure failure = ReadFailure(response);
    Status status = StsFailureStatus(failure, subject_);
    switch (StsRemedyFor(failure, signed_at_)) {
      case StsRemedy::kNone: return done_(std::move(status));
      case StsRemedy::kBackOff: return Again(response, status);
      case StsRemedy::kFixClock:
        if (std::exchange(clock_fixed_, true)) return done_(std::move(status));
        clock_.Set(*failure.server_time, options_.clock(), "sts", subject_.place);
        return Attempt();
    }
  }

  void Again(const HttpResponse& response, const Status& failure) {
    attempts_.Again(
        response, failure, [self = shared_from_this()] { self->Attempt(); }, done_);
  }

  const CredentialOptions& options_;
  const StsEndpoint endpoint_;
  const CredentialsCallback done_;
  Attempts attempts_;
  StsSubject subject_;
  std::optional<SigningKeys> keys_;  // none: the token in the body is the proof
  std::string action_;
  std::string body_;
  ServerClock clock_;
  Millis signed_at_ = 0;
  bool clock_fixed_ = false;
};

void Ask(HttpClient& http, const CredentialOptions& options, const RoleRequest& role, const Credentials* caller,
         const std::string& token, const std::string& source, CredentialsCallback done) {
  if (!IsIamArn(role.arn)) {
    std::string text = role.arn.substr(0, 200);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return done(Status(Code::kInvalid, "\"" + text + "\" is no ARN of a role; write it as arn:aws:iam::123456789012:role/name"));
  }
  const Result<EndpointSettings> settings = LoadEndpointSettings(options.environment, options.profile);
  if (!settings.ok()) return done(settings.status());
  Result<StsEndpoint> endpoint = ResolveSts(ConfiguredEndpoint(*settings, options.environment, options.sts_endpoint, "STS"),
                                            role.region, role.arn, settings->variant);
  if (!endpoint.ok()) return done(endpoint.status());
  std::make_shared<StsCall>(http, options, std::move(endpoint).value(), std::move(done))->Start(role, caller, token, source);
}

}  // namespace

void AssumeRole(HttpClient& http, const CredentialOptions& options, const RoleRequest& role, const Credentials& caller,
                CredentialsCallback done) {
  Ask(http, options, role, &caller, "", "the keys from " + caller.source, std::move(done));
}

void AssumeRoleWithWebIdentity(HttpClient& http, const CredentialOptions& options, const RoleRequest& role,
                               const std::string& token, const std::string& token_source, CredentialsCallback done) {
  Ask(http, options, role, nullptr, token, "the token from " + token_source, std::move(done));
}

}  // namespace trailsift
