#include "aws/endpoint_settings.h"

#include <gtest/gtest.h>

#include "aws/s3.h"
#include "aws/s3_endpoint.h"
#include "aws/sts_endpoint.h"
#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

using Values = std::map<std::string, std::string>;

// The endpoint rule sets of the SDKs: the pattern of the partition, and what S3, STS, SQS, CloudWatch Logs and CloudTrail say of GovCloud.
TEST(EndpointSettings, Hosts) {
  struct Case {
    const char* service;
    const char* region;
    const char* plain;
    const char* fips;  // nullptr: there is none
    const char* dual;
    const char* both;
  };
  const Case cases[] = {
      {"s3", "us-east-1", "s3.us-east-1.amazonaws.com", "s3-fips.us-east-1.amazonaws.com", "s3.dualstack.us-east-1.amazonaws.com",
       "s3-fips.dualstack.us-east-1.amazonaws.com"},
      {"s3", "us-gov-west-1", "s3.us-gov-west-1.amazonaws.com", "s3-fips.us-gov-west-1.amazonaws.com",
       "s3.dualstack.us-gov-west-1.amazonaws.com", "s3-fips.dualstack.us-gov-west-1.amazonaws.com"},
      {"s3", "cn-north-1", "s3.cn-north-1.amazonaws.com.cn", nullptr, "s3.dualstack.cn-north-1.amazonaws.com.cn", nullptr},
      {"sts", "us-east-2", "sts.us-east-2.amazonaws.com", "sts-fips.us-east-2.amazonaws.com", "sts.us-east-2.api.aws",
       "sts-fips.us-east-2.api.aws"},
      {"sts", "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com", "sts.us-gov-east-1.amazonaws.com", "sts.us-gov-east-1.api.aws",
       "sts.us-gov-east-1.api.aws"},
      {"sts", "cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn", nullptr, "sts.cn-northwest-1.api.amazonwebservices.com.cn",
       nullptr},
      {"sqs", "us-west-1", "sqs.us-west-1.amazonaws.com", "sqs-fips.us-west-1.amazonaws.com", "sqs.us-west-1.api.aws",
       "sqs-fips.us-west-1.api.aws"},
      {"sqs", "us-gov-west-1", "sqs.us-gov-west-1.amazonaws.com", "sqs.us-gov-west-1.amazonaws.com", "sqs.us-gov-west-1.api.aws",
       "sqs.us-gov-west-1.api.aws"},
      {"logs", "us-gov-west-1", "logs.us-gov-west-1.amazonaws.com", "logs.us-gov-west-1.amazonaws.com",
       "logs.us-gov-west-1.api.aws", "logs.us-gov-west-1.api.aws"},
      {"cloudtrail", "us-east-1", "cloudtrail.us-east-1.amazonaws.com", "cloudtrail-fips.us-east-1.amazonaws.com",
       "cloudtrail.us-east-1.api.aws", "cloudtrail-fips.us-east-1.api.aws"},
      {"cloudtrail", "us-gov-east-1", "cloudtrail.us-gov-east-1.amazonaws.com", "cloudtrail.us-gov-east-1.amazonaws.com",
       "cloudtrail.us-gov-east-1.api.aws", "cloudtrail.us-gov-east-1.api.aws"},
      {"inspector2", "us-gov-west-1", "inspector2.us-gov-west-1.amazonaws.com", "inspector2-fips.us-gov-west-1.amazonaws.com",
       "inspector2.us-gov-west-1.api.aws", "inspector2-fips.us-gov-west-1.api.aws"},
      {"portal.sso", "us-east-1", "portal.sso.us-east-1.amazonaws.com", "portal.sso-fips.us-east-1.amazonaws.com",
       "portal.sso.us-east-1.api.aws", "portal.sso-fips.us-east-1.api.aws"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ServiceHost(c.service, c.region, {}), c.plain);
    EXPECT_EQ(ServiceHost(c.service, c.region, {false, true}), c.dual);
    for (const auto& [variant, host] :
         {std::pair(EndpointVariant{true, false}, c.fips), std::pair(EndpointVariant{true, true}, c.both)}) {
      EXPECT_EQ(CheckVariant(variant, "", c.region).ok(), host != nullptr) << c.plain;
      if (host != nullptr) {
        EXPECT_EQ(ServiceHost(c.service, c.region, variant), host);
      }
    }
    // Whoever copies such a host into a configuration need not name the region, too.
    for (const char* host : {c.plain, c.fips, c.dual, c.both})
      if (host != nullptr) EXPECT_EQ(RegionOfHost(host), c.region) << host;
  }
}

TEST(EndpointSettings, Buckets) {
  struct Case {
    const char* bucket;
    const char* custom;
    EndpointVariant variant;
    const char* url;
    const char* named_region;
  };
  const Case cases[] = {
      {"trail", "", {true, false}, "https://trail.s3-fips.us-east-2.amazonaws.com/k", ""},
      {"trail", "", {true, true}, "https://trail.s3-fips.dualstack.us-east-2.amazonaws.com/k", ""},
      {"my.trail", "", {false, true}, "https://s3.dualstack.us-east-2.amazonaws.com/my.trail/k", ""},
      // Interface endpoints of a VPC: as the console shows their names, as AWS's guide writes them, and with a zone.
      {"trail",
       "https://*.vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com",
       {},
       "https://bucket.vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com/trail/k",
       "eu-west-1"},
      {"trail",
       "https://vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com",
       {},
       "https://bucket.vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com/trail/k",
       "eu-west-1"},
      {"trail",
       "https://bucket.vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com/",
       {},
       "https://bucket.vpce-0a1b-2c3d.s3.eu-west-1.vpce.amazonaws.com/trail/k",
       "eu-west-1"},
      {"trail",
       "https://bucket.vpce-0a1b-2c3d-eu-west-1a.s3.eu-west-1.vpce.amazonaws.com",
       {},
       "https://bucket.vpce-0a1b-2c3d-eu-west-1a.s3.eu-west-1.vpce.amazonaws.com/trail/k",
       "eu-west-1"},
      // Near misses.
      {"trail", "https://vpce-0a1b.s3.example.com", {}, "https://vpce-0a1b.s3.example.com/trail/k", ""},
      {"trail",
       "https://vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com",
       {},
       "https://vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com/trail/k",
       "eu-west-1"},
  };
  for (const Case& c : cases) {
    const Result<S3Endpoint> endpoint = S3Endpoint::Make(c.bucket, c.custom, c.variant);
    ASSERT_TRUE(endpoint.ok()) << c.url << ": " << endpoint.status().message();
    const S3Target target = endpoint->Resolve("us-east-2", "k");
    EXPECT_EQ(target.origin + target.path, c.url);
    EXPECT_EQ(endpoint->RegionOfName(), c.named_region) << c.url;
  }
}

constexpr char kConfig[] =
    "[default]\nendpoint_url = https://all.default\n"
    "[profile x]\nendpoint_url = https://all.x\nservices = local\nuse_fips_endpoint = true\n"
    "[profile few]\nservices = local\n"
    "[profile ignoring]\nendpoint_url = https://all.x\nservices = local\nignore_configured_endpoint_urls = True\n"
    "[profile lost]\nservices = nowhere\nendpoint_url = https://all.lost\n"
    "[services local]\ns3 =\n  endpoint_url = https://s3.x # near\n  addressing_style = path\n"
    "cloudwatch_logs =\n  endpoint_url = https://logs.x\nsts =\n  endpoint_url =\n"
    "[services other]\nsts =\n  endpoint_url = https://wrong\n";

// The order of the guide: our configuration, the service's variable, that of all, the service's section, the profile.
TEST(EndpointSettings, Order) {
  struct Case {
    const char* name;
    const char* explicit_endpoint;
    Values environment;
    const char* profile;
    const char* service;
    const char* endpoint;
  };
  const Values all = {{"AWS_ENDPOINT_URL_S3", "https://s3.env"}, {"AWS_ENDPOINT_URL", "https://all.env"}};
  Values ignored = all;
  ignored["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  const Case cases[] = {
      {"the configuration's", "https://own", all, "x", "S3", "https://own"},
      {"the service's variable", "", all, "x", "S3", "https://s3.env"},
      {"another service's", "", all, "x", "SQS", "https://all.env"},
      {"the service's section", "", {}, "x", "S3", "https://s3.x"},
      {"with an underscore", "", {}, "x", "CLOUDWATCH_LOGS", "https://logs.x"},
      {"an empty one", "", {}, "x", "STS", "https://all.x"},
      {"the profile's", "", {}, "x", "SQS", "https://all.x"},
      {"none", "", {}, "few", "SQS", ""},
      {"the default profile's", "", {}, "", "S3", "https://all.default"},
      {"that of AWS_PROFILE", "", {{"AWS_PROFILE", "few"}}, "", "S3", "https://s3.x"},
      {"a section that is not there", "", {}, "lost", "S3", "https://all.lost"},
      {"ignored by the environment", "", ignored, "x", "S3", ""},
      {"ignored by the profile", "", all, "ignoring", "S3", ""},
      {"what is ignored goes before", "", {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "FALSE"}}, "ignoring", "S3", "https://s3.x"},
      {"the configuration's is never ignored", "https://own", ignored, "ignoring", "S3", "https://own"},
  };
  TempFiles files;
  for (const Case& c : cases) {
    Values values = {{"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}, {"AWS_CONFIG_FILE", files.Write("config", kConfig)}};
    values.insert(c.environment.begin(), c.environment.end());
    const Environment environment = FakeEnvironment(values);
    const Result<EndpointSettings> settings = LoadEndpointSettings(environment, c.profile);
    ASSERT_TRUE(settings.ok()) << c.name;
    EXPECT_EQ(ConfiguredEndpoint(*settings, environment, c.explicit_endpoint, c.service), c.endpoint) << c.name;
  }
}

TEST(EndpointSettings, Switches) {
  struct Case {
    Values environment;
    const char* profile;
    int fips;  // -1: refused
    int dual;
  };
  const Case cases[] = {
      {{}, "few", 0, 0},
      {{}, "x", 1, 0},
      {{{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_USE_DUALSTACK_ENDPOINT", "TRUE"}}, "few", 1, 1},
      {{{"AWS_USE_FIPS_ENDPOINT", "false"}}, "x", 0, 0},
      {{{"AWS_USE_FIPS_ENDPOINT", "1"}}, "few", -1, -1},
      {{{"AWS_USE_DUALSTACK_ENDPOINT", "yes"}}, "few", -1, -1},
  };
  TempFiles files;
  for (const Case& c : cases) {
    Values values = {{"AWS_SHARED_CREDENTIALS_FILE", "/dev/null"}, {"AWS_CONFIG_FILE", files.Write("config", kConfig)}};
    values.insert(c.environment.begin(), c.environment.end());
    const Result<EndpointSettings> settings = LoadEndpointSettings(FakeEnvironment(values), c.profile);
    ASSERT_EQ(settings.ok(), c.fips >= 0);
    if (settings.ok()) {
      EXPECT_EQ(settings->variant.fips, c.fips == 1);
      EXPECT_EQ(settings->variant.dual_stack, c.dual == 1);
    } else {
      EXPECT_NE(settings.status().message().find("is neither true nor false"), std::string::npos);
    }
  }
}

// A FIPS host that is asked for and not used would be found out by an auditor, not by the user: it is refused, as the SDKs do.
TEST(EndpointSettings, ContradictionsAreRefused) {
  struct Case {
    const char* variable;
    const char* endpoint;
    const char* region;
    const char* message;  // nullptr: fine
  };
  const Case cases[] = {
      {"AWS_USE_FIPS_ENDPOINT", "https://s3.example.com", "us-east-1", "there is an endpoint of your own, https://s3.example.com"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "https://s3.example.com", "us-east-1", "dual-stack (AWS_USE_DUALSTACK_ENDPOINT"},
      {"AWS_USE_FIPS_ENDPOINT", "", "cn-north-1", "the partition aws-cn (cn-north-1) has no such endpoints"},
      {"AWS_USE_DUALSTACK_ENDPOINT", "", "cn-north-1", nullptr},
      {"AWS_USE_FIPS_ENDPOINT", "", "us-gov-west-1", nullptr},
      {"OTHER", "https://s3.example.com", "us-east-1", nullptr},
  };
  for (const Case& c : cases) {
    S3Options options;
    options.bucket = "trail";
    options.service_endpoint = c.endpoint;
    options.region = c.region;
    options.credentials.environment =
        FakeEnvironment({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_DISABLED", "true"}, {c.variable, "true"}});
    const Result<std::unique_ptr<S3Client>> client = S3Client::Create(options);
    ASSERT_EQ(client.ok(), c.message == nullptr) << c.variable << ' ' << c.endpoint << c.region;
    if (client.ok()) continue;
    EXPECT_EQ(client.status().code(), Code::kInvalid);
    EXPECT_NE(client.status().message().find(c.message), std::string::npos) << client.status().message();
    EXPECT_FALSE(ResolveSts(c.endpoint, c.region, "", {c.variable[8] == 'F', c.variable[8] == 'D'}).ok()) << c.variable;
  }
  EXPECT_EQ(ResolveSts("", "us-gov-west-1", "arn:aws-us-gov:iam::1:role/r", {true, false})->host,
            "sts.us-gov-west-1.amazonaws.com");
  EXPECT_EQ(ResolveSts("", "eu-west-1", "arn:aws:iam::1:role/r", {false, true})->host, "sts.eu-west-1.api.aws");
}

}  // namespace
}  // namespace trailsift
