// STS as a server that misbehaves to order. One that checks signatures and policies is in tests/integration.
#include "aws/sts.h"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <mutex>

#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;

constexpr char kRole[] = "arn:aws:iam::111122223333:role/reader";
constexpr char kSecret[] = "hunter2hunter2";
constexpr char kToken[] = "tokentokentoken";
constexpr char kJwt[] = "eyJhbGciOi.J9";

Answer Good(const std::string& headers = "", const std::string& action = "AssumeRole") {
  std::string body = "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>ASIA1</AccessKeyId>";
  body += "<SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-token</SessionToken>";
  body += "<Expiration>2026-11-24T09:00:00Z</Expiration></Credentials></" + action + "Result></" + action + "Response>";
  return ScriptedServer::Reply(200, body, headers);
}

Answer Refused(int status, const std::string& code, const std::string& message = "m", const std::string& headers = "") {
  return ScriptedServer::Reply(status,
                               "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>" + message +
                                   "</Message></Error></ErrorResponse>",
                               headers);
}

// Answers in turn; the last one stays.
class InTurn {
 public:
  explicit InTurn(std::deque<Answer> answers) : answers_(std::move(answers)) {}
  Answer operator()(const Request&) {
    std::lock_guard lock(*mutex_);
    const Answer answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return answer;
  }

 private:
  std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  std::deque<Answer> answers_;
};

CredentialOptions Options(const std::string& endpoint) {
  CredentialOptions options;
  options.environment = FakeEnvironment({});
  options.sts_endpoint = endpoint;
  options.attempts.first_pause = std::chrono::milliseconds(1);
  options.attempts.longest_pause = std::chrono::milliseconds(4);
  options.clock = [] { return *ParseIsoTime("2026-11-24T08:00:00Z"); };
  return options;
}

RoleRequest Role() {
  RoleRequest role;
  role.arn = kRole;
  role.session_name = "session";
  role.region = "eu-west-1";
  return role;
}

Credentials Caller() { return {{"AKIDEXAMPLE", kSecret, kToken}, std::nullopt, "profile \"x\""}; }

Result<Credentials> Ask(const CredentialOptions& options, const RoleRequest& role = Role(), bool web_identity = false) {
  HttpClient http;
  auto promise = std::make_shared<std::promise<Result<Credentials>>>();
  const auto done = [promise](Result<Credentials> result) { promise->set_value(std::move(result)); };
  if (web_identity) AssumeRoleWithWebIdentity(http, options, role, kJwt, "/var/run/token", done);
  else AssumeRole(http, options, role, Caller(), done);
  return promise->get_future().get();
}

void ExpectNoSecret(const std::string& text) {
  for (const char* secret : {kSecret, kToken, kJwt, "role-secret", "role-token"})
    EXPECT_EQ(text.find(secret), std::string::npos) << text;
}

TEST(Sts, WhatIsSent) {
  struct Case {
    const char* external_id;
    std::optional<int> duration;
    bool web_identity;
    const char* body;
  };
  const Case cases[] = {
      {"", std::nullopt, false,
       "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&RoleSessionName=session&Version=2011-06-15"},
      {"a b", 900, false,
       "Action=AssumeRole&DurationSeconds=900&ExternalId=a%20b&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&"
       "RoleSessionName=session&Version=2011-06-15"},
      {"", 3600, true,
       "Action=AssumeRoleWithWebIdentity&DurationSeconds=3600&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&"
       "RoleSessionName=session&Version=2011-06-15&WebIdentityToken=eyJhbGciOi.J9"},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({Good("", c.web_identity ? "AssumeRoleWithWebIdentity" : "AssumeRole")})};
    RoleRequest role = Role();
    role.external_id = c.external_id;
    role.duration = c.duration;
    const Result<Credentials> found = Ask(Options(server.Url("/sts/")), role, c.web_identity);
    ASSERT_TRUE(found.ok()) << found.status().message();
    EXPECT_EQ(found->keys.access_key, "ASIA1");
    EXPECT_EQ(found->keys.secret_key, "role-secret");
    EXPECT_EQ(found->keys.session_token, "role-token");
    EXPECT_EQ(found->expires, ParseIsoTime("2026-11-24T09:00:00Z"));
    EXPECT_EQ(found->source, std::string("role ") + kRole + " assumed with the " +
                                 (c.web_identity ? "token from /var/run/token" : "keys from profile \"x\""));
    const std::vector<Request> requests = server.requests();
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, "/sts");
    EXPECT_EQ(requests[0].body, c.body);
    EXPECT_EQ(requests[0].headers.at("content-type"), "application/x-www-form-urlencoded; charset=utf-8");
    EXPECT_EQ(requests[0].headers.contains("authorization"), !c.web_identity);
    if (!c.web_identity) {
      EXPECT_NE(requests[0].headers.at("authorization").find("Credential=AKIDEXAMPLE/20261124/eu-west-1/sts/aws4_request"),
                std::string::npos);
      EXPECT_EQ(requests[0].headers.at("x-amz-security-token"), kToken);
    }
  }
}

TEST(Sts, WhoIsAsked) {
  ScriptedServer asked{InTurn({Good()})};
  ScriptedServer passed_over{InTurn({Refused(500, "InternalFailure")})};
  struct Case {
    const char* name;
    std::string configured;
    std::map<std::string, std::string> environment;
  };
  const Case cases[] = {
      {"configuration", asked.Url(), {{"AWS_ENDPOINT_URL_STS", passed_over.Url()}, {"AWS_ENDPOINT_URL", passed_over.Url()}}},
      {"service", "", {{"AWS_ENDPOINT_URL_STS", asked.Url()}, {"AWS_ENDPOINT_URL", passed_over.Url()}}},
      {"all services", "", {{"AWS_ENDPOINT_URL", asked.Url()}, {"AWS_ENDPOINT_URL_S3", passed_over.Url()}}},
  };
  for (const Case& c : cases) {
    CredentialOptions options = Options(c.configured);
    options.environment = FakeEnvironment(c.environment);
    EXPECT_TRUE(Ask(options).ok()) << c.name;
  }
  EXPECT_EQ(asked.requests().size(), 3u);
  EXPECT_TRUE(passed_over.requests().empty());
}

TEST(Sts, FaultsThatPass) {
  struct Case {
    const char* name;
    Answer fault;
  };
  const Case cases[] = {
      {"503", ScriptedServer::Reply(503, "")},
      {"throttled", Refused(400, "Throttling", "Rate exceeded")},
      {"429", ScriptedServer::Reply(429, "", "Retry-After: 1000\r\n")},  // bounded by the longest pause
      {"IDPCommunicationError", Refused(400, "IDPCommunicationError")},
      {"reset", {"", false, true}},
      {"cut", {"HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\n<AssumeRole", true}},
      {"a page of a proxy", ScriptedServer::Reply(200, "<html>please sign in</html>")},
      {"no keys",
       ScriptedServer::Reply(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials/></AssumeRoleResult></AssumeRoleResponse>")},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({c.fault, c.fault, Good()})};
    const Result<Credentials> found = Ask(Options(server.Url()));
    ASSERT_TRUE(found.ok()) << c.name << ": " << found.status().message();
    EXPECT_EQ(server.requests().size(), 3u) << c.name;
  }
}

TEST(Sts, FaultsThatStay) {
  struct Case {
    const char* name;
    Answer answer;
    bool web_identity;
    Code code;
    const char* message;
    std::size_t requests;
  };
  const std::string refusal =
      std::string("User: arn:aws:iam::444455556666:user/c is not authorized to perform: sts:AssumeRole on ") + kRole;
  const Case cases[] = {
      {"denied", Refused(403, "AccessDenied", refusal), false, Code::kDenied,
       "arn:aws:iam::444455556666:user/c (the keys from profile", 1},
      {"denied token", Refused(403, "AccessDenied", "Not authorized"), true, Code::kDenied, "the token from /var/run/token may not",
       1},
      {"expired keys", Refused(403, "ExpiredToken", kToken), false, Code::kAuth, "the session has expired", 1},
      {"expired token", Refused(400, "ExpiredTokenException", kJwt), true, Code::kAuth, "whatever writes its file must renew it",
       1},
      {"bad token", Refused(400, "InvalidIdentityToken", kJwt), true, Code::kAuth, "the token is not accepted", 1},
      {"unknown key", Refused(403, "InvalidClientTokenId"), false, Code::kAuth, "refused the keys from profile \"x\"", 1},
      {"wrong secret", Refused(403, "SignatureDoesNotMatch", kSecret), false, Code::kAuth, "the secret key does not belong", 1},
      {"repeats the secret", Refused(400, "ValidationError", std::string("no ") + kSecret + kToken), false, Code::kAuth,
       "no ......", 1},
      {"repeats the token", Refused(400, "ValidationError", std::string("no ") + kJwt), true, Code::kAuth, "no ...", 1},
      {"throttled", Refused(400, "Throttling"), false, Code::kUnavailable, "after 3 attempts", 3},
      {"down", ScriptedServer::Reply(500, kSecret), false, Code::kUnavailable, "answered HTTP 500 after 3 attempts", 3},
      {"nonsense", ScriptedServer::Reply(200, kSecret), false, Code::kAuth, "the answer is none of STS", 3},
      {"too large", ScriptedServer::Reply(200, std::string(65537, 'x')), false, Code::kAuth, "", 1},
      {"elsewhere", ScriptedServer::Reply(307, "", "Location: http://127.0.0.1:9/\r\n"), false, Code::kUnavailable, "HTTP 307", 1},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({c.answer})};
    CredentialOptions options = Options(server.Url());
    options.attempts.most = 3;
    const Result<Credentials> found = Ask(options, Role(), c.web_identity);
    ASSERT_FALSE(found.ok()) << c.name;
    EXPECT_EQ(found.status().code(), c.code) << c.name << ": " << found.status().message();
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << c.name << ": " << found.status().message();
    EXPECT_NE(found.status().message().find(kRole), std::string::npos) << c.name << ": " << found.status().message();
    EXPECT_EQ(server.requests().size(), c.requests) << c.name;
    ExpectNoSecret(found.status().message());
  }
}

TEST(Sts, NobodyThere) {
  int port;
  {
    ScriptedServer gone{InTurn({Good()})};
    port = gone.port();
  }
  const Result<Credentials> found = Ask(Options("http://127.0.0.1:" + std::to_string(port)));
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.status().code(), Code::kUnavailable);
  EXPECT_NE(found.status().message().find("after 4 attempts"), std::string::npos) << found.status().message();
}

TEST(Sts, NothingIsSentForWhatCannotBe) {
  ScriptedServer server{InTurn({Good()})};
  RoleRequest role = Role();
  role.arn = "rea\tder";
  const Result<Credentials> found = Ask(Options(server.Url()), role);
  EXPECT_EQ(found.status().code(), Code::kInvalid);
  EXPECT_EQ(found.status().message(), "\"rea der\" is no ARN of a role; write it as arn:aws:iam::123456789012:role/name");
  EXPECT_EQ(Ask(Options("sts.example")).status().code(), Code::kInvalid);
  EXPECT_TRUE(server.requests().empty());
}

TEST(Sts, AWrongClockIsCorrectedOnce) {
  const std::string date = "Date: Tue, 24 Nov 2026 09:30:00 GMT\r\n";
  const Answer skewed = Refused(403, "SignatureDoesNotMatch", "Signature expired: 20261124T080000Z is now earlier", date);
  {
    ScriptedServer server{InTurn({skewed, Good(date)})};
    const Result<Credentials> found = Ask(Options(server.Url()));
    ASSERT_TRUE(found.ok()) << found.status().message();
    ASSERT_EQ(server.requests().size(), 2u);
    EXPECT_EQ(server.requests()[0].headers.at("x-amz-date"), "20261124T080000Z");
    EXPECT_EQ(server.requests()[1].headers.at("x-amz-date"), "20261124T093000Z");
    // Told in our time, which is an hour and a half behind.
    EXPECT_EQ(found->expires, ParseIsoTime("2026-11-24T07:30:00Z"));
  }
  {
    ScriptedServer server{InTurn({skewed})};
    const Result<Credentials> found = Ask(Options(server.Url()));
    EXPECT_EQ(found.status().code(), Code::kAuth);
    EXPECT_EQ(server.requests().size(), 2u);
  }
}

TEST(Sts, TheEndOfTheClientAnswers) {
  struct Case {
    const char* name;
    Answer answer;
  };
  const Case cases[] = {{"waiting for the answer", {"", false, false, true}},
                        {"waiting for the next attempt", ScriptedServer::Reply(503, "")}};
  for (const Case& c : cases) {
    std::promise<void> arrived;
    std::once_flag once;
    ScriptedServer server([&](const Request&) {
      std::call_once(once, [&] { arrived.set_value(); });
      return c.answer;
    });
    CredentialOptions options = Options(server.Url());
    options.attempts.first_pause = options.attempts.longest_pause = std::chrono::hours(1);
    std::promise<Code> code;
    {
      HttpClient http;
      AssumeRole(http, options, Role(), Caller(), [&](Result<Credentials> result) { code.set_value(result.status().code()); });
      arrived.get_future().wait();
    }
    EXPECT_EQ(code.get_future().get(), Code::kCancelled) << c.name;
  }
}

}  // namespace
}  // namespace trailsift
