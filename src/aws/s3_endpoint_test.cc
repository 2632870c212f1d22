#include "aws/s3_endpoint.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(S3Endpoint, Hosts) {
  struct Case {
    const char* bucket;
    const char* custom;
    const char* region;
    const char* key;
    const char* url;
  };
  const Case cases[] = {
      {"trail", "", "us-east-1", "", "https://trail.s3.us-east-1.amazonaws.com/"},
      {"trail", "", "eu-west-1", "AWSLogs/1/a b+c/%41\xC3\xBC=&.gz",
       "https://trail.s3.eu-west-1.amazonaws.com/AWSLogs/1/a%20b%2Bc/%2541%C3%BC%3D%26.gz"},
      {"trail", "", "cn-north-1", "k", "https://trail.s3.cn-north-1.amazonaws.com.cn/k"},
      {"trail", "", "us-gov-west-1", "k", "https://trail.s3.us-gov-west-1.amazonaws.com/k"},
      {"my.trail", "", "eu-west-1", "k", "https://s3.eu-west-1.amazonaws.com/my.trail/k"},
      {"Old_Trail", "", "us-east-1", "", "https://s3.us-east-1.amazonaws.com/Old_Trail"},
      {"trail", "http://127.0.0.1:9000", "eu-west-1", "k", "http://127.0.0.1:9000/trail/k"},
      {"trail", "http://127.0.0.1:9000/", "eu-west-1", "", "http://127.0.0.1:9000/trail"},
      {"trail", "https://gate.example.com/s3/", "x", "/a//b/../c", "https://gate.example.com/s3/trail//a//b/../c"},
  };
  for (const Case& c : cases) {
    const Result<S3Endpoint> endpoint = S3Endpoint::Make(c.bucket, c.custom);
    ASSERT_TRUE(endpoint.ok()) << c.bucket << ": " << endpoint.status().message();
    const S3Target target = endpoint->Resolve(c.region, c.key);
    EXPECT_EQ(target.origin + target.path, c.url);
    EXPECT_EQ("http://" + target.host, std::string("http") + target.origin.substr(target.origin.find("://")));
  }
}

TEST(S3Endpoint, Refused) {
  for (const char* bucket : {"", "ab", "s3://bucket", "bucket/prefix", "a b c",
                             "b\xC3\xBC"
                             "cket",
                             "a@b", "arn:aws:s3:::b"}) {
    EXPECT_FALSE(S3Endpoint::Make(bucket, "").ok()) << bucket;
  }
  for (const char* custom : {"s3.amazonaws.com", "127.0.0.1:9000", "https://h?x", "https://u:p@h"}) {
    const Result<S3Endpoint> endpoint = S3Endpoint::Make("trail", custom);
    ASSERT_FALSE(endpoint.ok()) << custom;
    EXPECT_EQ(endpoint.status().code(), Code::kInvalid);
  }
}

TEST(S3Endpoint, RegionInAHost) {
  struct Case {
    const char* host;
    const char* region;
  };
  const Case cases[] = {
      {"s3.eu-west-1.amazonaws.com", "eu-west-1"},
      {"b.s3.eu-west-1.amazonaws.com", "eu-west-1"},
      {"b.s3-eu-west-1.amazonaws.com", "eu-west-1"},
      {"b.s3.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
      {"b.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"},
      {"bucket.vpce-1a2b3c4d-5e6f.s3.us-east-2.vpce.amazonaws.com", "us-east-2"},
      {"s3.amazonaws.com", "us-east-1"},
      {"b.s3.amazonaws.com", "us-east-1"},
      {"b.amazonaws.com", ""},
      {"amazonaws.com", ""},
      {"s3.eu-west-1.example.com", ""},
      {"127.0.0.1", ""},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(RegionOfHost(c.host), c.region) << c.host;
}

TEST(S3Endpoint, RegionNames) {
  for (const char* region : {"us-east-1", "x", "eusc-de-east-1"}) EXPECT_TRUE(IsRegionName(region)) << region;
  for (const char* region : {"", "US-EAST-1", "a.b", "a/b", "-a", "a-", "a b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "evil.com#"}) {
    EXPECT_FALSE(IsRegionName(region)) << region;
  }
}

}  // namespace
}  // namespace trailsift
