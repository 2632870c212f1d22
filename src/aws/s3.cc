#include "aws/s3.h"

#include <algorithm>
#include <future>

#include "aws/client_settings.h"
#include "aws/endpoint_settings.h"
#include "base/log.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

// A redirect may lead to another one, but not in circles.
constexpr int kMaxRegionSwitches = 3;

}  // namespace

// One operation over all its attempts. Touched by one thread at a time: the caller's until it is sent, then the loop's.
struct S3Client::Call {
  Call(S3Client& client, S3Operation what) : operation(what), attempts(client.http_, client.options_.attempts, "s3") {}

  const S3Operation operation;
  std::string method = "GET";
  std::string key;  // of the object
  std::string prefix;
  NamedValues query;
  std::string body;
  std::size_t max_body = 1 << 20;
  milliseconds timeout{60'000};
  // Looks at a 2xx answer; a failure means that it came damaged and is asked for again.
  std::function<Status(const HttpResponse&)> check;
  std::function<void(Result<HttpResponse>)> done;

  std::optional<Credentials> credentials;
  std::string region;  // of the attempt in flight
  Attempts attempts;
  int region_switches = 0;
  bool clock_fixed = false;
  bool keys_renewed = false;
};

Result<std::unique_ptr<S3Client>> S3Client::Create(S3Options options) {
  const Environment& environment = options.credentials.environment;
  const Result<EndpointSettings> endpoints = LoadEndpointSettings(environment, options.credentials.profile);
  if (!endpoints.ok()) return endpoints.status();
  const std::string custom = ConfiguredEndpoint(*endpoints, environment, options.service_endpoint, "S3");
  Result<S3Endpoint> endpoint = S3Endpoint::Make(options.bucket, custom, endpoints->variant);
  if (!endpoint.ok()) return endpoint.status();
  Result<ClientSettings> settings =
      ReadClientSettings(options.credentials, options.region, endpoint->RegionOfName(), options.attempts.most);
  if (!settings.ok()) return settings.status();
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(endpoints->variant, custom, settings->region).Annotate("S3 endpoint"));
  options.credentials.region = settings->sts_region;
  options.attempts.most = settings->max_attempts;
  options.credentials.attempts = options.attempts;
  HttpOptions http;
  http.max_connections_per_host = options.parallel;
  http.ca_bundle = environment("AWS_CA_BUNDLE");
  return std::unique_ptr<S3Client>(
      new S3Client(std::move(options), std::move(endpoint).value(), settings->region, std::move(http)));
}

S3Client::S3Client(S3Options options, S3Endpoint endpoint, std::string region, HttpOptions http)
    : options_(std::move(options)),
      endpoint_(std::move(endpoint)),
      region_(std::move(region)),
      credentials_(http_, options_.credentials),
      http_(std::move(http)) {}

S3Client::~S3Client() { credentials_.Cancel(); }

std::string S3Client::region() const {
  std::lock_guard lock(mutex_);
  return region_;
}

S3Subject S3Client::Subject(const Call& call) const {
  return {call.operation,
          endpoint_.bucket(),
          call.operation == S3Operation::kList ? call.prefix : call.key,
          endpoint_.custom(),
          call.region.empty() ? region() : call.region,
          call.credentials.has_value() ? call.credentials->source : std::string()};
}

// --- one call ---

void S3Client::Start(const CallPtr& call) {
  if (call->operation != S3Operation::kList && call->key.empty()) {
    // The bucket itself would be read or deleted.
    const Status failure(Code::kInvalid, "s3://" + bucket() + "/: an object without a key");
    http_.After(milliseconds(0), [call, failure] { call->done(failure); });
    return;
  }
  credentials_.Get([this, call](Result<Credentials> credentials) { WithCredentials(call, std::move(credentials)); });
}

Status S3Client::WithoutKeys(const Call& call, const Status& why) const {
  // A profile or program that is not there (kNotFound) must not look like an object that is not there.
  const Status failure = why.code() == Code::kNotFound ? Status(Code::kAuth, why.message()) : why;
  return failure.Annotate(Subject(call).Name());
}

void S3Client::WithCredentials(const CallPtr& call, Result<Credentials> credentials) {
  if (!credentials.ok()) {
    // On the loop thread, as every answer; this may be the caller's.
    const Status failure = WithoutKeys(*call, credentials.status());
    http_.After(milliseconds(0), [call, failure] { call->done(failure); });
    return;
  }
  call->credentials = std::move(credentials).value();
  Attempt(call);
}

void S3Client::Attempt(const CallPtr& call) {
  Count(*call);
  call->attempts.Send(BuildRequest(*call), [this, call](HttpResponse response) { OnAnswer(call, std::move(response)); });
}

HttpRequest S3Client::BuildRequest(Call& call) {
  call.region = region();
  const S3Target target = endpoint_.Resolve(call.region, call.key);
  const std::string query = CanonicalQuery(call.query);
  RequestToSign to_sign;
  to_sign.method = call.method;
  to_sign.path = target.path;
  to_sign.query = query;
  to_sign.headers = {{"host", target.host}};
  to_sign.payload_sha256 = Sha256Hex(call.body);

  HttpRequest request;
  request.method = call.method;
  request.url = target.origin + target.path + (query.empty() ? "" : '?' + query);
  request.headers = SignV4(to_sign, call.credentials->keys, call.region, "s3", options_.credentials.clock() + clock_.offset());
  request.headers.emplace_back("host", target.host);
  request.body = call.body;
  request.max_body = call.max_body;
  request.timeout = options_.request_timeout.count() > 0 ? options_.request_timeout : call.timeout;
  request.no_proxy = endpoint_.is_loopback();
  return request;
}

void S3Client::OnAnswer(const CallPtr& call, HttpResponse response) {
  counters_.bytes_received += response.body.size();
  if (!response.transport_error.empty()) return Again(call, response, TransportStatus(response, Subject(*call)));
  if (response.status < 200 || response.status > 299) return OnFailure(call, response);
  if (call->check) {
    if (const Status damage = call->check(response); !damage.ok())
      return Again(call, response, damage.Annotate(Subject(*call).Name()));
  }
  if (call->operation == S3Operation::kGet) NoteKey(response);
  call->done(std::move(response));
}

void S3Client::NoteKey(const HttpResponse& response) {
  constexpr std::size_t kMaxKeys = 1000;
  for (const auto& [name, value] : response.headers) {
    if (name != "x-amz-server-side-encryption-aws-kms-key-id") continue;
    std::lock_guard lock(mutex_);
    if (keys_.size() < kMaxKeys && keys_.insert(value).second) new_keys_.push_back(value);
  }
}

std::vector<std::string> S3Client::TakeKeys() {
  std::lock_guard lock(mutex_);
  return std::exchange(new_keys_, {});
}

void S3Client::OnFailure(const CallPtr& call, const HttpResponse& response) {
  const S3Failure failure = ReadFailure(response);
  Status status = FailureStatus(failure, Subject(*call));
  const bool no_such_key = status.code() == Code::kNotFound && failure.code != "NoSuchBucket";
  if (call->operation == S3Operation::kDelete && no_such_key) return call->done(HttpResponse());
  switch (RemedyFor(failure, call->region)) {
    case S3Remedy::kNone: break;
    case S3Remedy::kBackOff: return Again(call, response, status);
    case S3Remedy::kFixClock:
      if (std::exchange(call->clock_fixed, true)) break;
      clock_.Set(*failure.server_time, options_.credentials.clock(), "s3", "s3://" + bucket());
      return Attempt(call);
    case S3Remedy::kSwitchRegion:
      if (++call->region_switches > kMaxRegionSwitches) break;
      SwitchRegion(failure.region);
      return Attempt(call);
    case S3Remedy::kRenewKeys:
      if (std::exchange(call->keys_renewed, true)) break;
      return credentials_.Renew(*call->credentials, [this, call, status](Result<Credentials> renewed) {
        if (!renewed.ok()) return call->done(WithoutKeys(*call, renewed.status()));
        if (renewed->keys == call->credentials->keys) return call->done(status);
        call->credentials = std::move(renewed).value();
        Attempt(call);
      });
  }
  call->done(std::move(status));
}

void S3Client::Again(const CallPtr& call, const HttpResponse& response, const Status& failure) {
  // From Start: keys may expire during a long pause.
  call->attempts.Again(
      response, failure, [this, call] { Start(call); }, call->done);
}

void S3Client::SwitchRegion(const std::string& region) {
  std::lock_guard lock(mutex_);
  if (region_ == region) return;
  LogInfo("s3", "s3://" + endpoint_.bucket() + " is in " + region + ", not in " + region_);
  region_ = region;
}

void S3Client::Count(const Call& call) {
  if (call.attempts.made() > 0) ++counters_.retries;
  switch (call.operation) {
    case S3Operation::kList: ++counters_.list_requests; break;
    case S3Operation::kGet: ++counters_.get_requests; break;
    case S3Operation::kPut: ++counters_.put_requests; break;
    case S3Operation::kDelete: ++counters_.delete_requests; break;
  }
}

Result<HttpResponse> S3Client::Wait(const CallPtr& call) {
  // Shared: set_value still touches the promise when get() has already returned.
  auto promise = std::make_shared<std::promise<Result<HttpResponse>>>();
  std::future<Result<HttpResponse>> answer = promise->get_future();
  call->done = [promise](Result<HttpResponse> result) { promise->set_value(std::move(result)); };
  Start(call);
  return answer.get();
}

// --- the operations ---

Result<ListPage> S3Client::List(const ListRequest& request) {
  auto call = std::make_shared<Call>(*this, S3Operation::kList);
  call->prefix = request.prefix;
  call->query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", std::to_string(request.max_keys)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) call->query.emplace_back(name, value);
  };
  add("prefix", request.prefix);
  add("delimiter", request.delimiter);
  add("continuation-token", request.continuation_token);
  if (request.continuation_token.empty()) add("start-after", request.start_after);
  call->max_body = kMaxListing;
  ListPage page;
  call->check = [&page](const HttpResponse& response) {
    Result<ListPage> parsed = ParseListing(response.body);
    if (!parsed.ok()) return parsed.status();
    page = std::move(parsed).value();
    return Status::Ok();
  };
  const Result<HttpResponse> answer = Wait(call);
  if (!answer.ok()) return answer.status();
  return page;
}

Status S3Client::ListAll(ListRequest request, const std::function<bool(ListPage&)>& on_page) {
  for (;;) {
    Result<ListPage> page = List(request);
    if (!page.ok()) return page.status();
    const std::string next = page->next_token;
    if (!on_page(*page) || next.empty()) return {};
    if (next == request.continuation_token) {
      return {Code::kUnavailable,
              "s3://" + bucket() + '/' + request.prefix + ": the listing does not advance: the same continuation token again"};
    }
    request.continuation_token = next;
  }
}

void S3Client::StartGet(const std::string& key, std::uint64_t size_hint, std::function<void(Result<HttpResponse>)> done) {
  auto call = std::make_shared<Call>(*this, S3Operation::kGet);
  call->key = key;
  call->max_body = kMaxObject;
  // Silence ends a transfer long before.
  call->timeout = std::chrono::minutes(15);
  call->check = [size_hint](const HttpResponse& response) {
    if (response.body.size() >= size_hint || !response.Header("content-length").empty()) return Status();
    return Status(Code::kUnavailable,
                  "the answer ended after " + std::to_string(response.body.size()) + " of " + std::to_string(size_hint) + " bytes");
  };
  call->done = std::move(done);
  Start(call);
}

void S3Client::GetAsync(const std::string& key, std::uint64_t size_hint, std::function<void(Result<std::string>)> done) {
  StartGet(key, size_hint, [done = std::move(done)](Result<HttpResponse> answer) {
    if (!answer.ok()) return done(answer.status());
    done(std::move(answer->body));
  });
}

void S3Client::GetWithMetadata(const std::string& key, std::function<void(Result<S3ObjectData>)> done) {
  StartGet(key, 0, [done = std::move(done)](Result<HttpResponse> answer) {
    if (!answer.ok()) return done(answer.status());
    constexpr std::string_view kPrefix = "x-amz-meta-";
    S3ObjectData data;
    data.body = std::move(answer->body);
    for (auto& [name, value] : answer->headers)
      if (name.compare(0, kPrefix.size(), kPrefix) == 0) data.metadata[name.substr(kPrefix.size())] = std::move(value);
    done(std::move(data));
  });
}

Result<std::string> S3Client::Get(const std::string& key, std::uint64_t size_hint) {
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  std::future<Result<std::string>> answer = promise->get_future();
  GetAsync(key, size_hint, [promise](Result<std::string> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

Status S3Client::Delete(const std::string& key) {
  auto call = std::make_shared<Call>(*this, S3Operation::kDelete);
  call->method = "DELETE";
  call->key = key;
  return Wait(call).status();
}

Result<std::string> S3Client::FindKeys() {
  auto promise = std::make_shared<std::promise<Result<std::string>>>();
  std::future<Result<std::string>> answer = promise->get_future();
  credentials_.Get([promise](const Result<Credentials>& keys) {
    promise->set_value(keys.ok() ? Result<std::string>(keys->source) : keys.status());
  });
  return answer.get();
}

HttpResponse S3Client::Knock() {
  const S3Target target = endpoint_.Resolve(region(), "");
  HttpRequest request;
  request.url = target.origin + target.path;
  request.headers = {{"host", target.host}};
  request.no_proxy = endpoint_.is_loopback();
  if (options_.request_timeout.count() > 0) request.timeout = request.connect_timeout = options_.request_timeout;
  return http_.Perform(std::move(request));
}

std::string S3Client::origin() const { return endpoint_.Resolve(region(), "").origin; }

Status S3Client::Put(const std::string& key, std::string body) {
  auto call = std::make_shared<Call>(*this, S3Operation::kPut);
  call->method = "PUT";
  call->key = key;
  call->body = std::move(body);
  call->timeout = std::chrono::minutes(15);
  return Wait(call).status();
}

}  // namespace trailsift
