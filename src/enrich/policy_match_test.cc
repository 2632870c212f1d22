#include "enrich/policy_match.h"

#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

TEST(PolicyMatchTest, Globs) {
  const struct {
    const char* pattern;
    const char* text;
    bool matches;
  } cases[] = {
      {"*", "iam:PassRole", true},
      {"iam:pass*", "iam:PassRole", true},
      {"i*:P*R*", "iam:PassRole", true},
      {"iam:Pass????", "iam:PassRole", true},
      {"iam:Pass?????", "iam:PassRole", false},
      {"iam:PassRole", "iam:PassRole", true},
      {"iam:PassRol", "iam:PassRole", false},
      {"iam:PassRoles", "iam:PassRole", false},
      {"*Role*x", "iam:PassRole", false},
      {"**", "", true},
      {"?", "", false},
      {"", "", true},
      {"", "x", false},
  };
  for (const auto& c : cases) EXPECT_EQ(MatchesGlob(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
  std::string pattern;
  for (int i = 0; i < 20000; ++i) pattern += "*a";
  EXPECT_FALSE(MatchesGlob(pattern, std::string(10000, 'a') + "b")) << "and that within moments";
}

TEST(PolicyMatchTest, CoversIam) {
  for (const char* all : {"*", "**", "*:*", "iam:*", "Iam:**"}) EXPECT_TRUE(CoversIam(all)) << all;
  for (const char* part : {"", ":", "iam:", "iam:Get*", "iam", "s3:*", "iamx:*", "*:Get*", "iam:?"})
    EXPECT_FALSE(CoversIam(part)) << part;
}

TEST(PolicyMatchTest, NarrowingValues) {
  for (const char* narrow :
       {"111122223333", "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-1/*", "vpce-0a1b2c3d", "203.0.113.7", "192.0.2.0/24", "arn:aws:s3:::bucket",
        "arn:aws:s3:::bucket*", "arn:aws:iam::111122223333:role/*", "arn:aws:*:*:111122223333:*", "AROAEXAMPLE:*"})
    EXPECT_TRUE(IsNarrowingValue(narrow)) << narrow;
  for (const char* wide : {"", "*", "o-*", "vpc-*", "?11122223333", "0.0.0.0/0", "::/0", "128.0.0.0/1", "arn:aws:s3:::*",
                           "arn:aws:iam::*:role/admin", "arn:aws:iam::????????????:role/admin", "arn:*", "arn:aws:iam:*"})
    EXPECT_FALSE(IsNarrowingValue(wide)) << wide;
}

TEST(PolicyMatchTest, Accounts) {
  const struct {
    const char* text;
    const char* account;
  } cases[] = {
      {"111122223333", "111122223333"},
      {"arn:aws:iam::111122223333:root", "111122223333"},
      {"arn:aws-us-gov:sts::111122223333:assumed-role/a/b", "111122223333"},
      {"11112222333", ""},
      {"1111222233334", ""},
      {"11112222333x", ""},
      {"arn:aws:s3:::bucket", ""},
      {"arn:aws:iam::aws:policy/X", ""},
      {"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1", ""},
      {"AIDAEXAMPLE", ""},
      {"*", ""},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(AccountIn(c.text), c.account) << c.text;
}

TEST(PolicyMatchTest, Resources) {
  EXPECT_TRUE(CoversEveryRole("*"));
  EXPECT_TRUE(CoversEveryRole("arn:aws:iam::*:role/*"));
  EXPECT_FALSE(CoversEveryRole("arn:aws:iam::111122223333:role/web*"));
  EXPECT_FALSE(CoversEveryRole(""));
  EXPECT_TRUE(MayBeOfIam("arn:aws:iam::111122223333:user/*"));
  EXPECT_TRUE(MayBeOfIam("arn:aws:i*:::*"));
  EXPECT_TRUE(MayBeOfIam("arn:*"));
  EXPECT_FALSE(MayBeOfIam("arn:aws:s3:::logs"));
}

}  // namespace
}  // namespace trailsift
