#include "aws/credential_servers.h"

#include <gtest/gtest.h>

#include <vector>

#include "aws/credentials_for_test.h"
#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;

TEST(CredentialServers, InstanceQuestions) {
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

TEST(CredentialServers, InstanceAndContainerFaults) {
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

TEST(CredentialServers, ContainerTokenIsReadAnew) {
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

}  // namespace
}  // namespace trailsift
