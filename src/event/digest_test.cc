#include "event/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

const std::string kHash = "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d";

// One member a line, so that a case can replace or drop one.
const std::vector<std::pair<std::string, std::string>> kMembers = {
    {"awsAccountId", R"("111122223333")"},
    {"digestStartTime", R"("2026-01-15T10:00:30Z")"},
    {"digestEndTime", R"("2026-01-15T11:00:30Z")"},
    {"digestS3Bucket", R"("a-trail")"},
    {"digestS3Object", R"("AWSLogs/1/CloudTrail-Digest/d2.json.gz")"},
    {"digestPublicKeyFingerprint", R"("31e8")"},
    {"digestSignatureAlgorithm", R"("SHA256withRSA")"},
    {"newestEventTime", "null"},
    {"previousDigestS3Bucket", R"("a-trail")"},
    {"previousDigestS3Object", R"("AWSLogs/1/CloudTrail-Digest/d1.json.gz")"},
    {"previousDigestHashValue", '"' + kHash + '"'},
    {"previousDigestHashAlgorithm", R"("SHA-256")"},
    {"previousDigestSignature", R"("50887ccf")"},
    {"logFiles", R"([{"s3Bucket":"a-trail","s3Object":"AWSLogs/1/CloudTrail/l1.json.gz","hashValue":")" + kHash +
                     R"(","hashAlgorithm":"SHA-256","newestEventTime":"2026-01-15T10:02:16Z"}])"},
};

// The document with `name` set to `value`; an empty value drops it.
std::string Document(const std::string& name = "", const std::string& value = "") {
  std::string text;
  for (const auto& [member, plain] : kMembers) {
    const std::string& written = member == name ? value : plain;
    if (written.empty()) continue;
    text += text.empty() ? "{\"" : ",\"";
    text += member;
    text += "\":";
    text += written;
  }
  return text + '}';
}

TEST(DigestTest, Reads) {
  const Result<Digest> digest = ReadDigest(Document());
  ASSERT_TRUE(digest.ok()) << digest.status().message();
  EXPECT_EQ(digest->account, "111122223333");
  EXPECT_EQ(FormatIsoTime(digest->start), "2026-01-15T10:00:30Z");
  EXPECT_EQ(FormatIsoTime(digest->end), "2026-01-15T11:00:30Z");
  EXPECT_EQ(digest->bucket, "a-trail");
  EXPECT_EQ(digest->key, "AWSLogs/1/CloudTrail-Digest/d2.json.gz");
  EXPECT_EQ(digest->fingerprint, "31e8");
  EXPECT_EQ(digest->algorithm, "SHA256withRSA");
  EXPECT_FALSE(digest->begins_chain());
  EXPECT_EQ(digest->previous_bucket, "a-trail");
  EXPECT_EQ(digest->previous_key, "AWSLogs/1/CloudTrail-Digest/d1.json.gz");
  EXPECT_EQ(digest->previous_hash, Sha256OfHex(kHash));
  EXPECT_EQ(digest->previous_signature, "50887ccf");
  ASSERT_EQ(digest->logs.size(), 1u);
  EXPECT_EQ(digest->logs[0].bucket, "a-trail");
  EXPECT_EQ(digest->logs[0].key, "AWSLogs/1/CloudTrail/l1.json.gz");
  EXPECT_EQ(digest->logs[0].hash, Sha256OfHex(kHash));
}

TEST(DigestTest, TheFirstOfAChainNamesNothingBefore) {
  std::string text = Document();
  for (const auto& [name, value] : kMembers) {
    if (name.rfind("previous", 0) != 0) continue;
    const std::string written = '"' + name + "\":" + value;
    text.replace(text.find(written), written.size(), '"' + name + "\":null");
  }
  const Result<Digest> digest = ReadDigest(text);
  ASSERT_TRUE(digest.ok()) << digest.status().message();
  EXPECT_TRUE(digest->begins_chain());
  EXPECT_EQ(digest->previous_hash, std::nullopt);
  EXPECT_EQ(SignedText(*digest, Sha256::Of("x")),
            "2026-01-15T11:00:30Z\na-trail/AWSLogs/1/CloudTrail-Digest/d2.json.gz\n" + HexOf(Sha256::Of("x")) + "\nnull");
}

TEST(DigestTest, SignedText) {
  const Result<Digest> digest = ReadDigest(Document("digestEndTime", R"("2026-01-15T11:00:30.000Z")"));
  ASSERT_TRUE(digest.ok());
  // The time stands as the document has it.
  EXPECT_EQ(SignedText(*digest, Sha256::Of("")),
            "2026-01-15T11:00:30.000Z\na-trail/AWSLogs/1/CloudTrail-Digest/d2.json.gz\n" + HexOf(Sha256::Of("")) + "\n50887ccf");
}

TEST(DigestTest, MembersThatMayBeAbsent) {
  for (const char* name : {"newestEventTime", "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue",
                           "previousDigestHashAlgorithm", "previousDigestSignature"}) {
    EXPECT_TRUE(ReadDigest(Document(name)).ok()) << name;
    EXPECT_TRUE(ReadDigest(Document(name, "null")).ok()) << name;
  }
  EXPECT_TRUE(ReadDigest(Document("logFiles", "[]")).ok());
  // Another algorithm is for the judge, not for the reader.
  EXPECT_TRUE(ReadDigest(Document("digestSignatureAlgorithm", R"("SHA512withRSA")")).ok());
}

TEST(DigestTest, Faults) {
  struct Case {
    std::string text;
    std::string_view said;
  };
  std::vector<Case> cases = {
      {"", "no JSON object"},
      {"[]", "no JSON object"},
      {Document() + '{', "no JSON object"},
      {Document().substr(0, 200), "no JSON object"},
      {Document("digestEndTime", R"("yesterday")"), "digestEndTime is no time"},
      {Document("digestS3Object", "7"), "digestS3Object is missing or no text"},
      {Document("digestS3Object", R"("")"), "digestS3Object is missing or no text"},
      {Document("digestS3Object", R"("a\nb")"), "digestS3Object holds a control character"},
      {Document("digestS3Object", '"' + std::string(1025, 'a') + '"'), "digestS3Object is longer than 1024 bytes"},
      {Document("previousDigestSignature", '"' + std::string(4098, 'a') + '"'), "previousDigestSignature is longer"},
      {Document("previousDigestHashValue", R"("97fb")"), "previousDigestHashValue is no SHA-256"},
      {Document("previousDigestS3Object", "{}"), "previousDigestS3Object is missing or no text"},
      {Document("logFiles", "null"), "logFiles is missing or no array"},
      {Document("logFiles", "[7]"), "logFiles[0] is no object"},
      {Document("logFiles", R"([{"s3Bucket":"b","s3Object":"k","hashValue":"00","hashAlgorithm":"SHA-256"}])"),
       "logFiles[0]: hashValue is no SHA-256"},
      {Document("logFiles", R"([{"s3Bucket":"b","hashValue":"00","hashAlgorithm":"SHA-256"}])"),
       "logFiles[0]: s3Object is missing"},
  };
  for (const char* name : {"awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object",
                           "digestPublicKeyFingerprint", "digestSignatureAlgorithm", "logFiles"})
    cases.push_back({Document(name), name});
  for (const Case& c : cases) {
    const Result<Digest> digest = ReadDigest(c.text);
    ASSERT_FALSE(digest.ok()) << c.text;
    EXPECT_EQ(digest.status().code(), Code::kCorrupt);
    EXPECT_NE(digest.status().message().find(c.said), std::string::npos) << digest.status().message() << "\n" << c.text;
  }
}

}  // namespace
}  // namespace trailsift
