#include "aws/credential_plan.h"

#include <gtest/gtest.h>

#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

using Values = std::map<std::string, std::string>;

constexpr char kKeys[] = "aws_access_key_id=AK\naws_secret_access_key=hunter2\n";

Result<CredentialPlan> Plan(TempFiles& files, const std::string& credentials, const std::string& config, const Values& more = {},
                            const std::string& profile = "", const std::string& role_arn = "") {
  CredentialOptions options;
  Values values = {{"AWS_SHARED_CREDENTIALS_FILE", files.Write("credentials", credentials)},
                   {"AWS_CONFIG_FILE", files.Write("config", config)}};
  for (const auto& [name, value] : more) values[name] = value;
  options.environment = FakeEnvironment(values);
  options.profile = profile;
  options.role_arn = role_arn;
  options.region = "eu-west-1";
  return PlanCredentials(options);
}

// `base: role (session, duration, external id), …`
std::string Shown(const CredentialPlan& plan) {
  const auto role = [](const RoleRequest& r) {
    std::string text = r.arn + '/' + r.session_name;
    if (r.duration.has_value()) text += '/' + std::to_string(*r.duration);
    if (!r.external_id.empty()) text += "/x:" + r.external_id;
    EXPECT_EQ(r.region, "eu-west-1");
    return text;
  };
  std::string text;
  switch (plan.base) {
    case CredentialPlan::Base::kKeys: text = plan.keys.keys.access_key; break;
    case CredentialPlan::Base::kWebIdentity: text = plan.token_file + " as " + role(plan.web_role); break;
    case CredentialPlan::Base::kSso:
      text = plan.sso.profile + ": " + plan.sso.role_name + " in " + plan.sso.account_id + " at " + plan.sso.region + ", " +
             plan.sso.cache_file.substr(0, 31);
      break;
    case CredentialPlan::Base::kProcess: text = plan.process_source + ": " + plan.process; break;
    case CredentialPlan::Base::kContainer: text = "container"; break;
    case CredentialPlan::Base::kInstance: text = "instance"; break;
    case CredentialPlan::Base::kServers: text = "servers"; break;
  }
  for (const RoleRequest& r : plan.roles) text += " > " + role(r);
  return text;
}

TEST(CredentialPlan, Profiles) {
  struct Case {
    const char* name;
    std::string credentials;
    std::string config;
    Values environment;
    const char* profile;
    const char* plan;
  };
  const std::string keys = kKeys;
  const Values env_keys = {{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "hunter2"}};
  const Values env_web = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "WEB"}};
  const std::string chain =
      "[profile a]\nrole_arn=A\nsource_profile=b\n[profile b]\nrole_arn=B\nsource_profile=c\n[profile "
      "c]\nrole_arn=C\nsource_profile=d\n";
  const Case cases[] = {
      {"nothing", "", "", {}, "", "servers"},
      {"keys", "[default]\n" + keys, "", {}, "", "AK"},
      {"a role", "[base]\n" + keys, "[default]\nrole_arn=R\nsource_profile=base\n", {}, "", "AK > R/trailsift"},
      {"a role with everything",
       "[base]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=base\nexternal_id=e\nduration_seconds=1800\nrole_session_name=me\n",
       {},
       "x",
       "AK > R/me/1800/x:e"},
      {"a role in the credentials file",
       "[base]\n" + keys + "[x]\nrole_arn=R\nsource_profile=base\n",
       "",
       {},
       "x",
       "AK > R/trailsift"},
      {"AWS_PROFILE",
       "[base]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=base\n",
       {{"AWS_PROFILE", "x"}},
       "",
       "AK > R/trailsift"},
      {"a chain", "[d]\n" + keys, chain, {}, "a", "AK > C/trailsift > B/trailsift > A/trailsift"},
      {"a chain in the middle of which are keys",
       "[d]\n" + keys + "[b]\naws_access_key_id=MID\naws_secret_access_key=s\n",
       chain,
       {},
       "a",
       "MID > A/trailsift"},
      {"itself, with keys", "[x]\n" + keys, "[profile x]\nrole_arn=R\nsource_profile=x\n", {}, "x", "AK > R/trailsift"},
      {"keys beside the role assume nothing",
       "[x]\naws_access_key_id=OWN\naws_secret_access_key=s\n[base]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=base\n",
       {},
       "x",
       "AK > R/trailsift"},
      {"environment", "", "[profile x]\nrole_arn=R\ncredential_source=Environment\n", env_keys, "x", "ENV > R/trailsift"},
      {"instance", "", "[profile x]\nrole_arn=R\ncredential_source=Ec2InstanceMetadata\n", {}, "x", "instance > R/trailsift"},
      {"container", "", "[profile x]\nrole_arn=R\ncredential_source=EcsContainer\n", {}, "x", "container > R/trailsift"},
      {"the instance at the end of a chain",
       "",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nrole_arn=Y\ncredential_source=Ec2InstanceMetadata\n",
       {},
       "x",
       "instance > Y/trailsift > R/trailsift"},
      {"sso",
       "",
       "[profile x]\nsso_session=corp\nsso_account_id=1\nsso_role_name=r\n"
       "[sso-session corp]\nsso_start_url=https://a\nsso_region=eu-west-2\n",
       {{"HOME", "/home/x"}},
       "x",
       "x: r in 1 at eu-west-2, /home/x/.aws/sso/cache/ee0bfd25"},
      {"sso without a session, before keys",
       "[x]\n" + keys,
       "[profile x]\nsso_start_url=corp\nsso_region=eu-west-2\nsso_account_id=1\nsso_role_name=r\n",
       {{"HOME", "/home/x"}},
       "x",
       "x: r in 1 at eu-west-2, /home/x/.aws/sso/cache/ee0bfd25"},
      {"sso that gives no keys", "[x]\n" + keys, "[profile x]\nsso_start_url=corp\nsso_region=eu-west-2\n", {}, "x", "AK"},
      {"a role by sso",
       "",
       "[profile x]\nrole_arn=R\nsource_profile=y\n"
       "[profile y]\nsso_start_url=corp\nsso_region=eu-west-2\nsso_account_id=1\nsso_role_name=r\n",
       {{"HOME", "/home/x"}},
       "x",
       "y: r in 1 at eu-west-2, /home/x/.aws/sso/cache/ee0bfd25 > R/trailsift"},
      {"a program",
       "",
       "[profile x]\ncredential_process = get \"a b\"\n",
       {},
       "x",
       "credential_process of profile \"x\": get \"a b\""},
      {"a program goes behind the credentials file", "[x]\n" + keys, "[profile x]\ncredential_process=get\n", {}, "x", "AK"},
      {"and before the configuration file",
       "",
       "[profile x]\ncredential_process=get\n" + keys,
       {},
       "x",
       "credential_process of profile \"x\": get"},
      {"a role by a program",
       "",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\ncredential_process=get\n",
       {},
       "x",
       "credential_process of profile \"y\": get > R/trailsift"},
      {"a source's keys go behind its web identity",
       "[y]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nrole_arn=Y\nweb_identity_token_file=/t\n",
       {},
       "x",
       "/t as Y/trailsift > R/trailsift"},
      {"and behind its sso",
       "[y]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=y\n"
       "[profile y]\nsso_start_url=corp\nsso_region=eu-west-2\nsso_account_id=1\nsso_role_name=r\n",
       {{"HOME", "/home/x"}},
       "x",
       "y: r in 1 at eu-west-2, /home/x/.aws/sso/cache/ee0bfd25 > R/trailsift"},
      {"and behind its program where they stand beside it",
       "",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\ncredential_process=get\n" + keys,
       {},
       "x",
       "credential_process of profile \"y\": get > R/trailsift"},
      {"but go before its program where they stand in the credentials file",
       "[y]\n" + keys,
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\ncredential_process=get\n",
       {},
       "x",
       "AK > R/trailsift"},
      {"the environment's web identity is none of a source's", "[y]\n" + keys, "[default]\nrole_arn=R\nsource_profile=y\n", env_web,
       "", "AK > R/trailsift"},
      {"web identity", "", "[profile x]\nrole_arn=R\nweb_identity_token_file=/t\nrole_session_name=pod\n", {}, "x", "/t as R/pod"},
      {"web identity goes before keys",
       "[x]\n" + keys,
       "[profile x]\nrole_arn=R\nweb_identity_token_file=/t\n",
       {},
       "x",
       "/t as R/trailsift"},
      {"a role by a web identity", "",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nrole_arn=Y\nweb_identity_token_file=/t\n", env_web, "x",
       "/t as Y/trailsift > R/trailsift"},
      {"web identity of the environment", "", "", env_web, "", "/token as WEB/trailsift"},
      {"web identity of the environment, named session",
       "",
       "",
       {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "WEB"}, {"AWS_ROLE_SESSION_NAME", "pod"}},
       "",
       "/token as WEB/pod"},
      {"it goes before keys of the file", "[default]\n" + keys, "", env_web, "", "/token as WEB/trailsift"},
      {"but behind a role of the profile", "[base]\n" + keys, "[default]\nrole_arn=R\nsource_profile=base\n", env_web, "",
       "AK > R/trailsift"},
      {"and a named profile knows nothing of it", "[x]\n" + keys, "", env_web, "x", "AK"},
      {"AWS_ROLE_ARN alone is nothing", "[default]\n" + keys, "", {{"AWS_ROLE_ARN", "WEB"}}, "", "AK"},
  };
  for (const Case& c : cases) {
    TempFiles files;
    const Result<CredentialPlan> plan = Plan(files, c.credentials, c.config, c.environment, c.profile);
    ASSERT_TRUE(plan.ok()) << c.name << ": " << plan.status().message();
    EXPECT_EQ(Shown(*plan), c.plan) << c.name;
    // The configuration's role stands on top of all that.
    const Result<CredentialPlan> with_role = Plan(files, c.credentials, c.config, c.environment, c.profile, "TOP");
    ASSERT_TRUE(with_role.ok()) << c.name;
    EXPECT_EQ(Shown(*with_role), std::string(c.plan) + " > TOP/WazuhLogParsing") << c.name;
  }
  // Keys of the environment go before all profiles that the configuration does not name.
  TempFiles files;
  Values everything = env_web;
  everything.insert(env_keys.begin(), env_keys.end());
  EXPECT_EQ(Shown(*Plan(files, "[base]\n" + keys, "[default]\nrole_arn=R\nsource_profile=base\n", everything)), "ENV");
}

TEST(CredentialPlan, Refused) {
  struct Case {
    const char* name;
    std::string config;
    Values environment;
    Code code;
    const char* message;
  };
  std::string long_chain;
  for (int i = 0; i < 20; ++i) {
    long_chain +=
        "[profile " + (i == 0 ? "x" : "p" + std::to_string(i)) + "]\nrole_arn=R\nsource_profile=p" + std::to_string(i + 1) + '\n';
  }
  const Case cases[] = {
      {"no source",
       "[profile x]\nrole_arn=R\n",
       {},
       Code::kInvalid,
       "has role_arn and neither source_profile nor credential_source"},
      {"two sources",
       "[profile x]\nrole_arn=R\nsource_profile=y\ncredential_source=Environment\n",
       {},
       Code::kInvalid,
       "has role_arn and both source_profile and credential_source"},
      {"unknown source", "[profile x]\nrole_arn=R\ncredential_source=Moon\n", {}, Code::kInvalid, "credential_source is none of"},
      {"no such profile",
       "[profile x]\nrole_arn=R\nsource_profile=y\n",
       {},
       Code::kNotFound,
       "source_profile of AWS profile \"x\": no AWS profile \"y\""},
      {"a source without keys",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nregion=eu-west-1\n",
       {},
       Code::kAuth,
       "source_profile of AWS profile \"x\": profile \"y\""},
      {"itself", "[profile x]\nrole_arn=R\nsource_profile=x\n", {}, Code::kInvalid, "its source_profile \"x\" leads in a circle"},
      {"a circle",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nrole_arn=Y\nsource_profile=x\n",
       {},
       Code::kInvalid,
       "its source_profile \"x\" leads in a circle"},
      {"a long chain", long_chain, {}, Code::kInvalid, "a chain of more than 16 roles"},
      {"no keys in the environment",
       "[profile x]\nrole_arn=R\ncredential_source=Environment\n",
       {},
       Code::kAuth,
       "is Environment, but AWS_ACCESS_KEY_ID is not set"},
      {"half a pair in the environment",
       "[profile x]\nrole_arn=R\ncredential_source=Environment\n",
       {{"AWS_SECRET_ACCESS_KEY", "hunter2"}},
       Code::kAuth,
       "credential_source of AWS profile \"x\": AWS_SECRET_ACCESS_KEY is set, but"},
      {"a code is asked for",
       "[profile x]\nrole_arn=R\nsource_profile=k\nmfa_serial=arn:aws:iam::111122223333:mfa/me\n[profile k]\n" + std::string(kKeys),
       {},
       Code::kInvalid,
       "has mfa_serial: nobody is there to enter its code"},
      {"duration in words",
       "[profile x]\nrole_arn=R\nsource_profile=k\nduration_seconds=1h\n[profile k]\n" + std::string(kKeys),
       {},
       Code::kInvalid,
       "duration_seconds is no number from 900 to 43200"},
      {"duration too long",
       "[profile x]\nrole_arn=R\nsource_profile=k\nduration_seconds=43201\n[profile k]\n" + std::string(kKeys),
       {},
       Code::kInvalid,
       "duration_seconds"},
      {"duration too short",
       "[profile x]\nrole_arn=R\nweb_identity_token_file=/t\nduration_seconds=899\n",
       {},
       Code::kInvalid,
       "duration_seconds"},
      {"a token without a role",
       "[profile x]\nweb_identity_token_file=/t\n",
       {},
       Code::kInvalid,
       "has web_identity_token_file, but no role_arn"},
      {"sso without a role",
       "[profile x]\nsso_start_url=u\nsso_region=r\nsso_account_id=1\n",
       {},
       Code::kInvalid,
       "gets its keys through SSO, but has no sso_role_name"},
      {"sso without an account",
       "[profile x]\nsso_start_url=u\nsso_region=r\nsso_role_name=r\n",
       {},
       Code::kInvalid,
       "has no sso_account_id"},
      {"sso without its session",
       "[profile x]\nsso_session=none\nsso_account_id=1\nsso_role_name=r\n",
       {},
       Code::kInvalid,
       "has no sso_start_url, also not in an [sso-session]"},
      {"sso without a region",
       "[profile x]\nsso_start_url=u\nsso_account_id=1\nsso_role_name=r\n",
       {},
       Code::kInvalid,
       "has no sso_region"},
      {"a source that we can't use",
       "[profile x]\nrole_arn=R\nsource_profile=y\n[profile y]\nlogin_session=z\n",
       {},
       Code::kAuth,
       "login_session, which is not supported"},
  };
  for (const Case& c : cases) {
    TempFiles files;
    const Result<CredentialPlan> plan = Plan(files, "", c.config, c.environment, "x");
    ASSERT_FALSE(plan.ok()) << c.name;
    EXPECT_EQ(plan.status().code(), c.code) << c.name << ": " << plan.status().message();
    EXPECT_NE(plan.status().message().find(c.message), std::string::npos) << c.name << ": " << plan.status().message();
    EXPECT_EQ(plan.status().message().find("hunter2"), std::string::npos) << c.name;
  }
  TempFiles files;
  const Result<CredentialPlan> plan = Plan(files, "", "", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}});
  EXPECT_EQ(plan.status().message(), "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
}

}  // namespace
}  // namespace trailsift
