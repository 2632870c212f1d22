#include "aws/sso.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

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
    options.first_pause = std::chrono::milliseconds(1);
    options.longest_pause = std::chrono::milliseconds(4);
    options.max_attempts = 3;
    options.clock = [] { return *ParseIsoTime("2026-11-24T08:00:00Z"); };
  }
  Result<Credentials> Get() {
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
