#include "aws/sso.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "aws/attempts.h"
#include "aws/endpoint_settings.h"
#include "aws/flat_json.h"
#include "aws/s3_endpoint.h"
#include "aws/s3_error.h"
#include "aws/sso_token.h"
#include "net/url.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxAnswer = 64 << 10;

// One question to the portal over all its attempts.
class PortalCall : public std::enable_shared_from_this<PortalCall> {
 public:
  PortalCall(HttpClient& http, const CredentialOptions& options, SsoRole role, HttpRequest request, std::string place,
             CredentialsCallback done)
      : options_(options),
        role_(std::move(role)),
        request_(std::move(request)),
        place_(std::move(place)),
        done_(std::move(done)),
        attempts_(http, options.attempts, "sso") {}

  void Attempt() {
    attempts_.Send(request_, [self = shared_from_this()](const HttpResponse& response) { self->OnAnswer(response); });
  }

 private:
  std::string Name() const { return "AWS profile \"" + role_.profile + "\": " + place_; }

  void OnAnswer(const HttpResponse& response) {
    if (response.cancelled) return done_(Status(Code::kCancelled, "cancelled"));
    if (response.too_large) return done_(Status(Code::kAuth, Name() + ": " + response.transport_error));
    if (!response.transport_error.empty())
      return Again(response, Status(Code::kUnavailable, Name() + ": " + response.transport_error));
    // The portal's own words are left out: they add nothing, and may repeat the token.
    switch (response.status) {
      case 200: return OnKeys(response);
      case 401: return done_(SignIn(role_, place_ + " does not accept the session any more"));
      case 403:
      case 404:
        return done_(Status(Code::kDenied, Name() + ": the person who signed in has no role " + role_.role_name + " in account " +
                                               role_.account_id +
                                               "; assign it in IAM Identity Center, or correct sso_role_name and "
                                               "sso_account_id"));
      default: break;
    }
    const std::string answered = Name() + ": answered HTTP " + std::to_string(response.status);
    if (IsPassing(response.status)) return Again(response, Status(Code::kUnavailable, answered));
    done_(Status(Code::kAuth, answered));
  }

  void OnKeys(const HttpResponse& response) {
    auto members = ParseFlatJson(response.body);
    if (!members.has_value()) return Again(response, Status(Code::kAuth, Name() + ": the answer is no JSON object"));
    const auto value = [&](const char* name) { return (*members)[std::string("roleCredentials.") + name]; };
    Credentials credentials{{value("accessKeyId"), value("secretAccessKey"), value("sessionToken")},
                            std::nullopt,
                            "SSO profile \"" + role_.profile + '"'};
    const std::string end = value("expiration");  // in milliseconds
    Millis expires = 0;
    const auto [stop, error] = std::from_chars(end.data(), end.data() + end.size(), expires);
    if (!IsToken(credentials.keys.access_key) || !IsToken(credentials.keys.secret_key) ||
        !IsToken(credentials.keys.session_token) || error != std::errc() || stop != end.data() + end.size()) {
      return done_(Status(Code::kAuth, Name() + ": the answer holds no usable keys"));
    }
    if (expires <= options_.clock()) {
      return done_(Status(Code::kAuth, Name() + ": the keys in the answer have expired already; is this machine's clock right?"));
    }
    credentials.expires = expires;
    done_(std::move(credentials));
  }

  void Again(const HttpResponse& response, const Status& failure) {
    attempts_.Again(
        response, failure, [self = shared_from_this()] { self->Attempt(); }, done_);
  }

  const CredentialOptions& options_;
  const SsoRole role_;
  const HttpRequest request_;
  const std::string place_;
  const CredentialsCallback done_;
  Attempts attempts_;
};

Result<Url> PortalEndpoint(const CredentialOptions& options, const SsoRole& role) {
  const Result<EndpointSettings> settings = LoadEndpointSettings(options.environment, role.profile);
  if (!settings.ok()) return settings.status();
  std::string custom = ConfiguredEndpoint(*settings, options.environment, "", "SSO");
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(settings->variant, custom, role.region).Annotate("SSO endpoint"));
  if (custom.empty()) {
    if (!IsRegionName(role.region))
      return Status(Code::kInvalid, "AWS profile \"" + role.profile + "\": sso_region is no name of an AWS region");
    custom = "https://" + ServiceHost("portal.sso", role.region, settings->variant);
  }
  Result<Url> url = ParseUrl(custom);
  if (!url.ok()) return url.status().Annotate("SSO endpoint");
  return url;
}

}  // namespace

std::string SsoCacheFile(const Environment& environment, const std::string& session_or_url) {
  const std::string home = HomeFolder(environment);
  if (home.empty()) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(session_or_url.data(), session_or_url.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::string name;
  for (unsigned int i = 0; i < size; ++i) {
    name += "0123456789abcdef"[digest[i] >> 4];
    name += "0123456789abcdef"[digest[i] & 15];
  }
  return home + "/.aws/sso/cache/" + name + ".json";
}

void FetchSsoCredentials(HttpClient& http, const CredentialOptions& options, const SsoRole& role, CredentialsCallback done) {
  const Result<Url> url = PortalEndpoint(options, role);
  FetchSsoToken(http, options, role, [&http, &options, role, url, done = std::move(done)](const Result<std::string>& token) {
    if (!token.ok()) return done(token.status());
    if (!url.ok()) return done(url.status());
    HttpRequest request;
    request.url = url->Origin() + url->path + "/federation/credentials?" +
                  CanonicalQuery({{"account_id", role.account_id}, {"role_name", role.role_name}});
    request.headers = {{"x-amz-sso_bearer_token", *token}};
    request.max_body = kMaxAnswer;
    request.timeout = milliseconds(30'000);
    request.no_proxy = IsLoopbackHost(url->host);
    std::make_shared<PortalCall>(http, options, role, std::move(request), url->Origin(), done)->Attempt();
  });
}

}  // namespace trailsift
