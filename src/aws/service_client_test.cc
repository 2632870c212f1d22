// A service as a server that misbehaves to order. Ones that check signatures and policies are in tests/integration.
#include "aws/service_client.h"

#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;

constexpr char kSecret[] = "hunter2hunter2";

Answer Refused(int status, const std::string& code, const std::string& message = "m", const std::string& headers = "") {
  return ScriptedServer::Reply(status, R"({"__type":"com.amazonaws.sqs#)" + code + R"(","message":")" + message + "\"}", headers);
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

ServiceClientOptions Options(const std::string& endpoint) {
  ServiceClientOptions options;
  options.service = "sqs";
  options.endpoint_suffix = "SQS";
  options.service_endpoint = endpoint;
  options.region = "eu-west-1";
  options.credentials.environment = FakeEnvironment({});
  options.credentials.access_key = "AKIDEXAMPLE";
  options.credentials.secret_key = kSecret;
  options.credentials.clock = [] { return *ParseIsoTime("2026-11-24T08:00:00Z"); };
  options.attempts.most = 3;
  options.attempts.first_pause = std::chrono::milliseconds(1);
  options.attempts.longest_pause = std::chrono::milliseconds(4);
  return options;
}

ServiceRequest Receive() {
  ServiceRequest request;
  request.target = "AmazonSQS.ReceiveMessage";
  request.body = R"({"QueueUrl":"q"})";
  request.subject = "queue trail";
  request.permission = "sqs:ReceiveMessage on arn:aws:sqs:*:*:trail";
  return request;
}

std::string HeaderOf(const Request& request, const std::string& name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

TEST(ServiceClient, WhatIsSent) {
  struct Case {
    const char* endpoint_path;
    const char* target;
    const char* path;
    const char* url;
  };
  const Case cases[] = {
      {"", "AmazonSQS.ReceiveMessage", "/", "/"},
      {"/below", "AmazonSQS.ReceiveMessage", "/", "/below"},
      {"", "", "/findings/list", "/findings/list"},
      {"/below/", "", "/findings/list", "/below/findings/list"},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({ScriptedServer::Reply(200, "{\"a\":1}")})};
    auto client = ServiceClient::Create(Options(server.Url(c.endpoint_path)));
    ASSERT_TRUE(client.ok()) << client.status().message();
    ServiceRequest request = Receive();
    request.target = c.target;
    request.path = c.path;
    const Result<std::string> answer = (*client)->Ask(request);
    ASSERT_TRUE(answer.ok()) << answer.status().message();
    EXPECT_EQ(*answer, "{\"a\":1}");
    const std::vector<Request> requests = server.requests();
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].target, c.url);
    EXPECT_EQ(requests[0].body, request.body);
    EXPECT_EQ(HeaderOf(requests[0], "x-amz-target"), c.target);
    EXPECT_EQ(HeaderOf(requests[0], "content-type"), "application/x-amz-json-1.0");
    EXPECT_EQ(HeaderOf(requests[0], "x-amz-date"), "20261124T080000Z");
    EXPECT_NE(HeaderOf(requests[0], "authorization").find("Credential=AKIDEXAMPLE/20261124/eu-west-1/sqs/aws4_request"),
              std::string::npos);
  }
}

TEST(ServiceClient, WhereItAsks) {
  struct Case {
    const char* endpoint;
    std::map<std::string, std::string> environment;
    const char* region;  // of the options
    const char* expected_region;
    const char* place;  // in a message
  };
  const Case cases[] = {
      {"http://127.0.0.1:1", {}, "eu-west-1", "eu-west-1", "http://127.0.0.1:1"},
      {"",
       {{"AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1"}, {"AWS_ENDPOINT_URL", "http://127.0.0.2:1"}},
       "",
       "us-east-1",
       "http://127.0.0.1:1"},
      {"",
       {{"AWS_ENDPOINT_URL_S3", "http://127.0.0.2:1"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:1/x"}, {"AWS_REGION", "eu-north-1"}},
       "",
       "eu-north-1",
       "http://127.0.0.1:1/x"},
  };
  for (const Case& c : cases) {
    ServiceClientOptions options = Options(c.endpoint);
    options.credentials.environment = FakeEnvironment(c.environment);
    options.region = c.region;
    options.attempts.most = 1;
    auto client = ServiceClient::Create(options);
    ASSERT_TRUE(client.ok()) << client.status().message();
    EXPECT_EQ((*client)->region(), c.expected_region);
    const Result<std::string> answer = (*client)->Ask(Receive());
    EXPECT_EQ(answer.status().code(), Code::kUnavailable);
    EXPECT_EQ(answer.status().message().find(std::string("queue trail: ") + c.place + ": "), 0u) << answer.status().message();
  }
}

TEST(ServiceClient, CannotBe) {
  ServiceClientOptions options = Options("ftp://x");
  EXPECT_EQ(ServiceClient::Create(options).status().code(), Code::kInvalid);
  options = Options("http://127.0.0.1:1/?x=y");
  EXPECT_EQ(ServiceClient::Create(options).status().code(), Code::kInvalid);
  options = Options("http://127.0.0.1:1");
  options.region = "a.b";
  EXPECT_EQ(ServiceClient::Create(options).status().code(), Code::kInvalid);
  options = Options("http://127.0.0.1:1");
  options.credentials.access_key.clear();
  options.credentials.secret_key.clear();
  options.credentials.profile = "absent";
  EXPECT_EQ(ServiceClient::Create(options).status().code(), Code::kNotFound);
}

TEST(ServiceClient, WhatBecomesOfFailures) {
  struct Case {
    const char* what;
    std::deque<Answer> answers;
    Code code;
    std::size_t requests;
    const char* words;  // in the message
  };
  const Answer good = ScriptedServer::Reply(200, "{}");
  const Case cases[] = {
      {"busy, then well", {Refused(503, "ServiceUnavailable"), Refused(400, "ThrottlingException"), good}, Code::kOk, 3, ""},
      {"busy for good",
       {Refused(500, "InternalFailure", "oops")},
       Code::kUnavailable,
       3,
       "HTTP 500 InternalFailure: oops after 3 attempts"},
      {"throttled for good", {Refused(400, "RequestThrottled")}, Code::kUnavailable, 3, "RequestThrottled"},
      {"no such queue", {Refused(400, "QueueDoesNotExist")}, Code::kNotFound, 1, "not there; check its name"},
      {"may not",
       {Refused(403, "AccessDeniedException")},
       Code::kDenied,
       1,
       "of the configuration need sqs:ReceiveMessage on arn:aws:sqs:*:*:trail"},
      {"may not, without a body", {ScriptedServer::Reply(403, "")}, Code::kDenied, 1, "need sqs:ReceiveMessage"},
      {"keys not known", {Refused(403, "UnrecognizedClientException")}, Code::kAuth, 1, "not known there"},
      {"another refusal",
       {Refused(400, "InvalidParameterValue", "no\\nway")},
       Code::kInvalid,
       1,
       "HTTP 400 InvalidParameterValue: no way"},
      {"a wrong clock, corrected",
       {Refused(400, "InvalidSignatureException", "m", "Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n"), good},
       Code::kOk,
       2,
       ""},
      {"a wrong clock that stays",
       {Refused(400, "InvalidSignatureException", "m", "Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n")},
       Code::kAuth,
       2,
       "this machine's clock is wrong"},
      {"a wrong secret key",
       {Refused(400, "InvalidSignatureException", "m", "Date: Tue, 24 Nov 2026 08:00:01 GMT\r\n")},
       Code::kAuth,
       1,
       "does not belong to the access key"},
      {"the code in a header",
       {ScriptedServer::Reply(400, R"({"message":"gone"})", "x-amzn-ErrorType: ResourceNotFoundException:http://x/\r\n")},
       Code::kNotFound,
       1,
       "not there"},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn(c.answers)};
    auto client = ServiceClient::Create(Options(server.Url("")));
    ASSERT_TRUE(client.ok());
    const Result<std::string> answer = (*client)->Ask(Receive());
    EXPECT_EQ(answer.status().code(), c.code) << c.what << ": " << answer.status().message();
    EXPECT_NE(answer.status().message().find(c.words), std::string::npos) << c.what << ": " << answer.status().message();
    EXPECT_EQ(answer.status().message().find(kSecret), std::string::npos);
    EXPECT_EQ(server.requests().size(), c.requests) << c.what;
    const ServiceTraffic traffic = (*client)->traffic();
    ASSERT_EQ(traffic.requests.size(), 1u) << c.what;
    EXPECT_EQ(traffic.requests.begin()->second, c.requests) << c.what;
    EXPECT_EQ(traffic.retries, c.requests - 1) << c.what;
  }
}

TEST(ServiceClient, TheEndAnswersWhatIsUnderWay) {
  ScriptedServer server{InTurn({Refused(503, "ServiceUnavailable")})};
  ServiceClientOptions options = Options(server.Url(""));
  options.attempts.most = 100;
  options.attempts.first_pause = options.attempts.longest_pause = std::chrono::milliseconds(60'000);
  auto client = ServiceClient::Create(options);
  ASSERT_TRUE(client.ok());
  int answers = 0;
  Code code = Code::kOk;
  for (int i = 0; i < 3; ++i)
    (*client)->Send(Receive(), [&](const Result<std::string>& answer) {
      ++answers;
      code = answer.status().code();
    });
  *client = nullptr;
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(code, Code::kCancelled);
}

}  // namespace
}  // namespace trailsift
