#include "aws/service_client.h"

#include <cstdlib>
#include <future>
#include <utility>

#include "aws/backoff.h"
#include "aws/client_settings.h"
#include "aws/endpoint_settings.h"
#include "aws/s3_endpoint.h"
#include "base/log.h"

namespace trailsift {

using std::chrono::milliseconds;

namespace {

// `ReceiveMessage` of the target AmazonSQS.ReceiveMessage, else of the permission sqs:ReceiveMessage.
std::string OperationOf(const ServiceRequest& request) {
  if (const std::size_t dot = request.target.rfind('.'); dot != std::string::npos) return request.target.substr(dot + 1);
  const std::string name = request.permission.substr(0, request.permission.find(' '));
  return name.substr(name.find(':') + 1);
}

}  // namespace

// One request over all its attempts. Touched by one thread at a time: the caller's until it is sent, then the loop's.
struct ServiceClient::Call {
  ServiceRequest request;
  std::function<void(Result<std::string>)> done;
  std::optional<Credentials> credentials;
  Millis signed_at = 0;
  int attempts = 0;
  bool clock_fixed = false;
  bool keys_renewed = false;
};

Result<std::unique_ptr<ServiceClient>> ServiceClient::Create(ServiceClientOptions options) {
  const Environment& environment = options.credentials.environment;
  const Result<EndpointSettings> endpoints = LoadEndpointSettings(environment, options.credentials.profile);
  if (!endpoints.ok()) return endpoints.status();
  const std::string custom = ConfiguredEndpoint(*endpoints, environment, options.service_endpoint, options.endpoint_suffix);
  Url endpoint;
  if (!custom.empty()) {
    Result<Url> url = ParseUrl(custom);
    if (!url.ok()) return url.status().Annotate(options.service + " endpoint");
    if (!url->query.empty()) return Status(Code::kInvalid, options.service + " endpoint: it has a query (?…)");
    endpoint = std::move(url).value();
  }
  const Result<ClientSettings> settings =
      ReadClientSettings(options.credentials, options.region, RegionOfHost(endpoint.host), options.max_attempts);
  if (!settings.ok()) return settings.status();
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(endpoints->variant, custom, settings->region).Annotate(options.service + " endpoint"));
  if (custom.empty()) {
    endpoint.scheme = "https";
    endpoint.host = ServiceHost(options.service, settings->region, endpoints->variant);
    endpoint.port = 443;
  }
  options.max_attempts = settings->max_attempts;
  options.credentials.region = settings->sts_region;
  options.credentials.max_attempts = settings->max_attempts;
  options.credentials.first_pause = options.first_pause;
  options.credentials.longest_pause = options.longest_pause;
  HttpOptions http;
  http.max_connections_per_host = options.parallel;
  http.ca_bundle = environment("AWS_CA_BUNDLE");
  return std::unique_ptr<ServiceClient>(
      new ServiceClient(std::move(options), std::move(endpoint), !custom.empty(), settings->region, std::move(http)));
}

ServiceClient::ServiceClient(ServiceClientOptions options, Url endpoint, bool custom, std::string region, HttpOptions http)
    : options_(std::move(options)),
      endpoint_(std::move(endpoint)),
      custom_(custom),
      region_(std::move(region)),
      random_(std::random_device{}()),
      credentials_(http_, options_.credentials),
      http_(std::move(http)) {}

ServiceClient::~ServiceClient() { credentials_.Cancel(); }

ServiceSubject ServiceClient::SubjectOf(const Call& call) const {
  return {call.request.subject, call.request.permission,
          custom_ ? endpoint_.Origin() + endpoint_.path : "AWS " + options_.service + " (" + region_ + ')',
          call.credentials ? call.credentials->source : std::string()};
}

void ServiceClient::Send(ServiceRequest request, std::function<void(Result<std::string>)> done) {
  auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->done = std::move(done);
  Start(call);
}

Result<std::string> ServiceClient::Ask(ServiceRequest request) {
  // Shared: set_value still touches the promise when get() has already returned.
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  std::future<Result<std::string>> answer = promise->get_future();
  Send(std::move(request), [promise](Result<std::string> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

Result<std::string> ServiceClient::FindKeys() {
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  std::future<Result<std::string>> answer = promise->get_future();
  credentials_.Get([promise](const Result<Credentials>& keys) {
    promise->set_value(keys.ok() ? Result<std::string>(keys->source) : keys.status());
  });
  return answer.get();
}

HttpResponse ServiceClient::Knock(milliseconds timeout) {
  HttpRequest request;
  request.url = origin() + (endpoint_.path.empty() ? "/" : endpoint_.path);
  request.no_proxy = custom_ && IsLoopbackHost(endpoint_.host);
  request.timeout = request.connect_timeout = timeout;
  return http_.Perform(std::move(request));
}

void ServiceClient::Start(const CallPtr& call) {
  credentials_.Get([this, call](Result<Credentials> credentials) {
    if (!credentials.ok()) {
      // A profile or program that is not there (kNotFound) must not look like a queue that is not there.
      const Status why = credentials.status();
      const Status failure(why.code() == Code::kNotFound ? Code::kAuth : why.code(), call->request.subject + ": " + why.message());
      // On the loop thread, as every answer; this may be the caller's.
      http_.After(milliseconds(0), [call, failure] { call->done(failure); });
      return;
    }
    call->credentials = std::move(credentials).value();
    Attempt(call);
  });
}

void ServiceClient::Attempt(const CallPtr& call) {
  ++call->attempts;
  traffic_.Asked(OperationOf(call->request));
  http_.Send(BuildRequest(*call), [this, call](HttpResponse response) { OnAnswer(call, std::move(response)); });
}

HttpRequest ServiceClient::BuildRequest(Call& call) {
  call.signed_at = options_.credentials.clock();
  {
    std::lock_guard lock(mutex_);
    call.signed_at += clock_offset_;
  }
  const ServiceRequest& wanted = call.request;
  const std::string path = endpoint_.path.empty() ? wanted.path : endpoint_.path + (wanted.path == "/" ? "" : wanted.path);
  RequestToSign to_sign;
  to_sign.method = "POST";
  to_sign.path = path;
  to_sign.headers = {{"host", endpoint_.Authority()}, {"content-type", wanted.content_type}};
  if (!wanted.target.empty()) to_sign.headers.emplace_back("x-amz-target", wanted.target);
  to_sign.payload_sha256 = Sha256Hex(wanted.body);

  HttpRequest request;
  request.method = "POST";
  request.url = endpoint_.Origin() + path;
  request.headers = SignV4(to_sign, call.credentials->keys, region_, options_.service, call.signed_at);
  request.headers.insert(request.headers.end(), to_sign.headers.begin(), to_sign.headers.end());
  request.body = wanted.body;
  request.max_body = wanted.max_body;
  request.timeout = wanted.timeout;
  request.no_proxy = custom_ && IsLoopbackHost(endpoint_.host);
  return request;
}

void ServiceClient::OnAnswer(const CallPtr& call, HttpResponse response) {
  if (response.status != 0) answered_ = true;
  if (!response.transport_error.empty()) {
    Status failure = ServiceTransportStatus(response, SubjectOf(*call), call->attempts);
    if (response.cancelled || !response.retryable_transport) return call->done(std::move(failure));
    const int limit =
        response.never_connected && !answered_ ? std::min(options_.max_attempts, kAttemptsAtNobody) : options_.max_attempts;
    return PauseAndRetry(call, std::move(failure), 0, limit);
  }
  if (response.status < 200 || response.status > 299) return OnFailure(call, response);
  call->done(std::move(response.body));
}

void ServiceClient::OnFailure(const CallPtr& call, const HttpResponse& response) {
  const S3Failure failure = ReadServiceFailure(response);
  Status status = ServiceFailureStatus(failure, SubjectOf(*call), call->attempts);
  switch (ServiceRemedyFor(failure, call->signed_at)) {
    case ServiceRemedy::kNone: break;
    case ServiceRemedy::kBackOff: return PauseAndRetry(call, std::move(status), failure.retry_after, options_.max_attempts);
    case ServiceRemedy::kFixClock:
      if (std::exchange(call->clock_fixed, true)) break;
      FixClock(*failure.server_time);
      traffic_.Retried();
      return Attempt(call);
    case ServiceRemedy::kRenewKeys:
      if (std::exchange(call->keys_renewed, true)) break;
      return credentials_.Renew(*call->credentials, [this, call, status](Result<Credentials> renewed) {
        if (!renewed.ok()) return call->done(renewed.status().Annotate(call->request.subject));
        const SigningKeys& old = call->credentials->keys;
        if (renewed->keys.access_key == old.access_key && renewed->keys.secret_key == old.secret_key &&
            renewed->keys.session_token == old.session_token) {
          return call->done(status);
        }
        call->credentials = std::move(renewed).value();
        traffic_.Retried();
        Attempt(call);
      });
  }
  call->done(std::move(status));
}

void ServiceClient::PauseAndRetry(const CallPtr& call, Status failure, Millis at_least, int max_attempts) {
  if (call->attempts >= max_attempts) return call->done(std::move(failure));
  LogDebug(options_.service, failure.message() + "; trying again");
  Millis pause;
  {
    std::lock_guard lock(mutex_);
    pause = BackOff(call->attempts, options_.first_pause, options_.longest_pause, at_least, random_);
  }
  traffic_.Retried();
  // Keys may expire during a long pause.
  http_.After(milliseconds(pause), [this, call] { Start(call); });
}

void ServiceClient::FixClock(Millis server_time) {
  const Millis offset = server_time - options_.credentials.clock();
  std::lock_guard lock(mutex_);
  if (std::abs(offset - clock_offset_) > kMinute) {
    LogWarning(options_.service, "this machine's clock is " + std::to_string(std::abs(offset) / kSecond) + " seconds " +
                                     (offset > 0 ? "behind" : "ahead of") + " that of " + endpoint_.Origin() +
                                     "; signing with the server's time; set the clock");
  }
  clock_offset_ = offset;
}

}  // namespace trailsift
