// A client for a service of AWS that speaks JSON (SQS, CloudTrail, CloudWatch Logs, Inspector), or for a server that speaks like one: signs
// a request, sends it, and deals with what passes: busy servers and resets are tried again with growing, jittered pauses, a wrong clock
// and keys that expired are corrected once found. What remains is a Status for the person who must act (service_error.h).
//
// Thread-safe. Owns its connections, its loop thread and its credentials. Callbacks run on the loop thread and must not block. The end of
// the client answers everything in flight with kCancelled.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "aws/attempts.h"
#include "aws/client_keys.h"
#include "aws/credentials.h"
#include "aws/server_clock.h"
#include "aws/service_error.h"
#include "aws/service_traffic.h"
#include "aws/traffic_meter.h"
#include "base/status.h"
#include "net/http.h"
#include "net/url.h"

namespace trailsift {

struct ServiceClientOptions {
  std::string service;           // what is signed for and the host's first label: `sqs`, `logs`, `inspector2`, `cloudtrail`
  std::string endpoint_suffix;   // of the environment's variable: `SQS` for AWS_ENDPOINT_URL_SQS; in the profile `sqs`
  std::string service_endpoint;  // of the configuration; empty: the environment's, the profile's, AWS
  std::string region;            // empty: the endpoint's name, AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1
  CredentialOptions credentials;
  int parallel = 16;
  AttemptOptions attempts;  // where it names no number: AWS_MAX_ATTEMPTS, the profile's max_attempts
};

struct ServiceRequest {
  std::string target;  // X-Amz-Target; empty: a REST request
  std::string content_type = "application/x-amz-json-1.0";
  std::string path = "/";  // percent-encoded
  std::string body;        // JSON
  std::string subject;     // for messages: `queue trail`
  std::string permission;  // likewise: `sqs:ReceiveMessage on arn:aws:sqs:*:*:trail`
  std::chrono::milliseconds timeout{60'000};
  std::size_t max_body = 16 << 20;
};

class ServiceClient {
 public:
  // kInvalid for an endpoint or region that can't be; kNotFound for a profile that does not exist. Nothing is sent yet.
  static Result<std::unique_ptr<ServiceClient>> Create(ServiceClientOptions options);
  ~ServiceClient();
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // The body of a 2xx answer.
  void Send(ServiceRequest request, std::function<void(Result<std::string>)> done);
  Result<std::string> Ask(ServiceRequest request);
  // Runs `task` on the loop thread, `delay` from now; at once when the client is stopped.
  void After(std::chrono::milliseconds delay, std::function<void()> task) { http_.After(delay, std::move(task)); }
  // Where the keys come from, once they are there and the configured role is assumed. Failures as of CredentialProvider.
  Result<std::string> FindKeys();
  // One request without a signature, once: whatever answers shows that the service's host is reached, and the server's clock.
  HttpResponse Knock(std::chrono::milliseconds timeout);
  // `https://host`: where everything goes.
  std::string origin() const { return endpoint_.Origin(); }
  // Everything in flight and everything after it is answered with kCancelled. Returns at once.
  void Cancel() {
    credentials_.Cancel();
    http_.Stop();
  }

  const std::string& region() const { return region_; }
  // The operations are named by the targets, those of REST by their permissions.
  ServiceTraffic traffic() const { return traffic_.Read(); }

 private:
  struct Call;
  using CallPtr = std::shared_ptr<Call>;

  ServiceClient(ServiceClientOptions options, Url endpoint, bool custom, std::string region, HttpOptions http);
  void Start(const CallPtr& call);
  void Attempt(const CallPtr& call);
  HttpRequest BuildRequest(Call& call);
  void OnAnswer(const CallPtr& call, HttpResponse response);
  void OnFailure(const CallPtr& call, const HttpResponse& response);
  // As Attempts::Again.
  void Again(const CallPtr& call, const HttpResponse& response, const Status& failure);
  ServiceSubject SubjectOf(const Call& call) const;

  const ServiceClientOptions options_;
  const Url endpoint_;
  const bool custom_;
  const std::string region_;
  ServerClock clock_;
  TrafficMeter traffic_;
  // The client ends first: what it cancels still reaches the provider and the members above.
  ClientKeys credentials_;
  HttpClient http_;
};

}  // namespace trailsift
