#include "aws/sts_xml.h"

#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

std::string Answer(const std::string& credentials, const std::string& action = "AssumeRole") {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action + "Result><Credentials>" +
         credentials + "</Credentials><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser></" + action + "Result></" + action +
         "Response>";
}

constexpr char kAccess[] = "<AccessKeyId>ASIA1</AccessKeyId>";
constexpr char kSecret[] = "<SecretAccessKey>a/b+c=</SecretAccessKey>";
constexpr char kToken[] = "<SessionToken>\n tok==\n</SessionToken>";
constexpr char kExpires[] = "<Expiration>2030-01-02T03:04:05Z</Expiration>";

TEST(StsXml, Answers) {
  const std::string whole = std::string(kAccess) + kSecret + kToken + kExpires;
  for (const char* action : {"AssumeRole", "AssumeRoleWithWebIdentity"}) {
    const Result<StsAnswer> answer = ParseStsAnswer("<?xml version=\"1.0\"?>\n" + Answer(whole, action));
    ASSERT_TRUE(answer.ok()) << action << ": " << answer.status().message();
    EXPECT_EQ(answer->keys.access_key, "ASIA1");
    EXPECT_EQ(answer->keys.secret_key, "a/b+c=");
    EXPECT_EQ(answer->keys.session_token, "tok==");
    EXPECT_EQ(answer->expires, ParseIsoTime("2030-01-02T03:04:05Z"));
  }
}

TEST(StsXml, Refused) {
  const std::string keys = std::string(kAccess) + kSecret + kToken;
  struct Case {
    std::string text;
    const char* message;
  };
  const Case cases[] = {
      {"", "the answer is none of STS"},
      {"<html>", "the answer is none of STS"},
      {"<html></html>", "the answer is none of STS"},
      {Answer(keys + kExpires).substr(0, 200), "the answer is none of STS"},
      {"<AssumeRoleResponse/>", "the answer is none of STS"},
      {"<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>", "the answer is none of STS"},
      {"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", "the answer is none of STS"},
      {Answer(""), "holds no usable keys"},
      {Answer(std::string(kSecret) + kToken + kExpires), "holds no usable keys"},
      {Answer(std::string(kAccess) + kToken + kExpires), "holds no usable keys"},
      {Answer(std::string(kAccess) + kSecret + kExpires), "holds no usable keys"},
      {Answer(std::string(kAccess) + kSecret + "<SessionToken>a\r\nb: c</SessionToken>" + kExpires), "holds no usable keys"},
      {Answer(std::string(kAccess) + kSecret + "<SessionToken>" + std::string(8193, 't') + "</SessionToken>" + kExpires),
       "holds no usable keys"},
      {Answer(keys), "does not say when the keys expire"},
      {Answer(keys + "<Expiration>soon</Expiration>"), "does not say when the keys expire"},
  };
  for (const Case& c : cases) {
    const Result<StsAnswer> answer = ParseStsAnswer(c.text);
    ASSERT_FALSE(answer.ok()) << c.text;
    EXPECT_EQ(answer.status().code(), Code::kCorrupt) << c.text;
    EXPECT_NE(answer.status().message().find(c.message), std::string::npos) << answer.status().message();
    EXPECT_EQ(answer.status().message().find("a/b+c="), std::string::npos);
  }
}

}  // namespace
}  // namespace trailsift
