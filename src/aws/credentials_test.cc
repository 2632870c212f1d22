#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Values = std::map<std::string, std::string>;
using Request = ScriptedServer::Request;

Result<Credentials> GetNow(CredentialProvider& provider) {
  auto promise = std::make_shared<std::promise<Result<Credentials>>>();
  provider.Get([promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

Result<Credentials> RenewNow(CredentialProvider& provider, const Credentials& rejected) {
  auto promise = std::make_shared<std::promise<Result<Credentials>>>();
  provider.Renew(rejected, [promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
  return promise->get_future().get();
}

// What each place holds is named after the place, so the answer says which one was read.
TEST(Credentials, Order) {
  TempFiles files;
  const std::string credentials = files.Write("credentials",
                                              "[default]\naws_access_key_id=default\naws_secret_access_key=s\n"
                                              "[x]\naws_access_key_id=x\naws_secret_access_key=s\n"
                                              "[y]\naws_access_key_id=y\naws_secret_access_key=s\n");
  const std::string empty = files.Write("empty", "");
  ScriptedServer container([](const Request&) {
    return ScriptedServer::Reply(
        200, R"({"AccessKeyId":"container","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})");
  });
  ScriptedServer instance([](const Request& request) {
    if (request.method == "PUT") return ScriptedServer::Reply(200, "tok");
    if (request.target == "/latest/meta-data/iam/security-credentials/") return ScriptedServer::Reply(200, "role-1\n");
    return ScriptedServer::Reply(
        200,
        R"({"Code":"Success","AccessKeyId":"instance","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"})");
  });
  const Values everything = {{"AWS_SHARED_CREDENTIALS_FILE", credentials},
                             {"AWS_CONFIG_FILE", empty},
                             {"AWS_ACCESS_KEY_ID", "env"},
                             {"AWS_SECRET_ACCESS_KEY", "s"},
                             {"AWS_SESSION_TOKEN", "t"},
                             {"AWS_PROFILE", "y"},
                             {"AWS_CONTAINER_CREDENTIALS_FULL_URI", container.Url("/keys")},
                             {"AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.Url()}};
  struct Case {
    const char* explicit_key;
    const char* profile;
    Values changed;
    const char* access_key;
    std::string source;
  };
  const Case cases[] = {
      {"config", "x", {}, "config", "access_key and secret_key of the configuration"},
      {"", "x", {}, "x", "profile \"x\" in " + credentials},
      {"", "", {}, "env", "the environment (AWS_ACCESS_KEY_ID)"},
      {"", "", {{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", ""}}, "y", "profile \"y\" in " + credentials},
      {"",
       "",
       {{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", ""}, {"AWS_PROFILE", ""}},
       "default",
       "profile \"default\" in " + credentials},
      {"",
       "",
       {{"AWS_ACCESS_KEY_ID", ""}, {"AWS_SECRET_ACCESS_KEY", ""}, {"AWS_PROFILE", ""}, {"AWS_SHARED_CREDENTIALS_FILE", empty}},
       "container",
       "container endpoint"},
      {"",
       "",
       {{"AWS_ACCESS_KEY_ID", ""},
        {"AWS_SECRET_ACCESS_KEY", ""},
        {"AWS_PROFILE", ""},
        {"AWS_SHARED_CREDENTIALS_FILE", empty},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", ""}},
       "instance",
       "instance role \"role-1\""},
  };
  for (const Case& c : cases) {
    Values values = everything;
    for (const auto& [name, value] : c.changed) values[name] = value;
    HttpClient http;
    CredentialOptions options;
    options.access_key = c.explicit_key;
    options.secret_key = c.explicit_key;
    options.profile = c.profile;
    options.environment = FakeEnvironment(values);
    CredentialProvider provider(http, options);
    const Result<Credentials> found = GetNow(provider);
    ASSERT_TRUE(found.ok()) << c.access_key << ": " << found.status().message();
    EXPECT_EQ(found->keys.access_key, c.access_key);
    EXPECT_EQ(found->source, c.source);
  }
}

TEST(Credentials, Failures) {
  TempFiles files;
  const std::string credentials =
      files.Write("credentials", "[x]\naws_access_key_id=AKIAHIDDEN\n[role]\nlogin_session=a\n[bare]\noutput=json\n");
  const std::string broken = files.Write("broken", "[x]\nhunter2\n");
  const std::string config = files.folder() + "/config";
  const Values base = {
      {"AWS_SHARED_CREDENTIALS_FILE", credentials}, {"AWS_CONFIG_FILE", config}, {"AWS_EC2_METADATA_DISABLED", "TRUE"}};
  struct Case {
    const char* access_key;
    const char* profile;
    Values changed;
    Code code;
    std::string message;
  };
  const Case cases[] = {
      {"AK", "", {}, Code::kInvalid, "access_key and secret_key belong together"},
      {"", "nobody", {}, Code::kNotFound, "no AWS profile \"nobody\" in " + credentials + " or " + config},
      {"", "", {{"AWS_PROFILE", "nobody"}}, Code::kNotFound, "no AWS profile \"nobody\""},
      {"", "x", {}, Code::kInvalid, "profile \"x\" in " + credentials + " has aws_access_key_id but no"},
      {"", "role", {}, Code::kAuth, "login_session, which is not supported"},
      {"", "bare", {}, Code::kAuth, "profile \"bare\" holds no keys"},
      {"", "x", {{"AWS_SHARED_CREDENTIALS_FILE", broken}}, Code::kInvalid, broken + ":2:"},
      {"", "", {{"AWS_ACCESS_KEY_ID", "AKIAHIDDEN"}}, Code::kAuth, "AWS_SECRET_ACCESS_KEY is not"},
      {"", "", {{"AWS_SECRET_ACCESS_KEY", "hunter2"}}, Code::kAuth, "AWS_ACCESS_KEY_ID is not"},
      {"",
       "",
       {},
       Code::kAuth,
       "no AWS credentials found: AWS_ACCESS_KEY_ID is not set; no profile \"default\" in " + credentials +
           "; no container endpoint is set; AWS_EC2_METADATA_DISABLED is set"},
      {"",
       "",
       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/keys"}},
       Code::kInvalid,
       "plain http to 10.0.0.1 is refused"},
      {"", "", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.example.com/"}}, Code::kInvalid, "is refused"},
      {"", "", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://127.0.0.1/"}}, Code::kInvalid, "no usable URL"},
      {"", "", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "x"}}, Code::kInvalid, "does not begin with /"},
      {"",
       "",
       {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", files.folder() + "/no"}},
       Code::kAuth,
       "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE can't be read: " + files.folder() + "/no: No such file"},
  };
  for (const Case& c : cases) {
    Values values = base;
    for (const auto& [name, value] : c.changed) values[name] = value;
    HttpClient http;
    CredentialOptions options;
    options.access_key = c.access_key;
    options.profile = c.profile;
    options.environment = FakeEnvironment(values);
    CredentialProvider provider(http, options);
    const Result<Credentials> found = GetNow(provider);
    ASSERT_FALSE(found.ok()) << c.message;
    EXPECT_EQ(found.status().code(), c.code) << found.status().message();
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << found.status().message();
    EXPECT_EQ(found.status().message().find("hunter2"), std::string::npos);
    EXPECT_EQ(found.status().message().find("AKIAHIDDEN"), std::string::npos);
  }
}

TEST(Credentials, InstanceQuestions) {
  ScriptedServer instance([](const Request& request) {
    if (request.method == "PUT") return ScriptedServer::Reply(200, "the-token");
    if (request.target == "/latest/meta-data/iam/security-credentials/") return ScriptedServer::Reply(200, "a role");
    return ScriptedServer::Reply(200,
                                 R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T","Expiration":"2030-01-02T03:04:05Z"})");
  });
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.Url("/")}});
  CredentialProvider provider(http, options);
  const Result<Credentials> found = GetNow(provider);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->keys.session_token, "T");
  EXPECT_EQ(found->expires, ParseIsoTime("2030-01-02T03:04:05Z"));
  const std::vector<Request> requests = instance.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].target, "/latest/api/token");
  EXPECT_EQ(requests[0].headers.at("x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(requests[1].headers.at("x-aws-ec2-metadata-token"), "the-token");
  EXPECT_EQ(requests[2].target, "/latest/meta-data/iam/security-credentials/a%20role");
  EXPECT_EQ(requests[2].headers.at("x-aws-ec2-metadata-token"), "the-token");
}

TEST(Credentials, InstanceAndContainerFaults) {
  struct Case {
    bool container;
    int status;
    const char* body;
    const char* message;
  };
  const Case cases[] = {
      {false, 404, "", "answered HTTP 404"},
      {true, 403, "secret-in-body", "container endpoint: answered HTTP 403"},
      {true, 200, "<html>", "container endpoint: the answer is no JSON object"},
      {true, 200, R"({"AccessKeyId":"AK"})", "container endpoint: the answer holds no keys"},
      {true, 200, R"({"AccessKeyId":"AK","SecretAccessKey":"hunter2","Expiration":"soon"})", "the keys' Expiration is no time"},
  };
  for (const Case& c : cases) {
    ScriptedServer server([&](const Request&) { return ScriptedServer::Reply(c.status, c.body); });
    HttpClient http;
    CredentialOptions options;
    options.environment =
        FakeEnvironment({{"HOME", "/nonexistent"},
                         {c.container ? "AWS_CONTAINER_CREDENTIALS_FULL_URI" : "AWS_EC2_METADATA_SERVICE_ENDPOINT", server.Url()}});
    CredentialProvider provider(http, options);
    const Result<Credentials> found = GetNow(provider);
    ASSERT_FALSE(found.ok()) << c.message;
    EXPECT_EQ(found.status().code(), Code::kAuth);
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << found.status().message();
    EXPECT_EQ(found.status().message().find("hunter2"), std::string::npos);
    EXPECT_EQ(found.status().message().find("secret-in-body"), std::string::npos);
  }
}

TEST(Credentials, ContainerTokenIsReadAnew) {
  TempFiles files;
  const std::string token = files.Write("token", "one\n");
  ScriptedServer server(
      [](const Request&) { return ScriptedServer::Reply(200, R"({"AccessKeyId":"AK","SecretAccessKey":"SK","Token":"T"})"); });
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"},
                                         {"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.Url("/v1/keys?id=1")},
                                         {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "unused"},
                                         {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token}});
  CredentialProvider provider(http, options);
  const Result<Credentials> first = GetNow(provider);
  ASSERT_TRUE(first.ok());
  files.Write("token", "two");
  ASSERT_TRUE(RenewNow(provider, *first).ok());
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].target, "/v1/keys?id=1");
  EXPECT_EQ(requests[0].headers.at("authorization"), "one");
  EXPECT_EQ(requests[1].headers.at("authorization"), "two");
}

TEST(Credentials, RenewedBeforeTheyExpire) {
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
TEST(Credentials, TheRoleIsRenewedBeforeItExpires) {
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

std::string Assumed(const Request& request) {
  std::string name = request.body.substr(request.body.find("role%2F") + 7);
  name.resize(std::min(name.find('&'), name.size()));
  std::string body("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>");
  body += name;
  body += "</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2099-01-01T00:00:00Z";
  return body + "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
}

// A token that is renewed in its file, the role that it is good for, the role of a profile on top, and that of the configuration.
TEST(Credentials, AChainOfRoles) {
  TempFiles files;
  const std::string token = files.Write("token", "\none\n");
  ScriptedServer sts([](const Request& request) { return ScriptedServer::Reply(200, Assumed(request)); });
  HttpClient http;
  CredentialOptions options;
  options.environment =
      FakeEnvironment({{"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"},
                       {"AWS_CONFIG_FILE", files.Write("config",
                                                       "[profile x]\nrole_arn=arn:aws:iam::1:role/second\n"
                                                       "source_profile=y\n[profile y]\n"
                                                       "role_arn=arn:aws:iam::1:role/first\nweb_identity_token_file=" +
                                                           token + '\n')},
                       {"AWS_ENDPOINT_URL_STS", sts.Url()}});
  options.profile = "x";
  options.role_arn = "arn:aws:iam::1:role/third";
  std::atomic<Millis> now{0};
  options.clock = [&] { return now += kHour; };  // always long enough after the last question
  CredentialProvider provider(http, options);
  const Result<Credentials> found = GetNow(provider);
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_EQ(found->keys.access_key, "third");
  EXPECT_EQ(
      found->source,
      "role arn:aws:iam::1:role/third assumed with the keys from role arn:aws:iam::1:role/second assumed with the keys from role "
      "arn:aws:iam::1:role/first assumed with the token from " +
          token);
  std::vector<Request> requests = sts.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_NE(requests[0].body.find("&WebIdentityToken=one"), std::string::npos) << requests[0].body;
  EXPECT_NE(requests[1].headers.at("authorization").find("Credential=first/"), std::string::npos);
  EXPECT_NE(requests[2].headers.at("authorization").find("Credential=second/"), std::string::npos);
  files.Write("token", "two");
  ASSERT_TRUE(RenewNow(provider, *found).ok());
  EXPECT_NE(sts.requests().at(3).body.find("&WebIdentityToken=two"), std::string::npos);
  for (const char* content : {"", " \n"}) {
    files.Write("token", content);
    EXPECT_EQ(RenewNow(provider, *found).status().message(), token + ": no web identity token in it");
  }
  std::filesystem::remove(token);
  EXPECT_EQ(RenewNow(provider, *found).status().code(), Code::kAuth);
}

// What the portal and a program give is theirs to end; both are asked anew when a server refuses the keys.
TEST(Credentials, SsoAndPrograms) {
  TempFiles files;
  files.Write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
              R"({"accessToken":"hunter2","expiresAt":"2099-01-01T00:00:00Z"})");
  const std::string answer = files.Write("answer", R"({"Version":1,"AccessKeyId":"first","SecretAccessKey":"SK"})");
  files.Write(".aws/config",
              "[profile sso]\nsso_session=corp\nsso_account_id=1\nsso_role_name=r\n"
              "[sso-session corp]\nsso_start_url=https://a\nsso_region=eu-west-1\n[profile tool]\ncredential_process=cat " +
                  answer + '\n');
  ScriptedServer portal([](const Request& request) {
    std::string body(R"({"roleCredentials":{"accessKeyId":"PORTAL)");
    body += std::to_string(request.number);
    return ScriptedServer::Reply(200, body + R"(","secretAccessKey":"SK","sessionToken":"T","expiration":4070908800000}})");
  });
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", files.folder()}, {"AWS_ENDPOINT_URL_SSO", portal.Url()}});
  options.profile = "sso";
  CredentialProvider sso(http, options);
  options.profile = "tool";
  CredentialProvider tool(http, options);
  const Result<Credentials> from_portal = GetNow(sso);
  ASSERT_TRUE(from_portal.ok()) << from_portal.status().message();
  EXPECT_EQ(from_portal->keys.access_key, "PORTAL1");
  EXPECT_EQ(GetNow(sso)->keys.access_key, "PORTAL1");
  EXPECT_EQ(RenewNow(sso, *from_portal)->keys.access_key, "PORTAL2");
  const Result<Credentials> from_tool = GetNow(tool);
  ASSERT_TRUE(from_tool.ok()) << from_tool.status().message();
  EXPECT_EQ(from_tool->keys.access_key, "first");
  files.Write("answer", R"({"Version":1,"AccessKeyId":"second","SecretAccessKey":"SK"})");
  EXPECT_EQ(GetNow(tool)->keys.access_key, "first");
  EXPECT_EQ(RenewNow(tool, *from_tool)->keys.access_key, "second");
}

// Each object of a pass asks again when it is refused; the server must not feel that.
TEST(Credentials, RefusedKeysAreFetchedAfterGrowingPauses) {
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

TEST(Credentials, AServerWithoutKeysIsAskedAfterGrowingPauses) {
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

TEST(Credentials, WithoutKeysNoRoleIsAskedFor) {
  ScriptedServer sts([](const Request&) { return ScriptedServer::Reply(500, ""); });
  HttpClient http;
  CredentialOptions options;
  options.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_DISABLED", "true"}});
  options.role_arn = "arn:aws:iam::111122223333:role/reader";
  options.sts_endpoint = sts.Url();
  CredentialProvider provider(http, options);
  const Result<Credentials> found = GetNow(provider);
  EXPECT_NE(found.status().message().find("no AWS credentials found"), std::string::npos) << found.status().message();
  EXPECT_TRUE(sts.requests().empty());
}

TEST(Credentials, ASilentServerHoldsUpNobodyWhoseKeysHold) {
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

TEST(Credentials, RenewReadsTheFileAgain) {
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

TEST(Credentials, ManyAskAtOnceOneIsSent) {
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

TEST(Credentials, TheEndOfTheClientAnswersThoseWhoWait) {
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
