#include "enrich/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

const InListFunction kLists = [](std::string_view list, std::string_view key) {
  if (list == "etc/lists/trailsift/accounts_own") return key == "222233334444";
  return list == "etc/lists/trailsift/accounts_vendor" && key == "555566667777";
};

std::string Shown(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }

// A record whose requestParameters hold `document` as text below `name`.
std::string WithText(const std::string& name, const std::string& document) {
  std::string text;
  AppendJsonString(document, text);
  return R"({"requestParameters":{")" + name + "\":" + text + "}}";
}

std::string Statement(const std::string& statement) { return R"({"Version":"2012-10-17","Statement":)" + statement + "}"; }

struct AdminCase {
  const char* statement;  // or a list
  const char* admin;
};

const AdminCase kAdmins[] = {
    {R"({"Effect":"Allow","Action":"*","Resource":"*"})", "true"},
    {R"([{"Effect":"Allow","Action":"*","Resource":"*"}])", "true"},
    {R"([{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":["ec2:*","*:*","s3:*"],"Resource":["*"]}])",
     "true"},
    {R"({"Effect":"Allow","Action":"IAM:*","Resource":"arn:aws:iam::111122223333:user/*"})", "true"},
    {R"({"Effect":"Allow","Action":["iam:*"]})", "true"},
    {R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x"})", "true"},
    {R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::logs/*"})", "false"},
    {R"({"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::logs/*","arn:aws:*:::*"]})", "true"},
    {R"({"Effect":"Allow","Action":["iam:PassRole"],"Resource":"*"})", "true"},
    {R"({"Effect":"Allow","Action":["iam:pass*"],"Resource":["arn:aws:iam::111122223333:role/*"]})", "true"},
    {R"({"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::111122223333:role/web"})", "false"},
    {R"({"Effect":"Allow","Action":["iam:PassRoles","iam:Get*","s3:*"],"Resource":"*"})", "false"},
    {R"({"Effect":"Allow","NotAction":"s3:DeleteBucket","Resource":"*"})", "true"},
    {R"({"Effect":"Allow","NotAction":["iam:CreateUser","s3:*","ec2:*"],"Resource":"*"})", "true"},
    {R"({"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"})", "false"},
    {R"({"Effect":"Allow","NotAction":"s3:*","Resource":"arn:aws:s3:::x"})", "false"},
    {R"({"Effect":"Deny","Action":"*","Resource":"*"})", "false"},
    {R"({"Action":"*","Resource":"*"})", "false"},
    {R"({"Effect":"Allow","Action":"iamx:*","Resource":"*"})", "false"},
    {R"({"Effect":"Allow","Action":{"x":"*"},"Resource":"*"})", "false"},
    {R"([])", "false"},
    {R"("x")", "false"},
};

TEST(PolicyTest, Admin) {
  for (const AdminCase& c : kAdmins) {
    ParsedRecord parsed(WithText("policyDocument", Statement(c.statement)));
    EXPECT_EQ(Shown(PolicyIsAdmin(parsed.record())), c.admin) << c.statement;
  }
}

struct AccessCase {
  const char* what;
  const char* statement;
  const char* open;
  const char* foreign;
  const char* unknown;
  const char* external_id;
};

constexpr const char* kNone = "(nothing)";

const AccessCase kAccesses[] = {
    {"everybody", R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject"})", "true", kNone, kNone, "false"},
    {"everybody, as an account", R"({"Effect":"Allow","Principal":{"AWS":"*"}})", "true", kNone, kNone, "false"},
    {"everybody in a list of three",
     R"({"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","*","222233334444"]}})", "true", kNone, kNone,
     "false"},
    {"everybody but one", R"({"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::999900001111:root"}})", "true", kNone, kNone,
     "false"},
    {"nobody but denied", R"({"Effect":"Deny","Principal":"*"})", "false", kNone, kNone, kNone},
    {"a Deny beside it makes nothing narrower", R"([{"Effect":"Deny","Principal":"*"},{"Effect":"Allow","Principal":"*"}])", "true",
     kNone, kNone, "false"},
    {"everybody of an organisation",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}})", "conditional",
     kNone, kNone, kNone},
    {"everybody of three own networks",
     R"({"Effect":"Allow","Principal":"*","Condition":{"IpAddress":{"aws:sourceip":["192.0.2.0/24","198.51.100.0/24","2001:db8::/32"]}}})",
     "conditional", kNone, kNone, kNone},
    {"one of the networks is the world",
     R"({"Effect":"Allow","Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}}})", "true", kNone,
     kNone, "false"},
    {"a foreign account by condition",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":["111122223333","999900001111"]}}})",
     "conditional", "999900001111", "999900001111", "false"},
    {"a condition that need not hold",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringEqualsIfExists":{"aws:SourceAccount":"111122223333"}}})", "true",
     kNone, kNone, "false"},
    {"a condition that holds without the key",
     R"({"Effect":"Allow","Principal":"*","Condition":{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}})",
     "true", kNone, kNone, "false"},
    {"a negated condition",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"999900001111"}}})", "true", kNone,
     kNone, "false"},
    {"a condition on what the caller chooses",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:UserAgent":"me","aws:PrincipalTag/team":"x"}}})",
     "true", kNone, kNone, "false"},
    {"a condition on any account", R"({"Effect":"Allow","Principal":"*","Condition":{"StringLike":{"aws:PrincipalAccount":"*"}}})",
     "true", kNone, kNone, "false"},
    {"any source", R"({"Effect":"Allow","Principal":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}})", "true",
     kNone, kNone, "false"},
    {"one of two statements is open",
     R"([{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-0a1b2c3d"}}},{"Effect":"Allow","Principal":"*"}])",
     "true", kNone, kNone, "false"},
    {"one foreign account", R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999900001111:root"},"Action":"sts:AssumeRole"})",
     "false", "999900001111", "999900001111", "false"},
    {"three: own by list, a vendor's, a bare id; twice",
     R"({"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::222233334444:role/x","arn:aws:iam::555566667777:root","999900001111"],"Service":"ec2.amazonaws.com"}})",
     "false", "555566667777, 999900001111", "999900001111", "false"},
    {"the same account in three statements",
     R"([{"Effect":"Allow","Principal":{"AWS":"999900001111"}},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999900001111:user/u"}},{"Effect":"Allow","Principal":{"AWS":"arn:aws-cn:sts::999900001111:assumed-role/a/b"}}])",
     "false", "999900001111", "999900001111", "false"},
    {"the record's own account", R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"}})", "false", kNone,
     kNone, kNone},
    {"a service", R"({"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}})", "false", kNone,
     kNone, kNone},
    {"a service for a foreign source",
     R"({"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:999900001111:t"}}})",
     "false", "999900001111", "999900001111", "false"},
    {"a principal that is gone", R"({"Effect":"Allow","Principal":{"AWS":"AIDAEXAMPLE"}})", "false", kNone, kNone, kNone},
    {"a foreign account denied", R"({"Effect":"Deny","Principal":{"AWS":"999900001111"}})", "false", kNone, kNone, kNone},
    {"a vendor with an external id",
     R"({"Effect":"Allow","Principal":{"AWS":"555566667777"},"Condition":{"StringEquals":{"sts:ExternalId":"0a1b"}}})", "false",
     "555566667777", kNone, "true"},
    {"an external id that may be any",
     R"({"Effect":"Allow","Principal":{"AWS":"555566667777"},"Condition":{"StringLike":{"sts:ExternalId":"*"}}})", "false",
     "555566667777", kNone, "false"},
    {"a second statement does not ask for it",
     R"([{"Effect":"Allow","Principal":{"AWS":"555566667777"},"Condition":{"StringEquals":{"sts:ExternalId":["0a1b","2c3d"]}}},{"Effect":"Allow","Principal":{"AWS":"555566667777"}}])",
     "false", "555566667777", kNone, "false"},
    {"everybody with an external id",
     R"({"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"sts:ExternalId":"0a1b"}}})", "true", kNone, kNone, "true"},
    {"a canonical user of S3", R"({"Effect":"Allow","Principal":{"CanonicalUser":"0a1b2c3d"}})", "false", "0a1b2c3d", "0a1b2c3d",
     "false"},
    {"no principal", R"({"Effect":"Allow","Action":"s3:*","Resource":"*"})", "false", kNone, kNone, kNone},
};

TEST(PolicyTest, WhoIsLetIn) {
  const KnownAccounts accounts(kLists, "111122223333");
  for (const AccessCase& c : kAccesses) {
    SCOPED_TRACE(c.what);
    // As text, and as an object of the record.
    for (const std::string& record : {WithText("policyDocument", Statement(c.statement)),
                                      R"({"requestParameters":{"policy":"","bucketPolicy":)" + Statement(c.statement) + "}}"}) {
      ParsedRecord parsed(record);
      EXPECT_EQ(Shown(PolicyIsPublic(parsed.record())), c.open);
      EXPECT_EQ(Shown(PolicyForeignAccounts(parsed.record(), accounts, parsed.arena())), c.foreign);
      EXPECT_EQ(Shown(PolicyUnknownAccounts(parsed.record(), accounts, parsed.arena())), c.unknown);
      EXPECT_EQ(Shown(PolicyAsksExternalId(parsed.record(), accounts)), c.external_id);
    }
  }
}

struct SubjectCase {
  const char* statement;
  const char* wildcard;
};

const SubjectCase kSubjects[] = {
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},"Condition":{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}}})",
     "false"},
    {R"({"Effect":"Allow","Principal":{"Federated":["arn:aws:iam::111122223333:oidc-provider/x"]},"Condition":{"StringLike":{"x:sub":["repo:o/r:ref:refs/heads/main","repo:o/r:environment:prod","repo:o/*"]}}})",
     "true"},
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"},"Condition":{"StringLike":{"X:SUB":"repo:o/r:ref:main"}}})",
     "false"},
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"},"Condition":{"StringEquals":{"x:aud":"sts.amazonaws.com"}}})",
     "true"},
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"},"Condition":{"StringEqualsIfExists":{"x:sub":"a"}}})",
     "true"},
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"}})", "true"},
    {R"([{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"},"Condition":{"StringEquals":{"x:sub":"a"}}},{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/y"}}])",
     "true"},
    {R"({"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:1"}}})",
     "false"},
    {R"({"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"}})", "true"},
    {R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}})", "(nothing)"},
    {R"({"Effect":"Deny","Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/x"}})", "(nothing)"},
    {R"({"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}})", "(nothing)"},
};

TEST(PolicyTest, WildcardSubject) {
  for (const SubjectCase& c : kSubjects) {
    ParsedRecord parsed(WithText("assumeRolePolicyDocument", Statement(c.statement)));
    EXPECT_EQ(Shown(PolicyHasWildcardSubject(parsed.record())), c.wildcard) << c.statement;
  }
}

constexpr char kOpen[] = R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*"}})";

TEST(PolicyTest, WhereDocumentsStand) {
  for (const char* name :
       {"policyDocument", "assumeRolePolicyDocument", "bucketPolicy", "policy", "policyText", "resourcePolicy", "inlinePolicy"}) {
    ParsedRecord parsed(WithText(name, kOpen));
    EXPECT_EQ(Shown(PolicyIsPublic(parsed.record())), "true") << name;
    EXPECT_EQ(Shown(PolicyIsAdmin(parsed.record())), "true") << name;
  }
  const struct {
    const char* what;
    std::string record;
    const char* open;
  } cases[] = {
      {"encoded, in the answer of CreateRole",
       R"({"requestParameters":{"roleName":"x"},"responseElements":{"role":{"assumeRolePolicyDocument":"%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22%2A%22%7D%7D%5D%7D"}}})",
       "true"},
      {"the request goes before the answer",
       R"({"requestParameters":{"assumeRolePolicyDocument":"{\"Statement\":[]}"},"responseElements":{"role":{"assumeRolePolicyDocument":"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22%2A%22%7D%7D"}}})",
       "false"},
      {"another name", WithText("document", kOpen), "(nothing)"},
      {"denied", R"({"errorCode":"AccessDenied","errorMessage":"not authorized","requestParameters":null,"responseElements":null})",
       "(nothing)"},
      {"hidden", WithText("policyDocument", "HIDDEN_DUE_TO_SECURITY_REASONS"), "(nothing)"},
      {"an ARN", WithText("policy", "arn:aws:iam::aws:policy/AdministratorAccess"), "(nothing)"},
      {"cut", WithText("policyDocument", std::string(kOpen, 40)), "(nothing)"},
      {"a list", WithText("policyDocument", "[" + std::string(kOpen) + "]"), "(nothing)"},
  };
  const KnownAccounts accounts(kLists, "111122223333");
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    ParsedRecord parsed(c.record);
    EXPECT_EQ(Shown(PolicyIsPublic(parsed.record())), c.open);
    EXPECT_EQ(PolicyIsAdmin(parsed.record()).has_value(), c.open != std::string("(nothing)"));
    EXPECT_EQ(Shown(PolicyForeignAccounts(parsed.record(), accounts, parsed.arena())), kNone);
    EXPECT_EQ(Shown(PolicyHasWildcardSubject(parsed.record())), kNone);
  }
}

struct LambdaCase {
  const char* request;
  const char* open;
  const char* foreign;
};

const LambdaCase kPermissions[] = {
    {R"({"functionName":"f","statementId":"s","action":"lambda:InvokeFunction","principal":"*"})", "true", kNone},
    {R"({"principal":"*","functionUrlAuthType":"NONE"})", "true", kNone},
    {R"({"principal":"*","sourceAccount":"111122223333"})", "conditional", kNone},
    {R"({"principal":"*","principalOrgID":"o-a1b2c3d4e5"})", "conditional", kNone},
    {R"({"layerName":"l","principal":"*","organizationId":"o-a1b2c3d4e5"})", "conditional", kNone},
    {R"({"principal":"999900001111"})", "false", "999900001111"},
    {R"({"principal":"arn:aws:iam::999900001111:role/r"})", "false", "999900001111"},
    {R"({"principal":"111122223333"})", "false", kNone},
    {R"({"principal":"s3.amazonaws.com","sourceArn":"arn:aws:s3:::bucket"})", "false", kNone},
    {R"({"principal":"s3.amazonaws.com","sourceArn":"arn:aws:s3:::bucket","sourceAccount":"999900001111"})", "false",
     "999900001111"},
    {R"({"principal":"events.amazonaws.com","sourceArn":"arn:aws:events:us-east-1:999900001111:rule/r"})", "false", "999900001111"},
    {R"({"principal":"events.amazonaws.com","sourceArn":"arn:aws:events:us-east-1:111122223333:rule/r"})", "false", kNone},
    {R"({"functionName":"f"})", kNone, kNone},
    {"null", kNone, kNone},
};

TEST(PolicyTest, LambdaPermissions) {
  const KnownAccounts accounts(kLists, "111122223333");
  for (const LambdaCase& c : kPermissions) {
    ParsedRecord parsed(R"({"eventSource":"lambda.amazonaws.com","eventName":"AddPermission20150331v2","requestParameters":)" +
                        std::string(c.request) + "}");
    EXPECT_EQ(Shown(PolicyIsPublic(parsed.record())), c.open) << c.request;
    EXPECT_EQ(Shown(PolicyForeignAccounts(parsed.record(), accounts, parsed.arena())), c.foreign) << c.request;
  }
  ParsedRecord other(R"({"eventSource":"ram.amazonaws.com","requestParameters":{"principal":"*"}})");
  EXPECT_EQ(Shown(PolicyIsPublic(other.record())), kNone);
}

TEST(PolicyTest, ManyAccountsAreCounted) {
  std::string principals;
  for (int i = 0; i < 35; ++i) principals += (i == 0 ? "\"" : ",\"") + std::to_string(900000000000 + i) + "\"";
  ParsedRecord parsed(WithText("policy", Statement(R"({"Effect":"Allow","Principal":{"AWS":[)" + principals + "]}}")));
  const std::string foreign = Shown(PolicyForeignAccounts(parsed.record(), KnownAccounts({}, "111122223333"), parsed.arena()));
  EXPECT_EQ(foreign.substr(0, 28), "900000000000, 900000000001, ");
  EXPECT_EQ(foreign.substr(foreign.size() - 23), "900000000029 and 5 more");
}

}  // namespace
}  // namespace trailsift
