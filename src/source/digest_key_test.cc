#include "source/digest_key.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

const std::string kFolder = "p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/15/";
const std::string kName = "111122223333_CloudTrail-Digest_us-east-1_my_trail_eu-west-1_";
const std::string kStream = "p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/" + kName.substr(0, kName.size() - 1);

TEST(DigestKeyTest, Reads) {
  const std::optional<DigestKey> plain = ReadDigestKey(kFolder + kName + "20260115T100030Z.json.gz");
  ASSERT_TRUE(plain);
  EXPECT_EQ(FormatIsoTime(plain->end), "2026-01-15T10:00:30Z");
  EXPECT_EQ(plain->stream, kStream);
  EXPECT_FALSE(plain->backfill);
  const std::optional<DigestKey> backfill = ReadDigestKey(kFolder + kName + "20260115T100030Z_backfill.json.gz");
  ASSERT_TRUE(backfill);
  EXPECT_TRUE(backfill->backfill);
  EXPECT_EQ(backfill->stream, kStream + "_backfill");
  EXPECT_EQ(backfill->end, plain->end);
}

TEST(DigestKeyTest, NearMisses) {
  for (const std::string& key :
       {std::string(), kFolder, kFolder + kName, kFolder + kName + "20260115T100030Z.json.gz.meta.json",
        kFolder + kName + "20260115T1000Z.json.gz", kFolder + kName + "20261315T100030Z.json.gz",
        kFolder + kName + "20260115T100030Z_other.json.gz", kName + "20260115T100030Z.json.gz",
        std::string("p/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/") + kName + "20260115T100030Z.json.gz",
        std::string("p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/15/") + kName + "20260115T100030Z.json.gz",
        kFolder + "111122223333_CloudTrail_us-east-1_20260115T100030Z.json.gz"})
    EXPECT_FALSE(ReadDigestKey(key)) << key;
}

TEST(DigestKeyTest, SplitsAtTheComponent) {
  const std::pair<std::string, std::string> cases[] = {
      {"AWSLogs/1/x", ""}, {"a/b/AWSLogs/1", "a/b/"}, {"myAWSLogs/AWSLogs/1", "myAWSLogs/"}, {"AWSLogs/AWSLogs/1", ""}};
  for (const auto& [key, lead] : cases) {
    const std::optional<KeyParts> parts = SplitAtLogs(key);
    ASSERT_TRUE(parts) << key;
    EXPECT_EQ(parts->lead, lead);
    EXPECT_EQ(std::string(parts->lead).append(parts->tail), key);
  }
  for (const char* key : {"", "AWSLogs", "myAWSLogs/1", "awslogs/1"}) EXPECT_FALSE(SplitAtLogs(key)) << key;
}

}  // namespace
}  // namespace trailsift
