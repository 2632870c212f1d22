#include "aws/service_client.h"

#include <future>
#include <utility>

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
  Call(ServiceClient& client, ServiceRequest what, std::function<void(Result<std::string>)> answer)
      : request(std::move(what)),
        done(std::move(answer)),
        attempts(client.http_, client.options_.attempts, client.options_.service) {}

  const ServiceRequest request;
  const std::function<void(Result<std::string>)> done;
  Attempts attempts;
  std::optional<Credentials> credentials;
  Millis signed_at = 0;
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
      ReadClientSettings(options.credentials, options.region, RegionOfHost(endpoint.host), options.attempts.most);
  if (!settings.ok()) return settings.status();
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(endpoints->variant, custom, settings->region).Annotate(options.service + " endpoint"));
  if (custom.empty()) {
    endpoint.scheme = "https";
    endpoint.host = ServiceHost(options.service, settings->region, endpoints->variant);
    endpoint.port = 443;
  }
  options.attempts.most = settings->max_attempts;
  options.credentials.region = settings->sts_region;
  options.credentials.attempts = options.attempts;
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
      credentials_(http_, options_.credentials),
      http_(std::move(http)) {}

ServiceClient::~ServiceClient() { credentials_.Cancel(); }

ServiceSubject ServiceClient::SubjectOf(const Call& call) const {
  return {call.request.subject, call.request.permission,
          custom_ ? endpoint_.Origin() + endpoint_.path : "AWS " + options_.service + " (" + region_ + ')',
          call.credentials ? call.credentials->source : std::string()};
}

void ServiceClient::Send(ServiceRequest request, std::function<void(Result<std::string>)> done) {
  Start(std::make_shared<Call>(*this, std::move(request), std::move(done)));
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
  traffic_.Asked(OperationOf(call->request), call->attempts.made() > 0);
  call->attempts.Send(BuildRequest(*call), [this, call](HttpResponse response) { OnAnswer(call, std::move(response)); });
}

HttpRequest ServiceClient::BuildRequest(Call& call) {
  call.signed_at = options_.credentials.clock() + clock_.offset();
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
  if (!response.transport_error.empty()) return Again(call, response, ServiceTransportStatus(response, SubjectOf(*call)));
  if (response.status < 200 || response.status > 299) return OnFailure(call, response);
  call->done(std::move(response.body));
}

void ServiceClient::OnFailure(const CallPtr& call, const HttpResponse& response) {
  const S3Failure failure = ReadServiceFailure(response);
  Status status = ServiceFailureStatus(failure, SubjectOf(*call));
  switch (ServiceRemedyFor(failure, call->signed_at)) {
    case ServiceRemedy::kNone: break;
    case ServiceRemedy::kBackOff: return Again(call, response, status);
    case ServiceRemedy::kFixClock:
      if (std::exchange(call->clock_fixed, true)) break;
      clock_.Set(*failure.server_time, options_.credentials.clock(), options_.service, origin());
      return Attempt(call);
    case ServiceRemedy::kRenewKeys:
      if (std::exchange(call->keys_renewed, true)) break;
      return credentials_.Renew(*call->credentials, [this, call, status](Result<Credentials> renewed) {
        if (!renewed.ok()) return call->done(renewed.status().Annotate(call->request.subject));
        if (renewed->keys == call->credentials->keys) return call->done(status);
        call->credentials = std::move(renewed).value();
        Attempt(call);
      });
  }
  call->done(std::move(status));
}

void ServiceClient::Again(const CallPtr& call, const HttpResponse& response, const Status& failure) {
  // From Start: keys may expire during a long pause.
  call->attempts.Again(
      response, failure, [this, call] { Start(call); }, call->done);
}

}  // namespace trailsift
