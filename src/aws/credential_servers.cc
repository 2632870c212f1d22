#include "aws/credential_servers.h"

#include <memory>

#include "aws/flat_json.h"
#include "aws/small_file.h"
#include "net/url.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = 64 << 10;
constexpr char kRolePath[] = "/latest/meta-data/iam/security-credentials/";

HttpRequest LocalRequest(std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout = milliseconds(2000);
  request.connect_timeout = milliseconds(1000);
  request.max_body = kMaxAnswer;
  request.no_proxy = true;
  return request;
}

// Both servers answer with the same object.
Result<Credentials> ReadAnswer(const HttpResponse& response, const std::string& source) {
  if (response.cancelled) return Status(Code::kCancelled, "cancelled");
  if (!response.transport_error.empty()) return Status(Code::kUnavailable, source + ": " + response.transport_error);
  if (response.status != 200) return Status(Code::kAuth, source + ": answered HTTP " + std::to_string(response.status));
  auto members = ParseFlatJson(response.body);
  if (!members.has_value()) return Status(Code::kAuth, source + ": the answer is no JSON object");
  auto& values = *members;
  if (values["AccessKeyId"].empty() || values["SecretAccessKey"].empty())
    return Status(Code::kAuth, source + ": the answer holds no keys");
  Credentials credentials{{values["AccessKeyId"], values["SecretAccessKey"], values["Token"]}, std::nullopt, source};
  if (const std::string& expires = values["Expiration"]; !expires.empty()) {
    credentials.expires = ParseIsoTime(expires);
    if (!credentials.expires.has_value()) return Status(Code::kAuth, source + ": the keys' Expiration is no time");
  }
  return credentials;
}

// https anywhere; http only where the keys stay on this machine or in its link-local services.
bool MayAskForKeys(const Url& url) {
  return url.scheme == "https" || IsLoopbackHost(url.host) || url.host == "169.254.170.2" || url.host == "169.254.170.23" ||
         url.host == "fd00:ec2::23";
}

Result<std::string> ContainerToken(const Environment& environment) {
  const std::string file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (file.empty()) return environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  Result<std::string> content = ReadSmallFile(file, kMaxAnswer);
  if (!content.ok())
    return Status(Code::kAuth, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can't be read: " + content.status().message());
  std::string token = std::move(content).value();
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
  return token;
}

Result<std::string> ContainerUrl(const Environment& environment) {
  if (const std::string relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); !relative.empty()) {
    if (relative[0] != '/') return Status(Code::kInvalid, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
    return "http://169.254.170.2" + relative;
  }
  const std::string full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (full.empty()) return Status(Code::kNotFound, "no container endpoint is set");
  const Result<Url> url = ParseUrl(full);
  if (!url.ok()) return url.status().Annotate("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!MayAskForKeys(*url)) {
    return Status(Code::kInvalid, "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http to " + url->host +
                                      " is refused; only this machine and the ECS and EKS addresses may be asked without https");
  }
  return full;
}

// The three questions of IMDSv2 in a row: a token, the role's name, the role's keys.
class InstanceQuery : public std::enable_shared_from_this<InstanceQuery> {
 public:
  InstanceQuery(HttpClient& http, std::string origin, CredentialsCallback done)
      : http_(http), origin_(std::move(origin)), done_(std::move(done)) {}

  void Start() {
    HttpRequest request = LocalRequest(origin_ + "/latest/api/token");
    request.method = "PUT";
    request.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    http_.Send(std::move(request), [self = shared_from_this()](const HttpResponse& response) {
      if (self->Failed(response)) return;
      self->token_ = response.body;
      self->AskForRole();
    });
  }

 private:
  void AskForRole() {
    http_.Send(WithToken(kRolePath), [self = shared_from_this()](const HttpResponse& response) {
      if (response.status == 404) return self->done_(Status(Code::kNotFound, "the instance has no role"));
      if (self->Failed(response)) return;
      const std::string role = response.body.substr(0, response.body.find_first_of("\r\n"));
      if (role.empty()) return self->done_(Status(Code::kNotFound, "the instance has no role"));
      self->AskForKeys(role);
    });
  }

  void AskForKeys(const std::string& role) {
    http_.Send(WithToken(kRolePath + UriEncode(role, false)), [self = shared_from_this(), role](const HttpResponse& response) {
      Result<Credentials> credentials = ReadAnswer(response, "instance role \"" + role + '"');
      self->done_(std::move(credentials));
    });
  }

  HttpRequest WithToken(const std::string& path) const {
    HttpRequest request = LocalRequest(origin_ + path);
    request.headers = {{"x-aws-ec2-metadata-token", token_}};
    return request;
  }

  bool Failed(const HttpResponse& response) {
    if (response.cancelled) {
      done_(Status(Code::kCancelled, "cancelled"));
    } else if (!response.transport_error.empty()) {
      done_(Status(Code::kNotFound, "no instance metadata at " + origin_ + " (" + response.transport_error + ')'));
    } else if (response.status != 200) {
      done_(Status(Code::kNotFound, "instance metadata at " + origin_ + " answered HTTP " + std::to_string(response.status)));
    } else {
      return false;
    }
    return true;
  }

  HttpClient& http_;
  const std::string origin_;
  const CredentialsCallback done_;
  std::string token_;
};

}  // namespace

void FetchContainerCredentials(HttpClient& http, const Environment& environment, CredentialsCallback done) {
  Result<std::string> url = ContainerUrl(environment);
  if (!url.ok()) return done(url.status());
  Result<std::string> token = ContainerToken(environment);
  if (!token.ok()) return done(token.status());
  HttpRequest request = LocalRequest(*url);
  if (!token->empty()) request.headers = {{"Authorization", *token}};
  http.Send(std::move(request),
            [done = std::move(done)](const HttpResponse& response) { done(ReadAnswer(response, "container endpoint")); });
}

void FetchInstanceCredentials(HttpClient& http, const Environment& environment, CredentialsCallback done) {
  std::string disabled = environment("AWS_EC2_METADATA_DISABLED");
  for (char& c : disabled)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (disabled == "true") return done(Status(Code::kNotFound, "AWS_EC2_METADATA_DISABLED is set"));
  std::string endpoint = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (endpoint.empty()) {
    const std::string mode = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    endpoint = mode == "IPv6" || mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
  }
  const Result<Url> url = ParseUrl(endpoint);
  if (!url.ok()) return done(url.status().Annotate("AWS_EC2_METADATA_SERVICE_ENDPOINT"));
  std::make_shared<InstanceQuery>(http, url->Origin() + url->path, std::move(done))->Start();
}

}  // namespace trailsift
