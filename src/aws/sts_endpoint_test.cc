#include "aws/sts_endpoint.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(StsEndpoint, Places) {
  struct Case {
    const char* custom;
    const char* region;
    const char* role;
    const char* url;
    const char* signed_for;
  };
  const char kAws[] = "arn:aws:iam::111122223333:role/r";
  const char kChina[] = "arn:aws-cn:iam::111122223333:role/r";
  const char kGov[] = "arn:aws-us-gov:iam::111122223333:role/r";
  const Case cases[] = {
      {"", "eu-west-1", kAws, "https://sts.eu-west-1.amazonaws.com/", "eu-west-1"},
      {"", "", kAws, "https://sts.us-east-1.amazonaws.com/", "us-east-1"},
      {"", "cn-northwest-1", kChina, "https://sts.cn-northwest-1.amazonaws.com.cn/", "cn-northwest-1"},
      {"", "", kChina, "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
      {"", "eu-west-1", kChina, "https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1"},
      {"", "cn-north-1", kAws, "https://sts.us-east-1.amazonaws.com/", "us-east-1"},
      {"", "us-gov-east-1", kGov, "https://sts.us-gov-east-1.amazonaws.com/", "us-gov-east-1"},
      {"", "us-east-1", kGov, "https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1"},
      {"", "", "arn:aws-iso:iam::111122223333:role/r", "https://sts.us-iso-east-1.c2s.ic.gov/", "us-iso-east-1"},
      {"", "x.example.com/", kAws, "https://sts.us-east-1.amazonaws.com/", "us-east-1"},
      {"", "eu-west-1", "no arn", "https://sts.eu-west-1.amazonaws.com/", "eu-west-1"},
      {"http://127.0.0.1:5000", "eu-west-1", kAws, "http://127.0.0.1:5000/", "eu-west-1"},
      {"https://sts.example/aws/", "", kAws, "https://sts.example/aws", "us-east-1"},
      {"https://sts.amazonaws.com", "eu-west-1", kAws, "https://sts.amazonaws.com/", "us-east-1"},
      {"https://sts.ap-east-1.amazonaws.com", "eu-west-1", kAws, "https://sts.ap-east-1.amazonaws.com/", "ap-east-1"},
      {"https://vpce-0a1b.sts.eu-north-1.vpce.amazonaws.com", "", kAws, "https://vpce-0a1b.sts.eu-north-1.vpce.amazonaws.com/",
       "eu-north-1"},
  };
  for (const Case& c : cases) {
    const Result<StsEndpoint> endpoint = ResolveSts(c.custom, c.region, c.role);
    ASSERT_TRUE(endpoint.ok()) << c.url;
    EXPECT_EQ(endpoint->origin + endpoint->path, c.url);
    EXPECT_EQ(endpoint->region, c.signed_for) << c.url;
    EXPECT_EQ(endpoint->is_loopback, endpoint->host == "127.0.0.1:5000") << c.url;
    EXPECT_EQ(endpoint->is_custom, *c.custom != '\0') << c.url;
  }
}

TEST(StsEndpoint, Refused) {
  for (const char* custom : {"sts.example", "ftp://sts.example", "https://sts.example/?a=b", "https://user:hunter2@sts.example"}) {
    const Result<StsEndpoint> endpoint = ResolveSts(custom, "", "");
    ASSERT_FALSE(endpoint.ok()) << custom;
    EXPECT_EQ(endpoint.status().code(), Code::kInvalid) << custom;
    EXPECT_EQ(endpoint.status().message().find("hunter2"), std::string::npos);
  }
}

TEST(StsEndpoint, PartitionOfAnArn) {
  EXPECT_EQ(PartitionOfArn("arn:aws-cn:iam::1:role/r"), "aws-cn");
  EXPECT_EQ(PartitionOfArn("arn:aws"), "");
  EXPECT_EQ(PartitionOfArn("role/r"), "");
  EXPECT_EQ(PartitionOfArn(""), "");
}

}  // namespace
}  // namespace trailsift
