#include "aws/sso.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;

constexpr char kToken[] = "hunter2hunter2";
constexpr char kGood[] =
    R"({"roleCredentials":{"accessKeyId":"ASIA1","secretAccessKey":"SK","sessionToken":"T","expiration":1795510800000}})";

std::string Cached(const std::string& expires) {
  std::string text(R"({"startUrl":"https://a.awsapps.com/start","region":"eu-west-1","accessToken":")");
  text += kToken;
  text += R"(","expiresAt":")";
  text += expires;
  return text + R"("})";
}

struct Fixture {
  explicit Fixture(const std::string& cached, const std::string& endpoint) {
    role.profile = "corp";
    role.cache_file = cached.empty() ? files.folder() + "/none" : files.Write("cache", cached);
    role.region = "eu-west-1";
    role.account_id = "111122223333";
    role.role_name = "a reader";
    options.environment = FakeEnvironment({{"AWS_ENDPOINT_URL_SSO", endpoint}});
    options.attempts.first_pause = std::chrono::milliseconds(1);
    options.attempts.longest_pause = std::chrono::milliseconds(4);
    options.attempts.most = 3;
    options.clock = [] { return *ParseIsoTime("2026-11-24T08:00:00Z"); };
  }
  Result<Credentials> Get() const {
    HttpClient http;
    auto promise = std::make_shared<std::promise<Result<Credentials>>>();
    FetchSsoCredentials(http, options, role, [promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }
  TempFiles files;
  SsoRole role;
  CredentialOptions options;
};

TEST(Sso, CacheFile) {
  const Environment environment = FakeEnvironment({{"HOME", "/home/x"}});
  // As sha1sum prints it.
  EXPECT_EQ(SsoCacheFile(environment, "corp"), "/home/x/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
  EXPECT_EQ(SsoCacheFile(environment, ""), "/home/x/.aws/sso/cache/da39a3ee5e6b4b0d3255bfef95601890afd80709.json");
}

TEST(Sso, Keys) {
  for (const char* expires : {"2026-11-24T08:00:01Z", "2026-11-24T10:00:00+01:00", "2026-11-24T09:00:00UTC"}) {
    ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
    Fixture fixture(Cached(expires), portal.Url("/portal"));
    const Result<Credentials> found = fixture.Get();
    ASSERT_TRUE(found.ok()) << expires << ": " << found.status().message();
    EXPECT_EQ(found->keys.access_key, "ASIA1");
    EXPECT_EQ(found->keys.secret_key, "SK");
    EXPECT_EQ(found->keys.session_token, "T");
    EXPECT_EQ(found->expires, 1795510800000);
    EXPECT_EQ(found->source, "SSO profile \"corp\"");
    ASSERT_EQ(portal.requests().size(), 1u);
    EXPECT_EQ(portal.requests()[0].method, "GET");
    EXPECT_EQ(portal.requests()[0].target, "/portal/federation/credentials?account_id=111122223333&role_name=a%20reader");
    EXPECT_EQ(portal.requests()[0].headers.at("x-amz-sso_bearer_token"), kToken);
  }
}

TEST(Sso, WhoeverIsNotSignedInIsToldHow) {
  struct Case {
    std::string cached;
    const char* message;
  };
  const Case cases[] = {
      {"", "nobody is signed in"},
      {Cached("2026-11-24T08:00:00Z"), "the SSO session has expired"},
      {Cached("2020-01-01T00:00:00UTC"), "the SSO session has expired"},
      {Cached("soon"), "does not say when the session ends"},
      {R"({"expiresAt":"2099-01-01T00:00:00Z"})", "holds no token"},
      {R"({"accessToken":"a\r\nb: hunter2hunter2","expiresAt":"2099-01-01T00:00:00Z"})", "holds no token"},
      {"hunter2hunter2", "holds no token"},
  };
  for (const Case& c : cases) {
    ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
    Fixture fixture(c.cached, portal.Url());
    const Result<Credentials> found = fixture.Get();
    ASSERT_FALSE(found.ok()) << c.cached;
    EXPECT_EQ(found.status().code(), Code::kAuth) << c.cached;
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << found.status().message();
    EXPECT_NE(found.status().message().find("; run: aws sso login --profile corp"), std::string::npos) << found.status().message();
    EXPECT_EQ(found.status().message().find(kToken), std::string::npos) << found.status().message();
    EXPECT_TRUE(portal.requests().empty()) << c.cached;
  }
}

// As `aws sso login` leaves it for an sso_session.
std::string Renewable(const std::string& expires, const std::string& registered = "2026-12-24T08:00:00Z") {
  return R"({"startUrl": "https://a.awsapps.com/start", "region": "eu-west-1", "accessToken": ")" + std::string(kToken) +
         R"(", "expiresAt": ")" + expires + R"(", "clientId": "ID", "clientSecret": "client-secret", "registrationExpiresAt": ")" +
         registered + R"(", "refreshToken": "old-refresh", "scopes": ["sso:account:access"]})";
}

std::string Whole(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

constexpr char kRenewed[] = R"({"accessToken":"new-token","expiresIn":3600,"refreshToken":"new-refresh","tokenType":"Bearer"})";

struct RenewalFixture : Fixture {
  RenewalFixture(const std::string& cached, const ScriptedServer& portal, const std::string& oidc) : Fixture(cached, portal.Url()) {
    options.environment = FakeEnvironment({{"AWS_ENDPOINT_URL_SSO", portal.Url()}, {"AWS_ENDPOINT_URL_SSO_OIDC", oidc}});
  }
};

TEST(Sso, ATokenThatEndsIsRenewedAndKept) {
  for (const char* expires : {"2026-11-24T08:14:59Z", "2026-11-23T08:00:00Z"}) {
    ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
    ScriptedServer oidc([](const Request&) { return ScriptedServer::Reply(200, kRenewed); });
    RenewalFixture fixture(Renewable(expires), portal, oidc.Url("/oidc"));
    const Result<Credentials> found = fixture.Get();
    ASSERT_TRUE(found.ok()) << found.status().message();
    ASSERT_EQ(oidc.requests().size(), 1u);
    EXPECT_EQ(oidc.requests()[0].method, "POST");
    EXPECT_EQ(oidc.requests()[0].target, "/oidc/token");
    EXPECT_EQ(oidc.requests()[0].headers.at("content-type"), "application/json");
    EXPECT_EQ(
        oidc.requests()[0].body,
        R"({"clientId": "ID", "clientSecret": "client-secret", "grantType": "refresh_token", "refreshToken": "old-refresh"})");
    EXPECT_EQ(portal.requests().at(0).headers.at("x-amz-sso_bearer_token"), "new-token");
    EXPECT_EQ(
        Whole(fixture.role.cache_file),
        R"({"startUrl": "https://a.awsapps.com/start", "region": "eu-west-1", "clientId": "ID", "clientSecret": "client-secret", )"
        R"("registrationExpiresAt": "2026-12-24T08:00:00Z", "scopes": ["sso:account:access"], "accessToken": "new-token", )"
        R"("expiresAt": "2026-11-24T09:00:00Z", "refreshToken": "new-refresh"})");
    // Nobody else may read it.
    EXPECT_EQ(std::filesystem::status(fixture.role.cache_file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_TRUE(fixture.Get().ok());
    EXPECT_EQ(oidc.requests().size(), 1u) << "what was kept is used";
  }
}

TEST(Sso, ATokenThatHoldsIsNotRenewed) {
  for (const std::string& cached : {Renewable("2026-11-24T08:15:01Z"), Renewable("2026-11-24T08:00:01Z", "2026-11-24T08:00:00Z"),
                                    Renewable("2026-11-24T08:00:01Z", "")}) {
    ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
    ScriptedServer oidc([](const Request&) { return ScriptedServer::Reply(200, kRenewed); });
    RenewalFixture fixture(cached, portal, oidc.Url());
    EXPECT_TRUE(fixture.Get().ok());
    EXPECT_TRUE(oidc.requests().empty());
    EXPECT_EQ(portal.requests().at(0).headers.at("x-amz-sso_bearer_token"), kToken);
    EXPECT_EQ(Whole(fixture.role.cache_file), cached);
  }
}

TEST(Sso, RenewalsThatFail) {
  struct Case {
    const char* name;
    Answer answer;
    Code code;
    const char* message;
    std::size_t attempts;
  };
  const std::string words = R"({"error":"invalid_grant","error_description":"old-refresh"})";
  const Case cases[] = {
      {"over", ScriptedServer::Reply(400, words), Code::kAuth, "; run: aws sso login --profile corp", 1},
      {"busy", ScriptedServer::Reply(503, words), Code::kUnavailable, "HTTP 503 after 3 attempts", 3},
      {"nonsense", ScriptedServer::Reply(200, words), Code::kAuth, "holds no usable token", 1},
      {"no end", ScriptedServer::Reply(200, R"({"accessToken":"new-token"})"), Code::kAuth, "holds no usable token", 1},
  };
  for (const Case& c : cases) {
    for (const bool holds : {true, false}) {
      ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
      ScriptedServer oidc([&](const Request&) { return c.answer; });
      const std::string cached = Renewable(holds ? "2026-11-24T08:00:01Z" : "2026-11-24T08:00:00Z");
      RenewalFixture fixture(cached, portal, oidc.Url());
      const Result<Credentials> found = fixture.Get();
      EXPECT_EQ(oidc.requests().size(), c.attempts) << c.name;
      EXPECT_EQ(Whole(fixture.role.cache_file), cached) << c.name;
      EXPECT_EQ(found.ok(), holds) << c.name;  // the old one is good for a second
      if (found.ok()) continue;
      EXPECT_EQ(found.status().code(), c.code) << c.name;
      EXPECT_NE(found.status().message().find(c.message), std::string::npos) << found.status().message();
      for (const char* secret : {"old-refresh", "client-secret", kToken})
        EXPECT_EQ(found.status().message().find(secret), std::string::npos) << found.status().message();
      EXPECT_TRUE(portal.requests().empty()) << c.name;
    }
  }
}

TEST(Sso, SomebodyElseRenewedMeanwhile) {
  ScriptedServer portal([](const Request&) { return ScriptedServer::Reply(200, kGood); });
  std::string cache;
  ScriptedServer oidc([&](const Request&) {
    std::ofstream(cache) << R"({"accessToken":"theirs","expiresAt":"2026-11-24T09:00:00Z"})";
    return ScriptedServer::Reply(400, "{}");
  });
  RenewalFixture fixture(Renewable("2026-11-24T07:00:00Z"), portal, oidc.Url());
  cache = fixture.role.cache_file;
  EXPECT_TRUE(fixture.Get().ok());
  EXPECT_EQ(portal.requests().at(0).headers.at("x-amz-sso_bearer_token"), "theirs");
}

TEST(Sso, AnswersOfThePortal) {
  const std::string words = std::string("{\"message\":\"") + kToken + "\"}";
  struct Case {
    const char* name;
    Answer answer;
    Code code;
    const char* message;
    std::size_t requests;
  };
  const Case cases[] = {
      {"over", ScriptedServer::Reply(401, words), Code::kAuth, "run: aws sso login --profile corp", 1},
      {"no such role", ScriptedServer::Reply(403, words), Code::kDenied, "has no role a reader in account 111122223333", 1},
      {"no such account", ScriptedServer::Reply(404, words), Code::kDenied, "has no role a reader in account 111122223333", 1},
      {"bad request", ScriptedServer::Reply(400, words), Code::kAuth, "answered HTTP 400", 1},
      {"throttled", ScriptedServer::Reply(429, words), Code::kUnavailable, "answered HTTP 429 after 3 attempts", 3},
      {"down", ScriptedServer::Reply(503, words), Code::kUnavailable, "answered HTTP 503 after 3 attempts", 3},
      {"reset", {"", false, true}, Code::kUnavailable, "after 3 attempts", 3},
      {"nonsense", ScriptedServer::Reply(200, kToken), Code::kAuth, "the answer is no JSON object after 3 attempts", 3},
      {"too large", ScriptedServer::Reply(200, std::string(65537, 'x')), Code::kAuth, "", 1},
      {"no keys", ScriptedServer::Reply(200, "{}"), Code::kAuth, "the answer holds no usable keys", 1},
      {"no end",
       ScriptedServer::Reply(200,
                             R"({"roleCredentials":{"accessKeyId":"A","secretAccessKey":"hunter2hunter2","sessionToken":"T"}})"),
       Code::kAuth, "the answer holds no usable keys", 1},
  };
  for (const Case& c : cases) {
    ScriptedServer portal([&](const Request&) { return c.answer; });
    Fixture fixture(Cached("2099-01-01T00:00:00Z"), portal.Url());
    const Result<Credentials> found = fixture.Get();
    ASSERT_FALSE(found.ok()) << c.name;
    EXPECT_EQ(found.status().code(), c.code) << c.name << ": " << found.status().message();
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << c.name << ": " << found.status().message();
    EXPECT_EQ(found.status().message().find(kToken), std::string::npos) << found.status().message();
    EXPECT_EQ(portal.requests().size(), c.requests) << c.name;
  }
}

TEST(Sso, AFaultThatPasses) {
  std::atomic<int> number{0};
  ScriptedServer portal(
      [&](const Request&) { return ++number < 3 ? ScriptedServer::Reply(503, "") : ScriptedServer::Reply(200, kGood); });
  EXPECT_TRUE(Fixture(Cached("2099-01-01T00:00:00Z"), portal.Url()).Get().ok());
}

TEST(Sso, PlacesThatCannotBe) {
  Fixture bad_region(Cached("2099-01-01T00:00:00Z"), "");
  bad_region.role.region = "example.com/";
  EXPECT_EQ(bad_region.Get().status().code(), Code::kInvalid);
  EXPECT_EQ(Fixture(Cached("2099-01-01T00:00:00Z"), "ftp://x").Get().status().code(), Code::kInvalid);
}

}  // namespace
}  // namespace trailsift
