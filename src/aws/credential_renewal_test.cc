// When a provider asks again for keys, and who waits meanwhile.
#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "aws/credentials_for_test.h"
#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;

TEST(CredentialRenewal, RenewedBeforeTheyExpire) {
  std::atomic<Millis> now{0};
  std::atomic<bool> broken{false};
  std::atomic<int> number{0};
  ScriptedServer server([&](const Request&) {
    if (broken) return ScriptedServer::Reply(500, "");
    return ScriptedServer::Reply(200, "{\"AccessKeyId\":\"AK" + std::to_string(++number) +
                                          "\",\"SecretAccessKey\":\"SK\",\"Expiration\":\"" + FormatIsoTime(now + kHour) + "\"}");
  });
  HttpClient http;
  CredentialOptions options;
  options.clock = [&] { return now.load(); };
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url()}});
  CredentialProvider provider(http, options);
  struct Step {
    Millis at;
    bool broken;
    const char* access_key;  // nullptr: an error
    std::size_t requests;    // so far
  };
  const Step steps[] = {
      {0, false, "AK1", 1},
      {55 * kMinute - 1, false, "AK1", 1},
      {55 * kMinute, false, "AK2", 2},                 // five minutes left
      {110 * kMinute, true, "AK2", 3},                 // the renewal fails, the old keys hold
      {110 * kMinute + 59 * kSecond, true, "AK2", 3},  // not asked again within the minute
      {111 * kMinute, true, "AK2", 4},
      {115 * kMinute, true, nullptr, 5},  // now they are worthless
      {116 * kMinute, false, "AK3", 6},
  };
  for (const Step& step : steps) {
    now = step.at;
    broken = step.broken;
    const Result<Credentials> found = GetNow(provider);
    EXPECT_EQ(found.ok(), step.access_key != nullptr) << step.at;
    if (found.ok() && step.access_key != nullptr) {
      EXPECT_EQ(found->keys.access_key, step.access_key) << step.at;
    }
    EXPECT_EQ(server.requests().size(), step.requests) << step.at;
  }
}

// The role of the configuration over the keys of a container endpoint, which change too.
TEST(CredentialRenewal, TheRoleIsRenewedBeforeItExpires) {
  std::atomic<Millis> now{0};
  std::atomic<bool> broken{false};
  std::atomic<int> callers{0};
  std::atomic<int> sessions{0};
  ScriptedServer container([&](const Request&) {
    return ScriptedServer::Reply(200, "{\"AccessKeyId\":\"AK" + std::to_string(++callers) + "\",\"SecretAccessKey\":\"SK\"}");
  });
  ScriptedServer sts([&](const Request&) {
    if (broken) return ScriptedServer::Reply(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
    std::string body("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA");
    body += std::to_string(++sessions);
    body += "</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey><SessionToken>T</SessionToken><Expiration>";
    body += FormatIsoTime(now + kHour) + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    return ScriptedServer::Reply(200, body);
  });
  HttpClient http;
  CredentialOptions options;
  options.clock = [&] { return now.load(); };
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.Url()}});
  options.role_arn = "arn:aws:iam::111122223333:role/reader";
  options.role_duration = 3600;
  options.external_id = "e";
  options.sts_endpoint = sts.Url();
  options.region = "eu-west-1";
  CredentialProvider provider(http, options);
  struct Step {
    Millis at;
    bool broken;
    bool refused;            // S3 did not take the keys of the step before
    const char* access_key;  // nullptr: an error
    const char* caller;      // who asked STS last
  };
  const Step steps[] = {
      {0, false, false, "ASIA1", "AK1"},
      {54 * kMinute, false, false, "ASIA1", "AK1"},
      {55 * kMinute, false, false, "ASIA2", "AK2"},
      {110 * kMinute, true, false, "ASIA2", "AK3"},  // the renewal fails, the old session holds
      {110 * kMinute + 59 * kSecond, true, false, "ASIA2", "AK3"},
      {111 * kMinute, false, false, "ASIA3", "AK4"},
      {112 * kMinute, false, true, "ASIA4", "AK5"},
      {113 * kMinute, true, true, nullptr, "AK6"},  // a session that was refused is not given out again
      {114 * kMinute, false, false, "ASIA5", "AK7"},
  };
  std::optional<Credentials> last;
  for (const Step& step : steps) {
    now = step.at;
    broken = step.broken;
    const Result<Credentials> found = step.refused ? RenewNow(provider, *last) : GetNow(provider);
    EXPECT_EQ(found.ok(), step.access_key != nullptr) << step.at;
    if (found.ok() && step.access_key != nullptr) {
      EXPECT_EQ(found->keys.access_key, step.access_key) << step.at;
      EXPECT_EQ(found->source, "role arn:aws:iam::111122223333:role/reader assumed with the keys from container endpoint");
      last = *found;
    } else {
      EXPECT_EQ(found.status().code(), Code::kDenied);
      EXPECT_EQ(found.status().message().find("hunter2"), std::string::npos);
    }
    const Request asked = sts.requests().back();
    EXPECT_NE(asked.headers.at("authorization").find(std::string("Credential=") + step.caller + '/'), std::string::npos) << step.at;
    EXPECT_EQ(asked.body,
              "Action=AssumeRole&DurationSeconds=3600&ExternalId=e&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&"
              "RoleSessionName=WazuhLogParsing&Version=2011-06-15");
  }
}

// Each object of a pass asks again when it is refused; the server must not feel that.
TEST(CredentialRenewal, RefusedKeysAreFetchedAfterGrowingPauses) {
  for (const bool same : {true, false}) {
    std::atomic<Millis> now{0};
    ScriptedServer server([&](const Request& request) {
      std::string body(R"({"AccessKeyId":"AK)");
      body += std::to_string(same ? 0 : request.number);
      return ScriptedServer::Reply(200, body + R"(","SecretAccessKey":"SK"})");
    });
    HttpClient http;
    CredentialOptions options;
    options.clock = [&] { return now.load(); };
    options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url()}});
    CredentialProvider provider(http, options);
    // All keys are refused; what was fetched in the meantime is tried before.
    const auto refuse = [&](Millis at) {
      now = at;
      const Result<Credentials> tried = GetNow(provider);
      EXPECT_TRUE(tried.ok());
      const Result<Credentials> renewed = RenewNow(provider, *tried);
      EXPECT_TRUE(renewed.ok());
      return server.requests().size();
    };
    struct Step {
      Millis at;
      std::size_t requests;  // so far
    };
    const Step steps[] = {
        {0, 2},  // the first keys, and those after the first refusal
        {999, 2},
        {1000, 3},
        {2999, 3},
        {3000, 4},
        {6999, 4},
        {7000, 5},
        {14'999, 5},
        {15'000, 6},
        {30'999, 6},
        {31'000, 7},
        {62'999, 7},
        {63'000, 8},
        {122'999, 8},
        {123'000, 9},  // not longer than a minute
        {182'999, 9},
        {183'000, 10},
        {kHour, 11},  // long ago: it begins anew
        {kHour + 999, 11},
        {kHour + 1000, 12},
        {0, 13},  // a clock that was set back does not hold it up
    };
    for (const Step& step : steps) EXPECT_EQ(refuse(step.at), step.requests) << step.at;
  }
}

TEST(CredentialRenewal, AServerWithoutKeysIsAskedAfterGrowingPauses) {
  std::atomic<Millis> now{0};
  std::atomic<bool> broken{true};
  ScriptedServer server([&](const Request&) {
    if (broken) return ScriptedServer::Reply(403, "");
    return ScriptedServer::Reply(200, R"({"AccessKeyId":"AK","SecretAccessKey":"SK"})");
  });
  HttpClient http;
  CredentialOptions options;
  options.clock = [&] { return now.load(); };
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url()}});
  CredentialProvider provider(http, options);
  const std::string first = GetNow(provider).status().message();
  EXPECT_NE(first.find("403"), std::string::npos) << first;
  struct Step {
    Millis at;
    bool broken;
    std::size_t requests;
    bool found;
  };
  const Step steps[] = {
      {0, true, 1, false}, {999, false, 1, false}, {1000, true, 2, false}, {2999, false, 2, false}, {3000, false, 3, true},
  };
  for (const Step& step : steps) {
    now = step.at;
    broken = step.broken;
    const Result<Credentials> found = GetNow(provider);
    EXPECT_EQ(found.ok(), step.found) << step.at;
    // Who is not let through hears why.
    if (!found.ok()) EXPECT_EQ(found.status().message(), first) << step.at;
    EXPECT_EQ(server.requests().size(), step.requests) << step.at;
  }
}

TEST(CredentialRenewal, ASilentServerHoldsUpNobodyWhoseKeysHold) {
  std::atomic<Millis> now{0};
  std::promise<void> asked_again;
  ScriptedServer server([&](const Request& request) {
    if (request.number == 1) {
      return ScriptedServer::Reply(200, R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Expiration":"1970-01-01T01:00:00Z"})");
    }
    asked_again.set_value();
    return ScriptedServer::Answer{"", false, false, true};
  });
  auto http = std::make_unique<HttpClient>();
  CredentialOptions options;
  options.clock = [&] { return now.load(); };
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url()}});
  CredentialProvider provider(*http, options);
  ASSERT_TRUE(GetNow(provider).ok());
  now = 56 * kMinute;
  std::promise<std::string> first;
  provider.Get(
      [&](Result<Credentials> result) { first.set_value(result.ok() ? result->keys.access_key : result.status().message()); });
  asked_again.get_future().wait();
  EXPECT_EQ(GetNow(provider)->keys.access_key, "AK");
  // Without an answer the one who waited gets them, too.
  http.reset();
  EXPECT_EQ(first.get_future().get(), "AK");
}

TEST(CredentialRenewal, RenewReadsTheFileAgain) {
  TempFiles files;
  const std::string file = files.Write("credentials", "[default]\naws_access_key_id=old\naws_secret_access_key=s\n");
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_CONFIG_FILE", "/dev/null"}});
  CredentialProvider provider(http, options);
  const Result<Credentials> old = GetNow(provider);
  ASSERT_TRUE(old.ok());
  files.Write("credentials", "[default]\naws_access_key_id=new\naws_secret_access_key=s\n");
  EXPECT_EQ(GetNow(provider)->keys.access_key, "old");
  EXPECT_EQ(RenewNow(provider, *old)->keys.access_key, "new");
  // A second one that was refused with the old keys gets the new ones; nothing is thrown away.
  files.Write("credentials", "");
  EXPECT_EQ(RenewNow(provider, *old)->keys.access_key, "new");
}

TEST(CredentialRenewal, ManyAskAtOnceOneIsSent) {
  ScriptedServer server([](const Request&) {
    return ScriptedServer::Reply(200, R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Expiration":"2099-01-01T00:00:00Z"})");
  });
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url()}});
  CredentialProvider provider(http, options);
  std::promise<void> all;
  int answered = 0;  // on the loop thread only
  http.After(std::chrono::milliseconds(0), [&] {
    for (int i = 0; i < 10; ++i) {
      provider.Get([&](Result<Credentials> result) {
        EXPECT_TRUE(result.ok());
        if (++answered == 10) all.set_value();
      });
    }
  });
  all.get_future().wait();
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(CredentialRenewal, TheEndOfTheClientAnswersThoseWhoWait) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Answer{"", false, false, true}; });
  auto http = std::make_unique<HttpClient>();
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Url()}});
  CredentialProvider provider(*http, options);
  std::promise<Code> code;
  provider.Get([&](Result<Credentials> result) { code.set_value(result.status().code()); });
  http.reset();
  EXPECT_EQ(code.get_future().get(), Code::kCancelled);
}

}  // namespace
}  // namespace trailsift
