#include "aws/profile.h"

#include <gtest/gtest.h>

#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

TEST(Ini, Reads) {
  const Result<IniFile> file = ParseIni(
      "\xEF\xBB\xBF# comment\n; another\n\n[default]\r\naws_access_key_id = AK\r\n  AWS_Secret_Access_Key=a=b#c/+\n"
      "region = eu-west-1 # where\n[profile x]\ns3 =\n  addressing_style = path\n\tmax = 1\noutput=json ;x\n[ y ]\nempty "
      "=\n[default]\nmore = 1\n"
      "[indented]\n  a = 1\n  b = 2\n    c = 3\n"
      "[program]\ncredential_process = sh -c 'a ; b # c'\n",
      "f");
  ASSERT_TRUE(file.ok()) << file.status().message();
  const IniFile expected = {{"default", {{"aws_access_key_id", "AK"}, {"region", "eu-west-1"}, {"more", "1"}}},
                            {"profile x", {{"s3", ""}, {"s3.addressing_style", "path"}, {"s3.max", "1"}, {"output", "json"}}},
                            {"y", {{"empty", ""}}},
                            {"indented", {{"a", "1"}, {"b", "2"}}},
                            {"program", {{"credential_process", "sh -c 'a ; b # c'"}}}};
  // A line further in than the setting above belongs to that setting.
  EXPECT_EQ(*file, expected);
}

TEST(Ini, BrokenLinesAreNamedNotRepeated) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"[a]\nsecretsecret\n", "f:2: neither [section], name = value nor # comment"},
      {"[a]\n= secretsecret\n", "f:2: neither [section], name = value nor # comment"},
      {"\nx = secretsecret\n", "f:2: a setting before the first [section]"},
      {"[secretsecret\n", "f:1: a section without ]"},
  };
  for (const Case& c : cases) {
    const Result<IniFile> file = ParseIni(c.text, "f");
    ASSERT_FALSE(file.ok()) << c.text;
    EXPECT_EQ(file.status().code(), Code::kInvalid);
    EXPECT_EQ(file.status().message(), c.message);
  }
}

TEST(Profile, SharedFiles) {
  TempFiles files;
  const std::string credentials = files.Write("credentials",
                                              "[default]\naws_access_key_id=AKD\naws_secret_access_key=SKD\n"
                                              "[x]\naws_access_key_id=AKX\naws_secret_access_key=SKX\naws_session_token=TX\n"
                                              "[half]\naws_access_key_id=AKH\n");
  const std::string config =
      files.Write("config",
                  "[default]\nregion=us-west-2\n[profile x]\nregion=eu-west-1\naws_access_key_id=OTHER\n"
                  "aws_secret_access_key=OTHER\nmax_attempts=3\n[x]\nregion=wrong\n[profile onlyconfig]\n"
                  "aws_access_key_id=AKC\naws_secret_access_key=SKC\n[profile role]\nrole_arn=arn:x\nsource_profile=x\n"
                  "[profile login]\nlogin_session=corp\n[profile \"two words\"]\nregion=sa-east-1\n");
  const Environment environment = FakeEnvironment({{"AWS_SHARED_CREDENTIALS_FILE", credentials}, {"AWS_CONFIG_FILE", config}});
  struct Case {
    const char* name;
    bool exists;
    const char* access_key;
    const char* secret_key;
    const char* token;
    std::string keys_file;
    const char* region;
    const char* indirect;
  };
  const Case cases[] = {
      {"default", true, "AKD", "SKD", "", credentials, "us-west-2", ""},
      {"x", true, "AKX", "SKX", "TX", credentials, "eu-west-1", ""},
      {"onlyconfig", true, "AKC", "SKC", "", config, "", ""},
      {"role", true, "", "", "", "", "", ""},
      {"login", true, "", "", "", "", "", "login_session"},
      {"two words", true, "", "", "", "", "sa-east-1", ""},
      {"X", false, "", "", "", "", "", ""},
      {"profile x", false, "", "", "", "", "", ""},
  };
  for (const Case& c : cases) {
    const Result<AwsProfile> profile = LoadProfile(environment, c.name);
    ASSERT_TRUE(profile.ok()) << c.name << ": " << profile.status().message();
    EXPECT_EQ(profile->exists, c.exists) << c.name;
    EXPECT_EQ(profile->access_key, c.access_key) << c.name;
    EXPECT_EQ(profile->secret_key, c.secret_key) << c.name;
    EXPECT_EQ(profile->session_token, c.token) << c.name;
    EXPECT_EQ(profile->keys_file, c.keys_file) << c.name;
    EXPECT_EQ(profile->region, c.region) << c.name;
    EXPECT_EQ(profile->indirect, c.indirect) << c.name;
  }
  const Result<AwsProfile> role = LoadProfile(environment, "role");
  ASSERT_TRUE(role.ok());
  EXPECT_EQ(role->role_arn, "arn:x");
  EXPECT_EQ(role->source_profile, "x");
  EXPECT_EQ(role->web_identity_token_file, "");
  const Result<AwsProfile> half = LoadProfile(environment, "half");
  ASSERT_FALSE(half.ok());
  EXPECT_EQ(half.status().message(), "profile \"half\" in " + credentials + " has aws_access_key_id but no aws_secret_access_key");
}

TEST(Profile, SsoSessions) {
  TempFiles files;
  const std::string config = files.Write(
      "config",
      "[profile a]\nsso_session=corp\nsso_account_id=1\nsso_role_name=r\nsso_region=ignored\n"
      "[profile b]\nsso_session=two words\n[profile c]\nsso_session=none\n"
      "[profile d]\nsso_start_url=https://d\nsso_region=eu-west-2\n"
      "[sso-session corp]\nsso_region=eu-west-1\nsso_start_url=https://a\n"
      "[sso-session \"two words\"]\nsso_region=us-west-2\n[sso-sessionnone]\nsso_region=x\n[sso-session]\nsso_region=y\n");
  const Environment environment = FakeEnvironment({{"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}, {"AWS_CONFIG_FILE", config}});
  struct Case {
    const char* name;
    const char* start_url;
    const char* region;
  };
  const Case cases[] = {
      {"a", "https://a", "eu-west-1"}, {"b", "", "us-west-2"}, {"c", "", ""}, {"d", "https://d", "eu-west-2"}, {"corp", "", ""}};
  for (const Case& c : cases) {
    const Result<AwsProfile> profile = LoadProfile(environment, c.name);
    ASSERT_TRUE(profile.ok()) << c.name;
    EXPECT_EQ(profile->sso_start_url, c.start_url) << c.name;
    EXPECT_EQ(profile->sso_region, c.region) << c.name;
  }
}

TEST(Profile, DefaultPlacesAndAbsentFiles) {
  TempFiles files;
  files.Write(".aws/credentials", "[default]\naws_access_key_id=AK\naws_secret_access_key=SK\n");
  const Result<AwsProfile> found = LoadProfile(FakeEnvironment({{"HOME", files.folder()}}), "default");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->access_key, "AK");
  EXPECT_EQ(found->config_file, files.folder() + "/.aws/config");
  const Result<AwsProfile> tilde = LoadProfile(
      FakeEnvironment(
          {{"HOME", files.folder()}, {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"}, {"AWS_CONFIG_FILE", "/dev/null"}}),
      "default");
  ASSERT_TRUE(tilde.ok());
  EXPECT_EQ(tilde->access_key, "AK");
  const Result<AwsProfile> absent = LoadProfile(FakeEnvironment({{"HOME", files.folder() + "/none"}}), "default");
  ASSERT_TRUE(absent.ok());
  EXPECT_FALSE(absent->exists);
}

}  // namespace
}  // namespace trailsift
