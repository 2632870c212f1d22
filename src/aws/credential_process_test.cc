#include "aws/credential_process.h"

#include <gtest/gtest.h>

#include <future>

#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

const Millis kNow = *ParseIsoTime("2026-11-24T08:00:00Z");

TEST(CredentialProcess, Answers) {
  struct Case {
    const char* text;
    const char* token;
    std::optional<Millis> expires;
  };
  const Case cases[] = {
      {R"({"Version":1,"AccessKeyId":"AK","SecretAccessKey":"SK"})", "", std::nullopt},
      {"{\n \"Version\": 1, \"AccessKeyId\": \"AK\", \"SecretAccessKey\": \"SK\", \"SessionToken\": \"T\",\n \"Expiration\": "
       "\"2026-11-24T09:00:00+00:00\", \"AccountId\": \"1\"}\n",
       "T", kNow + kHour},
  };
  for (const Case& c : cases) {
    const Result<Credentials> found = ParseProcessAnswer(c.text, kNow, "source");
    ASSERT_TRUE(found.ok()) << found.status().message();
    EXPECT_EQ(found->keys.access_key, "AK");
    EXPECT_EQ(found->keys.secret_key, "SK");
    EXPECT_EQ(found->keys.session_token, c.token);
    EXPECT_EQ(found->expires, c.expires);
    EXPECT_EQ(found->source, "source");
  }
}

TEST(CredentialProcess, Refused) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"", "no JSON object"},
      {"hunter2", "no JSON object"},
      {R"({"AccessKeyId":"AK","SecretAccessKey":"hunter2"})", "not of \"Version\": 1"},
      {R"({"Version":2,"AccessKeyId":"AK","SecretAccessKey":"hunter2"})", "not of \"Version\": 1"},
      {R"({"Version":1,"AccessKeyId":"AK"})", "prints no keys"},
      {R"({"Version":1,"SecretAccessKey":"hunter2"})", "prints no keys"},
      {R"({"Version":1,"AccessKeyId":"AK","SecretAccessKey":"hunter2","Expiration":"soon"})", "Expiration is no time"},
      {R"({"Version":1,"AccessKeyId":"AK","SecretAccessKey":"hunter2","Expiration":"2026-11-24T08:00:00Z"})", "have expired"},
  };
  for (const Case& c : cases) {
    const Result<Credentials> found = ParseProcessAnswer(c.text, kNow, "source");
    ASSERT_FALSE(found.ok()) << c.text;
    EXPECT_EQ(found.status().code(), Code::kAuth);
    EXPECT_NE(found.status().message().find(c.message), std::string::npos) << found.status().message();
    EXPECT_EQ(found.status().message().find("hunter2"), std::string::npos);
  }
}

TEST(CredentialProcess, Runs) {
  TempFiles files;
  const std::string answer = files.Write("an answer", R"({"Version":1,"AccessKeyId":"AK","SecretAccessKey":"SK"})");
  struct Case {
    std::string line;
    Code code;
    const char* message;
  };
  const Case cases[] = {
      {"cat \"" + answer + '"', Code::kOk, ""},
      {"cat '" + answer, Code::kInvalid, "source: a quote that is not closed"},
      {"cat /nonexistent/hunter2", Code::kAuth, "source: cat: ended with code 1"},
      {"echo hunter2", Code::kAuth, "source: what the program prints is no JSON object"},
  };
  for (const Case& c : cases) {
    HttpClient http;
    auto promise = std::make_shared<std::promise<Result<Credentials>>>();
    FetchProcessCredentials(
        http, c.line, "source", {}, [] { return kNow; },
        [promise](Result<Credentials> result) { promise->set_value(std::move(result)); });
    const Result<Credentials> found = promise->get_future().get();
    EXPECT_EQ(found.status().code(), c.code) << c.line;
    EXPECT_EQ(found.status().message(), c.message) << c.line;
  }
}

}  // namespace
}  // namespace trailsift
