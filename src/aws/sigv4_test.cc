#include "aws/sigv4.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::string Find(const NamedValues& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "(none)";
}

// The four worked examples of the S3 API reference, "Examples: Signature Calculations".
TEST(SigV4, PublishedExamples) {
  const SigningKeys keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  const Millis now = *ParseIsoTime("2013-05-24T00:00:00Z");
  const std::string empty = Sha256Hex("");
  EXPECT_EQ(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  struct Case {
    const char* name;
    const char* method;
    std::string path;
    NamedValues query;
    NamedValues headers;
    std::string payload;
    const char* names;
    const char* signature;
  };
  const std::pair<std::string, std::string> host{"Host", "examplebucket.s3.amazonaws.com"};
  const Case cases[] = {
      {"get object",
       "GET",
       "/test.txt",
       {},
       {host, {"Range", "bytes=0-9"}},
       empty,
       "host;range;x-amz-content-sha256;x-amz-date",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"put object",
       "PUT",
       "/" + UriEncode("test$file.text", true),
       {},
       {host, {"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       Sha256Hex("Welcome to Amazon S3."),
       "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"get lifecycle",
       "GET",
       "/",
       {{"lifecycle", ""}},
       {host},
       empty,
       "host;x-amz-content-sha256;x-amz-date",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"list objects",
       "GET",
       "/",
       {{"prefix", "J"}, {"max-keys", "2"}},
       {host},
       empty,
       "host;x-amz-content-sha256;x-amz-date",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const Case& c : cases) {
    const std::string query = CanonicalQuery(c.query);
    const NamedValues added = SignV4({c.method, c.path, query, c.headers, c.payload}, keys, "us-east-1", "s3", now);
    EXPECT_EQ(Find(added, "authorization"), std::string("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/"
                                                        "aws4_request,SignedHeaders=") +
                                                c.names + ",Signature=" + c.signature)
        << c.name;
    EXPECT_EQ(Find(added, "x-amz-date"), "20130524T000000Z");
    EXPECT_EQ(Find(added, "x-amz-content-sha256"), c.payload);
    EXPECT_EQ(Find(added, "x-amz-security-token"), "(none)");
  }
}

TEST(SigV4, SessionTokenIsSentAndSigned) {
  const SigningKeys keys{"AKID", "secret", "the token"};
  const NamedValues headers = {{"host", "h"}};
  const NamedValues added = SignV4({"GET", "/", "", headers, "UNSIGNED-PAYLOAD"}, keys, "eu-west-1", "s3", 0);
  EXPECT_EQ(Find(added, "x-amz-security-token"), "the token");
  EXPECT_EQ(Find(added, "x-amz-date"), "19700101T000000Z");
  EXPECT_NE(Find(added, "authorization").find("host;x-amz-content-sha256;x-amz-date;x-amz-security-token"), std::string::npos);
}

TEST(SigV4, EverythingSignedChangesTheSignature) {
  const SigningKeys keys{"AKID", "secret", ""};
  const NamedValues headers = {{"host", "h"}, {"x-amz-a", "one two"}};
  const auto sign = [&](std::string_view method, std::string_view path, std::string_view query, const NamedValues& h,
                        std::string_view region, Millis now) {
    return Find(SignV4({method, path, query, h, "p"}, keys, region, "s3", now), "authorization");
  };
  const std::string base = sign("GET", "/a", "", headers, "r", 0);
  EXPECT_EQ(sign("GET", "/a", "", {{"X-Amz-A", "  one   two "}, {"HOST", "h"}}, "r", 999),
            base);  // order, case, blanks, milliseconds
  EXPECT_NE(sign("PUT", "/a", "", headers, "r", 0), base);
  EXPECT_NE(sign("GET", "/b", "", headers, "r", 0), base);
  EXPECT_NE(sign("GET", "/a", "x=", headers, "r", 0), base);
  EXPECT_NE(sign("GET", "/a", "", {{"host", "h"}, {"x-amz-a", "onetwo"}}, "r", 0), base);
  EXPECT_NE(sign("GET", "/a", "", headers, "s", 0), base);
  EXPECT_NE(sign("GET", "/a", "", headers, "r", 1000), base);
}

TEST(SigV4, Encoding) {
  struct Case {
    const char* text;
    const char* with_slash;
    const char* without;
  };
  const Case cases[] = {
      {"", "", ""},
      {"aZ09-._~", "aZ09-._~", "aZ09-._~"},
      {"a/b", "a/b", "a%2Fb"},
      {"a b+c/%41\xC3\xBC=&.gz", "a%20b%2Bc/%2541%C3%BC%3D%26.gz", "a%20b%2Bc%2F%2541%C3%BC%3D%26.gz"},
      {"!'()*", "%21%27%28%29%2A", "%21%27%28%29%2A"},
      {"\x01\x7f", "%01%7F", "%01%7F"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(UriEncode(c.text, true), c.with_slash);
    EXPECT_EQ(UriEncode(c.text, false), c.without);
  }
}

TEST(SigV4, QueryIsSortedByItsEncodedBytes) {
  EXPECT_EQ(CanonicalQuery({}), "");
  EXPECT_EQ(CanonicalQuery({{"prefix", "a/b"}, {"list-type", "2"}, {"delimiter", "/"}}), "delimiter=%2F&list-type=2&prefix=a%2Fb");
  EXPECT_EQ(CanonicalQuery({{"a", "2"}, {"B", ""}, {"a", "1"}, {"a-b", "x"}}), "B=&a=1&a=2&a-b=x");
}

}  // namespace
}  // namespace trailsift
