#include "aws/sso_token.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "aws/attempts.h"
#include "aws/endpoint_settings.h"
#include "aws/flat_json.h"
#include "aws/s3_endpoint.h"
#include "aws/small_file.h"
#include "base/json.h"
#include "base/log.h"
#include "net/url.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxCache = 256 << 10;
constexpr std::size_t kMaxAnswer = 64 << 10;
constexpr std::size_t kMaxToken = 16 << 10;
constexpr Millis kRenewBefore = 15 * kMinute;

struct CachedToken {
  std::string access;
  Millis expires = 0;
  // What renews it; empty where there is nothing.
  std::string refresh;
  std::string client_id;
  std::string client_secret;
  Millis registered_until = 0;
  std::string file;  // the whole text

  bool MayRenew(Millis now) const {
    return !refresh.empty() && !client_id.empty() && !client_secret.empty() && now < registered_until;
  }
};

Result<CachedToken> ReadCache(const SsoRole& role) {
  Result<std::string> text = ReadSmallFile(role.cache_file, kMaxCache);
  if (!text.ok() && text.status().code() == Code::kNotFound) {
    return SignIn(role, "nobody is signed in (no " + role.cache_file + ')');
  }
  if (!text.ok()) return Status(Code::kAuth, "AWS profile \"" + role.profile + "\": " + text.status().message());
  auto members = ParseFlatJson(*text);
  if (!members.has_value() || !IsToken((*members)["accessToken"])) return SignIn(role, role.cache_file + " holds no token");
  std::string expires = (*members)["expiresAt"];
  // The spelling of old.
  if (expires.size() > 3 && expires.substr(expires.size() - 3) == "UTC") expires.replace(expires.size() - 3, 3, "Z");
  const std::optional<Millis> end = ParseIsoTime(expires);
  if (!end.has_value()) return SignIn(role, role.cache_file + " does not say when the session ends");
  CachedToken token;
  token.access = (*members)["accessToken"];
  token.expires = *end;
  token.refresh = (*members)["refreshToken"];
  token.client_id = (*members)["clientId"];
  token.client_secret = (*members)["clientSecret"];
  token.registered_until = ParseIsoTime((*members)["registrationExpiresAt"]).value_or(0);
  token.file = std::move(text).value();
  return token;
}

// The file's text with these members in place of those of the name; the others stay.
std::string WithMembers(const std::string& text, const std::vector<std::pair<std::string, std::string>>& changed) {
  std::string out("{");
  const auto name = [&out](std::string_view key) {
    if (out.size() > 1) out += ", ";
    AppendJsonString(key, out);
    out += ": ";
  };
  const std::optional<JsonDocument> document = JsonDocument::Parse(text);
  simdjson::dom::object object;
  if (document && document->root().get(object) == simdjson::SUCCESS) {
    for (const auto& [key, value] : object) {
      const std::string_view kept = key;
      if (std::any_of(changed.begin(), changed.end(), [&](const auto& member) { return member.first == kept; })) continue;
      name(kept);
      AppendJson(value, out);
    }
  }
  for (const auto& [key, value] : changed) {
    name(key);
    AppendJsonString(value, out);
  }
  return out + "}";
}

// One CreateToken over all its attempts.
class RenewalCall : public std::enable_shared_from_this<RenewalCall> {
 public:
  RenewalCall(HttpClient& http, const CredentialOptions& options, SsoRole role, CachedToken token, HttpRequest request,
              std::string place, std::function<void(Result<std::string>)> done)
      : options_(options),
        role_(std::move(role)),
        token_(std::move(token)),
        request_(std::move(request)),
        place_(std::move(place)),
        done_(std::move(done)),
        attempts_(http, options.attempts, "sso") {}

  void Attempt() {
    attempts_.Send(request_, [self = shared_from_this()](const HttpResponse& response) { self->OnAnswer(response); });
  }

 private:
  void OnAnswer(const HttpResponse& response) {
    if (response.cancelled) return done_(Status(Code::kCancelled, "cancelled"));
    // The service's own words are left out: they add nothing, and may repeat a token.
    if (!response.transport_error.empty()) return Again(response, response.transport_error);
    if (response.status == 200) return OnToken(response.body);
    const std::string answered = "answered HTTP " + std::to_string(response.status);
    if (IsPassing(response.status)) return Again(response, answered);
    // The session is over, or somebody else used the refresh token and left new ones.
    if (const Result<CachedToken> now = ReadCache(role_);
        now.ok() && now->access != token_.access && now->expires > options_.clock())
      return done_(now->access);
    Fail(SignIn(role_, "the SSO session can't be renewed: " + place_ + ' ' + answered));
  }

  void OnToken(const std::string& body) {
    auto members = ParseFlatJson(body);
    const std::string seconds = members ? (*members)["expiresIn"] : std::string();
    Millis lasts = 0;
    const auto [stop, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), lasts);
    if (!members || !IsToken((*members)["accessToken"]) || error != std::errc() || stop != seconds.data() + seconds.size() ||
        lasts <= 0 || lasts > kDay) {
      return Fail(Status(Code::kAuth, Name() + ": the answer holds no usable token"));
    }
    const std::string access = (*members)["accessToken"];
    std::vector<std::pair<std::string, std::string>> changed = {{"accessToken", access},
                                                                {"expiresAt", FormatIsoTime(options_.clock() + lasts * kSecond)}};
    if (IsToken((*members)["refreshToken"])) changed.emplace_back("refreshToken", (*members)["refreshToken"]);
    if (const Status kept = WriteSmallFile(role_.cache_file, WithMembers(token_.file, changed)); !kept.ok()) {
      LogWarning("sso", "AWS profile \"" + role_.profile +
                            "\": the renewed session could not be kept, so that the next renewal may fail: " + kept.message() +
                            "; give this process the right to write there");
    }
    done_(access);
  }

  std::string Name() const { return "AWS profile \"" + role_.profile + "\": " + place_; }

  void Again(const HttpResponse& response, const std::string& why) {
    attempts_.Again(
        response, Status(Code::kUnavailable, Name() + ": the SSO session could not be renewed: " + why),
        [self = shared_from_this()] { self->Attempt(); }, [this](const Status& failure) { Fail(failure); });
  }

  // The old token may hold for some minutes yet.
  void Fail(const Status& why) {
    if (options_.clock() >= token_.expires) return done_(why);
    LogWarning("sso", why.message());
    done_(token_.access);
  }

  const CredentialOptions& options_;
  const SsoRole role_;
  const CachedToken token_;
  const HttpRequest request_;
  const std::string place_;
  const std::function<void(Result<std::string>)> done_;
  Attempts attempts_;
};

Result<Url> OidcEndpoint(const CredentialOptions& options, const SsoRole& role) {
  const Result<EndpointSettings> settings = LoadEndpointSettings(options.environment, role.profile);
  if (!settings.ok()) return settings.status();
  std::string custom = ConfiguredEndpoint(*settings, options.environment, "", "SSO_OIDC");
  TRAILSIFT_RETURN_IF_ERROR(CheckVariant(settings->variant, custom, role.region).Annotate("SSO OIDC endpoint"));
  if (custom.empty()) {
    if (!IsRegionName(role.region))
      return Status(Code::kInvalid, "AWS profile \"" + role.profile + "\": sso_region is no name of an AWS region");
    custom = "https://" + ServiceHost("oidc", role.region, settings->variant);
  }
  Result<Url> url = ParseUrl(custom);
  if (!url.ok()) return url.status().Annotate("SSO OIDC endpoint");
  return url;
}

}  // namespace

bool IsToken(std::string_view text) {
  return !text.empty() && text.size() <= kMaxToken &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

Status SignIn(const SsoRole& role, const std::string& why) {
  return {Code::kAuth, "AWS profile \"" + role.profile + "\": " + why + "; run: aws sso login --profile " + role.profile};
}

void FetchSsoToken(HttpClient& http, const CredentialOptions& options, const SsoRole& role,
                   std::function<void(Result<std::string>)> done) {
  Result<CachedToken> token = ReadCache(role);
  if (!token.ok()) return done(token.status());
  const Millis now = options.clock();
  if (now < token->expires - kRenewBefore) return done(std::move(token->access));
  if (!token->MayRenew(now)) {
    if (now >= token->expires) return done(SignIn(role, "the SSO session has expired"));
    return done(std::move(token->access));
  }
  const Result<Url> url = OidcEndpoint(options, role);
  if (!url.ok()) return done(url.status());
  HttpRequest request;
  request.method = "POST";
  request.url = url->Origin() + url->path + "/token";
  request.headers = {{"content-type", "application/json"}};
  request.body = WithMembers("", {{"clientId", token->client_id},
                                  {"clientSecret", token->client_secret},
                                  {"grantType", "refresh_token"},
                                  {"refreshToken", token->refresh}});
  request.max_body = kMaxAnswer;
  request.timeout = milliseconds(30'000);
  request.no_proxy = IsLoopbackHost(url->host);
  std::make_shared<RenewalCall>(http, options, role, std::move(token).value(), std::move(request), url->Origin(), std::move(done))
      ->Attempt();
}

}  // namespace trailsift
