#include "aws/s3_xml.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

constexpr char kPage[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>b</Name><Prefix>a%2F</Prefix><KeyCount>4</KeyCount><MaxKeys>2</MaxKeys><Delimiter>%2F</Delimiter>
  <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>tok/+= &amp;</NextContinuationToken>
  <Contents><Key>a/x+y%2B%2541%C3%BC%3D%26.gz</Key><LastModified>2026-01-15T10:00:05.000Z</LastModified>
    <ETag>&quot;0cc1&quot;</ETag><Size>5368709120</Size><StorageClass>STANDARD</StorageClass></Contents>
  <Contents><Key>a/plain</Key><LastModified>2026-01-15T10:00:06.500Z</LastModified><ETag>e-2</ETag><Size>0</Size></Contents>
  <CommonPrefixes><Prefix>a/one+two/</Prefix></CommonPrefixes>
  <CommonPrefixes><Prefix>a/%26/</Prefix></CommonPrefixes>
</ListBucketResult>)";

TEST(S3Xml, Listing) {
  const Result<ListPage> page = ParseListing(kPage);
  ASSERT_TRUE(page.ok()) << page.status().message();
  ASSERT_EQ(page->objects.size(), 2u);
  EXPECT_EQ(page->objects[0].key, "a/x y+%41\xC3\xBC=&.gz");
  EXPECT_EQ(page->objects[0].size, 5368709120u);
  EXPECT_EQ(page->objects[0].etag, "0cc1");
  EXPECT_EQ(page->objects[0].storage_class, "STANDARD");
  EXPECT_EQ(page->objects[0].last_modified, *ParseIsoTime("2026-01-15T10:00:05Z"));
  EXPECT_EQ(page->objects[1].etag, "e-2");
  EXPECT_EQ(page->objects[1].last_modified, *ParseIsoTime("2026-01-15T10:00:06.5Z"));
  EXPECT_EQ(page->common_prefixes, (std::vector<std::string>{"a/one two/", "a/&/"}));
  EXPECT_EQ(page->next_token, "tok/+= &");
}

TEST(S3Xml, KeysAreDecodedOnlyWhereTheyWereEncoded) {
  const Result<ListPage> page = ParseListing(
      "<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x</NextContinuationToken>"
      "<Contents><Key>a+b%41</Key><Size>1</Size></Contents><CommonPrefixes><Prefix>c+%42/</Prefix></CommonPrefixes></"
      "ListBucketResult>");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_EQ(page->objects[0].key, "a+b%41");
  EXPECT_EQ(page->common_prefixes[0], "c+%42/");
  EXPECT_EQ(page->next_token, "");  // nothing follows
}

TEST(S3Xml, NamespacePrefixAndEmptyPage) {
  const Result<ListPage> page = ParseListing("<s3:ListBucketResult><IsTruncated> false </IsTruncated></s3:ListBucketResult>");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_TRUE(page->objects.empty());
  EXPECT_TRUE(page->common_prefixes.empty());
}

TEST(S3Xml, EveryCutOfAPageIsSeen) {
  const std::string page = kPage;
  ASSERT_TRUE(ParseListing(page).ok());
  for (std::size_t size = 0; size < page.size(); ++size) {
    const Result<ListPage> cut = ParseListing(std::string_view(page).substr(0, size));
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.status().code(), Code::kCorrupt) << size;
  }
}

TEST(S3Xml, RefusedListings) {
  const std::string begin = "<ListBucketResult>";
  const std::string more = "<IsTruncated>false</IsTruncated>";
  const std::string end = "</ListBucketResult>";
  ASSERT_TRUE(ParseListing(begin + more + end).ok());
  for (const std::string& text :
       {std::string(), std::string("not xml"), std::string("<html/>"), begin + end,
        begin + "<IsTruncated>maybe</IsTruncated>" + end, begin + "<IsTruncated>true</IsTruncated>" + end,
        begin + more + "<Contents><Size>1</Size></Contents>" + end, begin + more + "<Contents><Key>k</Key></Contents>" + end,
        begin + more + "<Contents><Key>k</Key><Size>-1</Size></Contents>" + end,
        begin + more + "<Contents><Key>k</Key><Size>1x</Size></Contents>" + end,
        begin + more + "<Contents><Key>k</Key><Size>99999999999999999999</Size></Contents>" + end,
        begin + more + "<CommonPrefixes><Prefix/></CommonPrefixes>" + end,
        std::string("<Error><Code>InternalError</Code></Error>")}) {
    const Result<ListPage> page = ParseListing(text);
    ASSERT_FALSE(page.ok()) << text;
    EXPECT_EQ(page.status().code(), Code::kCorrupt) << text;
  }
}

TEST(S3Xml, Errors) {
  const auto redirect = ParseS3Error(
      "<?xml version=\"1.0\"?>\n<Error><Code>PermanentRedirect</Code><Message>use the &lt;other&gt;</Message>"
      "<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>b</Bucket></Error>");
  ASSERT_TRUE(redirect.has_value());
  EXPECT_EQ(redirect->code, "PermanentRedirect");
  EXPECT_EQ(redirect->message, "use the <other>");
  EXPECT_EQ(redirect->endpoint, "b.s3.eu-west-1.amazonaws.com");
  EXPECT_FALSE(redirect->server_time.has_value());
  const auto region = ParseS3Error("<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>");
  EXPECT_EQ(region->region, "eu-central-1");
  const auto skew = ParseS3Error("<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2026-01-01T00:00:01Z</ServerTime></Error>");
  EXPECT_EQ(skew->server_time, ParseIsoTime("2026-01-01T00:00:01Z"));
  const auto wrapped = ParseS3Error("<ErrorResponse><Error><Code>SlowDown</Code></Error></ErrorResponse>");
  ASSERT_TRUE(wrapped.has_value());
  EXPECT_EQ(wrapped->code, "SlowDown");
  const auto listed = ParseS3Error("<ErrorResponse><Errors><Error><Code>AccessDenied</Code></Error></Errors></ErrorResponse>");
  ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(listed->code, "AccessDenied");
  for (const char* text :
       {"", "<html><body>503</body></html>", "<Error>", "<Error></Error>", "<Error><Code> </Code></Error>", "<ErrorResponse/>",
        "<ErrorResponse><Errors/></ErrorResponse>", "<ListBucketResult/>", "{\"message\":\"no\"}"}) {
    EXPECT_FALSE(ParseS3Error(text).has_value()) << text;
  }
}

TEST(S3Xml, UrlDecode) {
  struct Case {
    std::string text;
    std::string decoded;
  };
  const Case cases[] = {{"", ""},     {"a+b", "a b"}, {"%2B%20%25", "+ %"}, {"%c3%BC", "\xC3\xBC"},          {"%", "%"},
                        {"%4", "%4"}, {"%4g", "%4g"}, {"%%41", "%A"},       {"%00x", std::string("\0x", 2)}, {"a%2", "a%2"}};
  for (const Case& c : cases) EXPECT_EQ(UrlDecode(c.text), c.decoded) << c.text;
}

}  // namespace
}  // namespace trailsift
