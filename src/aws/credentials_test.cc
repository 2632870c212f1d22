// Where keys are found, in which order, and what is said where there are none.
#include "aws/credentials.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/credentials_for_test.h"
#include "aws/temp_files_for_test.h"
#include "net/scripted_server_for_test.h"

namespace trailsift {
namespace {

using Values = std::map<std::string, std::string>;
using Request = ScriptedServer::Request;

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

}  // namespace
}  // namespace trailsift
