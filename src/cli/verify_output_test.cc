#include "cli/verify_output.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

const FileFinding kGood{FileKind::kLog, Verdict::kValid, Why::kNone, "AWSLogs/1/l.json.gz", "", {}, {}};
const FileFinding kBad{
    FileKind::kDigest, Verdict::kUnsigned, Why::kForeignKey, "AWSLogs/1/d.json.gz", "its key \"f\" is none", 0, kHour};

TEST(VerifyOutputTest, Lines) {
  EXPECT_EQ(VerifyLine(kGood), "valid            log     AWSLogs/1/l.json.gz");
  EXPECT_EQ(VerifyLine(kBad), "unsigned         digest  AWSLogs/1/d.json.gz  (its key \"f\" is none)");
}

TEST(VerifyOutputTest, JsonLines) {
  EXPECT_EQ(VerifyJsonLine(kGood, "s3://b/"), R"({"kind":"log","status":"valid","object":"s3://b/AWSLogs/1/l.json.gz"})");
  EXPECT_EQ(VerifyJsonLine(kBad, "/f/"),
            R"({"kind":"digest","status":"unsigned","object":"/f/AWSLogs/1/d.json.gz","from":"1970-01-01T00:00:00Z",)"
            R"("to":"1970-01-01T01:00:00Z","why":"foreign-key","detail":"its key \"f\" is none"})");
}

TEST(VerifyOutputTest, NothingThatATerminalObeys) {
  EXPECT_EQ(Printable("a\x1b[31mb\n\x7f\xC2\x9B\xC3\x9B"), "a?[31mb???\xC3\x9B");
  FileFinding finding = kGood;
  finding.key = "a\x1b[2J";
  EXPECT_EQ(VerifyLine(finding).find('\x1b'), std::string::npos);
}

TEST(VerifyOutputTest, EveryWordIsThere) {
  for (int i = 0; i < kVerdicts; ++i) EXPECT_FALSE(VerdictWord(static_cast<Verdict>(i)).empty()) << i;
  for (int i = 1; i <= static_cast<int>(Why::kNoAccess); ++i) EXPECT_FALSE(WhyWord(static_cast<Why>(i)).empty()) << i;
}

TEST(VerifyOutputTest, Totals) {
  VerifyTotals totals;
  totals.Add(kGood);
  totals.Add(kGood);
  totals.Add(kBad);
  EXPECT_EQ(totals.all(), 3u);
  EXPECT_EQ(totals.Count(Verdict::kValid), 2u);
  EXPECT_EQ(totals.Count(FileKind::kDigest, Verdict::kUnsigned), 1u);
  EXPECT_EQ(totals.Text({{"AWSLogs/1/t", 0, kHour}}),
            "          valid  changed  missing  unsigned  not-yet-covered  unreadable\n"
            "digests       0        0        0         1                0           0\n"
            "logs          2        0        0         0                0           0\n"
            "signed from 1970-01-01T00:00:00Z to 1970-01-01T01:00:00Z: AWSLogs/1/t\n");
}

}  // namespace
}  // namespace trailsift
