// The client against a server that misbehaves to order. Real servers, which check signatures, are in tests/integration.
#include "aws/s3.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <latch>

#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;
using Values = std::map<std::string, std::string>;

constexpr char kSecret[] = "hunter2hunter2";
constexpr char kToken[] = "tokentokentoken";

S3Options Options(const ScriptedServer& server) {
  S3Options options;
  options.bucket = "trail";
  options.service_endpoint = server.Url();
  options.credentials.environment = FakeEnvironment({{"HOME", "/nonexistent"},
                                                     {"AWS_EC2_METADATA_DISABLED", "true"},
                                                     {"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                                     {"AWS_SECRET_ACCESS_KEY", kSecret},
                                                     {"AWS_SESSION_TOKEN", kToken}});
  options.attempts.first_pause = std::chrono::milliseconds(1);
  options.attempts.longest_pause = std::chrono::milliseconds(4);
  return options;
}

std::unique_ptr<S3Client> Make(S3Options options) {
  Result<std::unique_ptr<S3Client>> client = S3Client::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status().message();
  return client.ok() ? std::move(client).value() : nullptr;
}

Answer Error(int status, const std::string& code, const std::string& more = "", const std::string& headers = "") {
  return ScriptedServer::Reply(status, "<Error><Code>" + code + "</Code><Message>m</Message>" + more + "</Error>", headers);
}

std::string Page(const std::string& content, const std::string& next = "") {
  return "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>" + std::string(next.empty() ? "false" : "true") +
         "</IsTruncated>" + (next.empty() ? "" : "<NextContinuationToken>" + next + "</NextContinuationToken>") + content +
         "</ListBucketResult>";
}

std::string Object(const std::string& key) { return "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>"; }

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

void ExpectNoSecret(const std::string& text) {
  EXPECT_EQ(text.find(kSecret), std::string::npos) << text;
  EXPECT_EQ(text.find(kToken), std::string::npos) << text;
}

TEST(S3, FaultsThatPass) {
  const Answer good = ScriptedServer::Reply(200, "content");
  struct Case {
    const char* name;
    Answer fault;
  };
  const Case cases[] = {
      {"503", ScriptedServer::Reply(503, "")},
      {"SlowDown", Error(503, "SlowDown")},
      {"500", Error(500, "InternalError")},
      {"429", ScriptedServer::Reply(429, "", "Retry-After: 1000\r\n")},  // bounded by the longest pause
      {"ThrottlingException", Error(400, "ThrottlingException")},
      {"RequestTimeout", Error(400, "RequestTimeout")},
      {"reset", {"", false, true}},
      {"closed", {"", true}},
      {"cut body", {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncont", true}},
      {"reset in the body", {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncont", false, true}},
      {"short without a length", {"HTTP/1.1 200 OK\r\n\r\ncont", true}},
      {"cut error", {"HTTP/1.1 503 X\r\nContent-Length: 50\r\n\r\n<Error><Code>Slow", true}},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({c.fault, c.fault, good})};
    const auto client = Make(Options(server));
    const Result<std::string> content = client->Get("k", 7);
    ASSERT_TRUE(content.ok()) << c.name << ": " << content.status().message();
    EXPECT_EQ(*content, "content") << c.name;
    EXPECT_EQ(client->counters().get_requests, 3u) << c.name;
    EXPECT_EQ(client->counters().retries, 2u) << c.name;
    EXPECT_EQ(client->counters().list_requests, 0u) << c.name;
  }
}

TEST(S3, KeysOfTheObjectsReadAreTold) {
  const std::string header = "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id: ";
  ScriptedServer server{
      InTurn({ScriptedServer::Reply(200, "a", header + "arn:one\r\n"), ScriptedServer::Reply(200, "b"),
              ScriptedServer::Reply(200, "c", header + "arn:one\r\n"), ScriptedServer::Reply(403, "", header + "arn:refused\r\n"),
              ScriptedServer::Reply(200, "d", header + "arn:two\r\n")})};
  const auto client = Make(Options(server));
  EXPECT_TRUE(client->TakeKeys().empty());
  EXPECT_TRUE(client->Get("a").ok());
  EXPECT_TRUE(client->Get("b").ok());
  EXPECT_TRUE(client->Get("c").ok());
  EXPECT_EQ(client->TakeKeys(), std::vector<std::string>{"arn:one"});
  EXPECT_FALSE(client->Get("d").ok());
  EXPECT_TRUE(client->TakeKeys().empty());
  EXPECT_TRUE(client->Get("d").ok());
  EXPECT_EQ(client->TakeKeys(), std::vector<std::string>{"arn:two"});
}

TEST(S3, FaultsThatStay) {
  struct Case {
    const char* name;
    Answer fault;
    Code code;
    std::size_t requests;
    const char* message;
  };
  const Case cases[] = {
      {"busy", Error(503, "SlowDown"), Code::kUnavailable, 3, "answered HTTP 503 SlowDown: m after 3 attempts"},
      {"cut",
       {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ncont", true},
       Code::kUnavailable,
       3,
       "the connection was closed after 4 of 7 bytes after 3 attempts"},
      {"short", {"HTTP/1.1 200 OK\r\n\r\ncont", true}, Code::kUnavailable, 3, "s3://trail/k: the answer ended after 4 of 7 bytes"},
      {"gone", Error(404, "NoSuchKey"), Code::kNotFound, 1, "s3://trail/k: not there any more"},
      {"no bucket", Error(404, "NoSuchBucket"), Code::kUnavailable, 1, "no bucket \"trail\""},
      {"denied", Error(403, "AccessDenied"), Code::kDenied, 1, "need s3:GetObject on arn:aws:s3:::trail/k"},
      // Keys are looked up anew, found to be the same, and not tried again.
      {"expired", Error(400, "ExpiredToken", std::string("<Token-0>") + kToken + "</Token-0>"), Code::kAuth, 1,
       "from the environment"},
      {"signature", Error(403, "SignatureDoesNotMatch"), Code::kAuth, 1, "the secret key does not belong to the access key"},
      {"unknown key", Error(403, "InvalidAccessKeyId"), Code::kAuth, 1, "the access key is not known"},
      {"skew for ever", Error(403, "RequestTimeTooSkewed", "", "Date: Tue, 24 Nov 2026 08:34:17 GMT\r\n"), Code::kAuth, 2,
       "set the clock"},
      {"region for ever", Error(301, "PermanentRedirect"), Code::kUnavailable, 1, "sends us elsewhere"},
      {"nonsense", ScriptedServer::Reply(418, "<html>"), Code::kUnavailable, 1, "answered HTTP 418"},
  };
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({c.fault})};
    S3Options options = Options(server);
    options.attempts.most = 3;
    const auto client = Make(options);
    const Result<std::string> content = client->Get("k", 7);
    ASSERT_FALSE(content.ok()) << c.name;
    EXPECT_EQ(content.status().code(), c.code) << c.name;
    EXPECT_NE(content.status().message().find(c.message), std::string::npos) << c.name << ": " << content.status().message();
    EXPECT_EQ(server.requests().size(), c.requests) << c.name;
    ExpectNoSecret(content.status().message());
  }
}

TEST(S3, AttemptsComeFromTheEnvironmentAndTheProfile) {
  TempFiles files;
  const std::string config = files.Write("config", "[default]\nmax_attempts = 4\n");
  struct Case {
    Values changed;
    std::size_t requests;
  };
  const Case cases[] = {{{}, 14},
                        {{{"AWS_CONFIG_FILE", config}}, 4},
                        {{{"AWS_CONFIG_FILE", config}, {"AWS_MAX_ATTEMPTS", "2"}}, 2},
                        {{{"AWS_MAX_ATTEMPTS", "many"}}, 14}};
  for (const Case& c : cases) {
    ScriptedServer server{InTurn({Error(503, "SlowDown")})};
    S3Options options = Options(server);
    Values values = {{"HOME", "/nonexistent"}, {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}};
    values.insert(c.changed.begin(), c.changed.end());
    options.credentials.environment = FakeEnvironment(values);
    EXPECT_FALSE(Make(options)->Get("k").ok());
    EXPECT_EQ(server.requests().size(), c.requests);
  }
}

TEST(S3, AnEndpointThatNeverAnsweredIsGivenUpSoon) {
  std::string url;
  {
    url = ScriptedServer([](const Request&) { return Answer{}; }).Url();
  }
  ScriptedServer unused([](const Request&) { return Answer{}; });
  S3Options options = Options(unused);
  options.service_endpoint = url;
  const auto client = Make(options);
  const Result<ListPage> page = client->List({});
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.status().code(), Code::kUnavailable);
  EXPECT_NE(page.status().message().find("s3://trail/: " + url), std::string::npos) << page.status().message();
  EXPECT_EQ(client->counters().list_requests, 4u);
}

TEST(S3, ListingQueryAndPages) {
  ScriptedServer server([](const Request& request) {
    if (request.target.find("continuation-token=t%2F%2B1") != std::string::npos) {
      return ScriptedServer::Reply(200, Page(Object("c") + "<CommonPrefixes><Prefix>d+e/</Prefix></CommonPrefixes>"));
    }
    return ScriptedServer::Reply(200, Page(Object("a") + Object("b+x"), "t/+1"));
  });
  const auto client = Make(Options(server));
  std::vector<std::string> keys;
  std::vector<std::string> prefixes;
  ListRequest request;
  request.prefix = "AWS Logs/";
  request.delimiter = "/";
  request.start_after = "AWS Logs/0";
  request.max_keys = 2;
  const auto gather = [&](ListPage& page) {
    for (const S3Object& object : page.objects) keys.push_back(object.key);
    for (const std::string& prefix : page.common_prefixes) prefixes.push_back(prefix);
    return true;
  };
  const Status status = client->ListAll(request, gather);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "b x", "c"}));
  EXPECT_EQ(prefixes, std::vector<std::string>{"d e/"});
  const std::vector<Request> requests = server.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].target,
            "/trail?delimiter=%2F&encoding-type=url&list-type=2&max-keys=2&prefix=AWS%20Logs%2F&start-after=AWS%20Logs%2F0");
  EXPECT_EQ(requests[1].target,
            "/trail?continuation-token=t%2F%2B1&delimiter=%2F&encoding-type=url&list-type=2&max-keys=2&prefix=AWS%20Logs%2F");
  for (const Request& seen : requests) {
    EXPECT_EQ(seen.headers.at("x-amz-security-token"), kToken);
    EXPECT_EQ(seen.headers.at("host"), "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_NE(seen.headers.at("authorization").find("/us-east-1/s3/aws4_request"), std::string::npos);
  }
  // The walk ends where the caller has enough.
  EXPECT_TRUE(client->ListAll(request, [](ListPage&) { return false; }).ok());
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(S3, BrokenListings) {
  const std::string whole = Page(Object("a"));
  const Answer cut = ScriptedServer::Reply(200, whole.substr(0, whole.size() / 2));
  {
    ScriptedServer server{
        InTurn({cut, ScriptedServer::Reply(200, "<Error><Code>InternalError</Code></Error>"), ScriptedServer::Reply(200, whole)})};
    const auto client = Make(Options(server));
    const Result<ListPage> page = client->List({});
    ASSERT_TRUE(page.ok()) << page.status().message();
    EXPECT_EQ(page->objects.size(), 1u);
    EXPECT_EQ(client->counters().list_requests, 3u);
  }
  {
    ScriptedServer server{InTurn({cut})};
    S3Options options = Options(server);
    options.attempts.most = 3;
    const auto client = Make(options);
    const Result<ListPage> page = client->List({"p/", "", "", "", 1000});
    ASSERT_FALSE(page.ok());
    EXPECT_EQ(page.status().code(), Code::kCorrupt);
    EXPECT_EQ(page.status().message().rfind("s3://trail/p/: the listing is broken: ", 0), 0u) << page.status().message();
    EXPECT_EQ(client->counters().list_requests, 3u);
  }
  {
    ScriptedServer server([](const Request&) { return ScriptedServer::Reply(200, Page(Object("a"), "same")); });
    const auto client = Make(Options(server));
    const Status status = client->ListAll({}, [](ListPage&) { return true; });
    EXPECT_EQ(status.code(), Code::kUnavailable);
    EXPECT_NE(status.message().find("does not advance"), std::string::npos);
  }
  {
    ScriptedServer server([](const Request&) {
      return Answer{"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kMaxListing + 1) + "\r\n\r\n<", true};
    });
    const Result<ListPage> page = Make(Options(server))->List({});
    ASSERT_FALSE(page.ok());
    EXPECT_EQ(page.status().code(), Code::kCorrupt);
  }
}

TEST(S3, TheServersClockIsTaken) {
  const Millis server_now = *ParseIsoTime("2026-11-24T08:34:17Z");
  ScriptedServer server([&](const Request& request) {
    if (request.headers.at("x-amz-date").substr(0, 11) == "20261124T08") return ScriptedServer::Reply(200, "content");
    return Error(403, "RequestTimeTooSkewed", "", "Date: Tue, 24 Nov 2026 08:34:17 GMT\r\n");
  });
  for (const Millis skew : {-3 * kDay, 3 * kDay}) {
    const std::size_t before = server.requests().size();
    S3Options options = Options(server);
    options.credentials.clock = [&] { return server_now + skew; };
    const auto client = Make(options);
    EXPECT_TRUE(client->Get("k").ok());
    EXPECT_TRUE(client->Get("k").ok());
    // The offset is kept: only the first was refused.
    EXPECT_EQ(server.requests().size() - before, 3u);
  }
}

TEST(S3, TheBucketsRegionIsFound) {
  struct Case {
    const char* name;
    Answer redirect;
  };
  const Case cases[] = {
      {"header", Error(301, "PermanentRedirect", "", "x-amz-bucket-region: eu-central-1\r\n")},
      {"endpoint", Error(301, "PermanentRedirect", "<Endpoint>trail.s3.eu-central-1.amazonaws.com</Endpoint>")},
      {"malformed", Error(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>")},
      {"denied", Error(403, "AccessDenied", "", "x-amz-bucket-region: eu-central-1\r\n")},
  };
  for (const Case& c : cases) {
    ScriptedServer server([&](const Request& request) {
      if (request.headers.at("authorization").find("/eu-central-1/s3/") != std::string::npos)
        return ScriptedServer::Reply(200, "content");
      return c.redirect;
    });
    const auto client = Make(Options(server));
    EXPECT_TRUE(client->Get("k").ok()) << c.name;
    EXPECT_TRUE(client->Get("k").ok()) << c.name;
    EXPECT_EQ(client->region(), "eu-central-1") << c.name;
    EXPECT_EQ(server.requests().size(), 3u) << c.name;
  }
  // Two servers that send us to each other are not followed for ever.
  ScriptedServer server([](const Request& request) {
    const bool a = request.headers.at("authorization").find("/us-east-1/s3/") != std::string::npos;
    return Error(301, "PermanentRedirect", "", a ? "x-amz-bucket-region: eu-west-1\r\n" : "x-amz-bucket-region: us-east-1\r\n");
  });
  const auto client = Make(Options(server));
  EXPECT_EQ(client->Get("k").status().code(), Code::kUnavailable);
  EXPECT_EQ(server.requests().size(), 4u);
}

// What looks for keys may miss a file of its own: that must not be taken for an object that is gone.
TEST(S3, AProgramThatIsGoneIsNoObjectThatIsGone) {
  TempFiles files;
  const std::string program =
      files.Write("give", "#!/bin/sh\nrm \"$0\"\necho '{\"Version\":1,\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"SK\"}'\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const std::string config = files.Write("config", "[default]\ncredential_process = " + program + "\n");
  ScriptedServer server([](const Request&) { return Error(400, "ExpiredToken"); });
  S3Options options = Options(server);
  options.credentials.environment =
      FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONFIG_FILE", config}, {"AWS_EC2_METADATA_DISABLED", "true"}});
  const auto client = Make(options);
  const Status failure = client->Get("k").status();
  EXPECT_EQ(failure.code(), Code::kAuth);
  EXPECT_NE(failure.message().find(program), std::string::npos) << failure.message();
  EXPECT_EQ(failure.message().rfind("s3://trail/k: ", 0), 0u) << failure.message();
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(S3, ExpiredKeysAreRenewedOnce) {
  std::atomic<int> given{0};
  ScriptedServer keys([&](const Request&) {
    return ScriptedServer::Reply(200, "{\"AccessKeyId\":\"AK" + std::to_string(++given) +
                                          "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}");
  });
  std::atomic<int> good{2};
  ScriptedServer server([&](const Request& request) {
    const bool accepted =
        request.headers.at("authorization").find("Credential=AK" + std::to_string(good) + "/") != std::string::npos;
    return accepted ? ScriptedServer::Reply(200, "content") : Error(400, "ExpiredToken");
  });
  S3Options options = Options(server);
  options.credentials.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_CONTAINER_CREDENTIALS_FULL_URI", keys.Url()}});
  std::atomic<Millis> now{NowMillis()};
  options.credentials.clock = [&] { return now.load(); };
  const auto client = Make(options);
  const Result<std::string> content = client->Get("k");
  EXPECT_TRUE(content.ok()) << content.status().message();
  EXPECT_EQ(keys.requests().size(), 2u);
  EXPECT_EQ(server.requests().size(), 2u);
  good = 100;
  now += kHour;
  const Result<std::string> refused = client->Get("k");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), Code::kAuth);
  EXPECT_NE(refused.status().message().find("container endpoint"), std::string::npos);
  EXPECT_EQ(keys.requests().size(), 3u);
  EXPECT_EQ(server.requests().size(), 4u);
  // The objects behind it are refused as well, with the reason, and the keys' server has its rest.
  for (int i = 0; i < 10; ++i) {
    const Status again = client->Get("k").status();
    EXPECT_NE(again.message().find("ExpiredToken"), std::string::npos) << again.message();
  }
  EXPECT_EQ(keys.requests().size(), 3u);
  EXPECT_EQ(server.requests().size(), 14u);
}

TEST(S3, NothingToDoWithoutKeys) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Reply(200, ""); });
  S3Options options = Options(server);
  options.credentials.environment = FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_DISABLED", "true"}});
  const Result<std::string> content = Make(options)->Get("k");
  ASSERT_FALSE(content.ok());
  EXPECT_EQ(content.status().code(), Code::kAuth);
  EXPECT_EQ(content.status().message().rfind("s3://trail/k: no AWS credentials found: ", 0), 0u) << content.status().message();
  EXPECT_TRUE(server.requests().empty());
}

TEST(S3, CreateRefuses) {
  ScriptedServer server([](const Request&) { return ScriptedServer::Reply(200, ""); });
  S3Options bucket = Options(server);
  bucket.bucket = "s3://trail";
  EXPECT_EQ(S3Client::Create(bucket).status().code(), Code::kInvalid);
  S3Options endpoint = Options(server);
  endpoint.service_endpoint = "s3.example.com";
  EXPECT_EQ(S3Client::Create(endpoint).status().code(), Code::kInvalid);
  S3Options region = Options(server);
  region.region = "evil.example.com/";
  EXPECT_EQ(S3Client::Create(region).status().code(), Code::kInvalid);
  S3Options profile = Options(server);
  profile.credentials.profile = "nobody";
  const Status status = S3Client::Create(profile).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("\"nobody\" in /nonexistent/.aws/credentials"), std::string::npos) << status.message();
}

TEST(S3, EndpointAndRegionByPrecedence) {
  TempFiles files;
  const std::string config = files.Write("config", "[default]\nregion = profile-region-1\n");
  ScriptedServer configured([](const Request&) { return ScriptedServer::Reply(200, "configured"); });
  ScriptedServer s3([](const Request&) { return ScriptedServer::Reply(200, "s3"); });
  ScriptedServer any([](const Request&) { return ScriptedServer::Reply(200, "any"); });
  struct Case {
    std::string service_endpoint;
    const char* hint;
    Values values;
    const char* answer;
    const char* region;
  };
  const Values both = {{"AWS_ENDPOINT_URL", any.Url()}, {"AWS_ENDPOINT_URL_S3", s3.Url()}};
  const Case cases[] = {
      {configured.Url(), "hint-1", both, "configured", "hint-1"},
      {"", "", both, "s3", "us-east-1"},
      {"", "", {{"AWS_ENDPOINT_URL", any.Url()}, {"AWS_CONFIG_FILE", config}}, "any", "profile-region-1"},
      {"",
       "",
       {{"AWS_ENDPOINT_URL", any.Url()}, {"AWS_CONFIG_FILE", config}, {"AWS_DEFAULT_REGION", "default-1"}},
       "any",
       "default-1"},
      {"",
       "",
       {{"AWS_ENDPOINT_URL", any.Url()}, {"AWS_DEFAULT_REGION", "default-1"}, {"AWS_REGION", "region-1"}},
       "any",
       "region-1"},
  };
  for (const Case& c : cases) {
    S3Options options = Options(configured);
    options.service_endpoint = c.service_endpoint;
    options.region = c.hint;
    Values values = {{"HOME", "/nonexistent"}, {"AWS_ACCESS_KEY_ID", "AK"}, {"AWS_SECRET_ACCESS_KEY", "SK"}};
    values.insert(c.values.begin(), c.values.end());
    options.credentials.environment = FakeEnvironment(values);
    const auto client = Make(options);
    EXPECT_EQ(client->Get("k").value(), c.answer);
    EXPECT_EQ(client->region(), c.region) << c.answer;
  }
}

TEST(S3, DeleteAndPut) {
  ScriptedServer server([](const Request& request) {
    if (request.target == "/trail/gone") return Error(404, "NoSuchKey");
    if (request.target == "/trail/kept") return Error(403, "AccessDenied");
    return Answer{"HTTP/1.1 204 No Content\r\n\r\n"};
  });
  const auto client = Make(Options(server));
  EXPECT_TRUE(client->Delete("a b").ok());
  EXPECT_TRUE(client->Delete("gone").ok());
  const Status kept = client->Delete("kept");
  EXPECT_EQ(kept.code(), Code::kDenied);
  EXPECT_NE(kept.message().find("s3:DeleteObject on arn:aws:s3:::trail/kept"), std::string::npos);
  EXPECT_TRUE(client->Put("new", "body").ok());
  const std::vector<Request> requests = server.requests();
  EXPECT_EQ(requests[0].method + requests[0].target, "DELETE/trail/a%20b");
  EXPECT_EQ(requests[3].method + requests[3].body, "PUTbody");
  EXPECT_EQ(requests[3].headers.at("x-amz-content-sha256"), Sha256Hex("body"));
  EXPECT_EQ(client->counters().delete_requests, 3u);
  EXPECT_EQ(client->counters().put_requests, 1u);
  // Without a key the bucket itself would be meant.
  EXPECT_EQ(client->Delete("").code(), Code::kInvalid);
  EXPECT_EQ(client->Get("").status().code(), Code::kInvalid);
  EXPECT_EQ(client->Put("", "x").code(), Code::kInvalid);
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST(S3, ManyInFlightEachAnsweredOnce) {
  ScriptedServer server([](const Request& request) {
    if (request.number % 3 == 0) return Error(503, "SlowDown");
    if (request.number % 7 == 0) return Answer{"", false, true};
    return ScriptedServer::Reply(200, request.target);
  });
  S3Options options = Options(server);
  options.parallel = 4;
  options.attempts.most = 50;
  const auto client = Make(options);
  constexpr int kCount = 200;
  std::latch done(kCount);
  std::atomic<int> right{0};
  for (int i = 0; i < kCount; ++i) {
    const std::string key = "k" + std::to_string(i);
    client->GetAsync(key, 0, [&, key](Result<std::string> content) {
      if (content.ok() && *content == "/trail/" + key) ++right;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(right, kCount);
  EXPECT_LE(server.most_at_once(), 4);
}

TEST(S3, TheEndAnswersWhatIsInFlight) {
  std::latch arrived(2);
  ScriptedServer server([&](const Request&) {
    arrived.count_down();
    return Answer{"", false, false, true};
  });
  S3Options options = Options(server);
  options.parallel = 2;
  auto client = Make(options);
  std::atomic<int> cancelled{0};
  for (int i = 0; i < 5; ++i) {
    client->GetAsync("k", 0, [&](Result<std::string> content) {
      if (content.status().code() == Code::kCancelled) ++cancelled;
    });
  }
  arrived.wait();
  client.reset();
  EXPECT_EQ(cancelled, 5);
}

TEST(S3, CancelEndsALongPause) {
  ScriptedServer server{InTurn({Error(503, "SlowDown")})};
  S3Options options = Options(server);
  options.attempts.first_pause = std::chrono::hours(1);
  options.attempts.longest_pause = std::chrono::hours(1);
  const auto client = Make(options);
  std::promise<Code> code;
  client->GetAsync("k", 0, [&](Result<std::string> content) { code.set_value(content.status().code()); });
  while (client->counters().bytes_received == 0) std::this_thread::yield();
  client->Cancel();
  EXPECT_EQ(code.get_future().get(), Code::kCancelled);
  EXPECT_EQ(client->List({}).status().code(), Code::kCancelled);
}

}  // namespace
}  // namespace trailsift
