// Keys that clients share, against an STS that answers to order.
#include "aws/client_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "aws/credential_pool.h"
#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Request = ScriptedServer::Request;

// A new session with each answer.
ScriptedServer::Answer Session(const Request& request) {
  return ScriptedServer::Reply(200, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA" +
                                        std::to_string(request.number) +
                                        "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                                        "<Expiration>2026-11-24T09:00:00Z</Expiration></Credentials></AssumeRoleResult>"
                                        "</AssumeRoleResponse>");
}

CredentialOptions Options(const ScriptedServer& server, const std::shared_ptr<CredentialPool>& pool) {
  CredentialOptions options;
  options.environment = FakeEnvironment({});
  options.access_key = "AK";
  options.secret_key = "SK";
  options.role_arn = "arn:aws:iam::111122223333:role/reader";
  options.sts_endpoint = server.Url();
  options.attempts.first_pause = options.attempts.longest_pause = std::chrono::milliseconds(1);
  options.clock = [] { return *ParseIsoTime("2026-11-24T08:00:00Z"); };
  options.pool = pool;
  return options;
}

// As the clients of S3 and of the services hold the two.
struct Client {
  explicit Client(const CredentialOptions& options) : keys(http, options) {}
  ~Client() { keys.Cancel(); }

  std::future<Result<Credentials>> Ask() {
    auto promise = std::make_shared<std::promise<Result<Credentials>>>();
    keys.Get([promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  Result<Credentials> Renew(const Credentials& rejected) {
    auto promise = std::make_shared<std::promise<Result<Credentials>>>();
    keys.Renew(rejected, [promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
    return promise->get_future().get();
  }

  HttpClient http{HttpOptions()};
  ClientKeys keys;
};

TEST(ClientKeys, OneRoleIsAssumedOnceForAllWhoShare) {
  ScriptedServer server(Session);
  const auto pool = std::make_shared<CredentialPool>();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<Client>(Options(server, pool)));
  std::vector<std::future<Result<Credentials>>> answers;
  for (const auto& client : clients) answers.push_back(client->Ask());
  for (auto& answer : answers) {
    const Result<Credentials> keys = answer.get();
    ASSERT_TRUE(keys.ok()) << keys.status().message();
    EXPECT_EQ(keys->keys.access_key, "ASIA1");
  }
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(pool->traffic().requests, (std::map<std::string, std::uint64_t>{{"AssumeRole", 1}}));
}

TEST(ClientKeys, WhoeverAsksInAnotherWayGetsOthers) {
  ScriptedServer server(Session);
  const auto pool = std::make_shared<CredentialPool>();
  const auto alone = [&](const std::function<void(CredentialOptions&)>& change) {
    CredentialOptions options = Options(server, pool);
    change(options);
    return Client(options).Ask().get()->keys.access_key;
  };
  EXPECT_EQ(alone([](CredentialOptions&) {}), "ASIA1");
  EXPECT_EQ(alone([](CredentialOptions&) {}), "ASIA1");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.role_arn += '2'; }), "ASIA2");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.role_duration = 900; }), "ASIA3");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.external_id = "x"; }), "ASIA4");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.secret_key = "SK2"; }), "ASIA5");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.pool = nullptr; }), "ASIA6");
  EXPECT_EQ(alone([](CredentialOptions& o) { o.pool = std::make_shared<CredentialPool>(); }), "ASIA7");
}

TEST(ClientKeys, WhatOneHasRenewedTheOthersGet) {
  ScriptedServer server(Session);
  const auto pool = std::make_shared<CredentialPool>();
  Client one(Options(server, pool));
  Client two(Options(server, pool));
  const Result<Credentials> old = one.Ask().get();
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(one.Renew(*old)->keys.access_key, "ASIA2");
  EXPECT_EQ(two.Renew(*old)->keys.access_key, "ASIA2");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(ClientKeys, AClientThatEndsIsAnsweredTheOthersWaitOn) {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  ScriptedServer server([gone](const Request& request) {
    gone.wait();
    return Session(request);
  });
  const auto pool = std::make_shared<CredentialPool>();
  Client other(Options(server, pool));
  std::future<Result<Credentials>> patient;
  {
    Client first(Options(server, pool));
    std::future<Result<Credentials>> asked = first.Ask();
    patient = other.Ask();
    first.keys.Cancel();
    EXPECT_EQ(asked.get().status().code(), Code::kCancelled);
    EXPECT_EQ(first.Ask().get().status().code(), Code::kCancelled);
  }
  go.set_value();
  const Result<Credentials> keys = patient.get();
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientKeys, ThePoolEndsWithItsClientsWhileStsIsSilent) {
  ScriptedServer server([](const Request&) {
    ScriptedServer::Answer silent;
    silent.stall = true;
    return silent;
  });
  std::future<Result<Credentials>> asked;
  {
    Client client(Options(server, std::make_shared<CredentialPool>()));
    asked = client.Ask();
  }
  EXPECT_EQ(asked.get().status().code(), Code::kCancelled);
}

TEST(ClientKeys, RetriesAreCounted) {
  ScriptedServer server(
      [](const Request& request) { return request.number < 3 ? ScriptedServer::Reply(503, "") : Session(request); });
  const auto pool = std::make_shared<CredentialPool>();
  EXPECT_TRUE(Client(Options(server, pool)).Ask().get().ok());
  EXPECT_EQ(pool->traffic().requests.at("AssumeRole"), 3u);
  EXPECT_EQ(pool->traffic().retries, 2u);
}

}  // namespace
}  // namespace trailsift
