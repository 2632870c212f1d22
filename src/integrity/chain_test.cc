#include "integrity/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "integrity/signing_for_test.h"

namespace trailsift {
namespace {

const SigningKey& Known() {
  static const SigningKey key("known");
  return key;
}
const SigningKey& Foreign() {
  static const SigningKey key("foreign");
  return key;
}
const PublicKeys& Keys() {
  static const Result<PublicKeys> keys = PublicKeys::Read(KeyList("known", Known().Base64()));
  return *keys;
}

const std::string kStream = "AWSLogs/1/CloudTrail-Digest/us-east-1/1_CloudTrail-Digest_us-east-1_t_us-east-1";

// 2026-01-15, minute 30 of the hour.
Millis At(int hour) { return DaysFromCivil(2026, 1, 15) * kDay + hour * kHour + 30 * kMinute; }

std::string KeyAt(int hour, const std::string& ending = ".json.gz") {
  char time[32];
  std::snprintf(time, sizeof time, "202601%02dT%02d3000Z", 15 + hour / 24, hour % 24);
  return std::string("AWSLogs/1/CloudTrail-Digest/us-east-1/2026/01/15/1_CloudTrail-Digest_us-east-1_t_us-east-1_") + time + ending;
}

Sha256Value HashAt(int hour) { return Sha256::Of("digest of " + std::to_string(hour)); }

void Sign(DigestFile& file, const SigningKey& key = Known()) {
  Digest digest = *file.digest;
  digest.fingerprint = key.fingerprint();
  file.signature = key.Sign(SignedText(digest, file.hash));
  file.digest = digest;
}

DigestFile FileAt(int hour, const DigestFile* before) {
  DigestFile file;
  file.key = KeyAt(hour);
  file.end = At(hour);
  file.hash = HashAt(hour);
  Digest digest;
  digest.account = "1";
  digest.start = At(hour - 1);
  digest.end = At(hour);
  digest.end_text = FormatIsoTime(digest.end);
  digest.bucket = "b";
  digest.key = file.key;
  digest.algorithm = "SHA256withRSA";
  if (before != nullptr) {
    digest.previous_bucket = "b";
    digest.previous_key = before->key;
    digest.previous_hash = before->hash;
    digest.previous_signature = before->signature;
  }
  file.digest = digest;
  Sign(file);
  return file;
}

// Digests that end from 1:30 to 6:30.
std::vector<DigestFile> Files() {
  std::vector<DigestFile> files;
  for (int hour = 1; hour <= 6; ++hour) files.push_back(FileAt(hour, files.empty() ? nullptr : &files.back()));
  return files;
}

std::string Word(const FileFinding& finding) {
  static constexpr const char* kVerdictNames[] = {"valid", "changed", "missing", "unsigned", "pending", "unreadable"};
  std::string word = kVerdictNames[static_cast<int>(finding.verdict)];
  switch (finding.why) {
    case Why::kHash: word += "-hash"; break;
    case Why::kDamaged: word += "-damaged"; break;
    case Why::kSignature: word += "-signature"; break;
    case Why::kNoSignature: word += "-none"; break;
    case Why::kForeignKey: word += "-foreign"; break;
    case Why::kAlgorithm: word += "-algorithm"; break;
    case Why::kMoved: word += "-moved"; break;
    case Why::kGap: word += "-gap"; break;
    case Why::kChainRestarted: word += "-restart"; break;
    default: break;
  }
  if (finding.from && finding.to) {
    for (const Millis time : {*finding.from, *finding.to}) word += ' ' + std::to_string((time - At(0)) / kHour);
  }
  return word;
}

// Each finding in the order of the times, `+` behind the trusted.
std::vector<std::string> Walk(std::vector<DigestFile> files, const ChainScope& scope = {kStream, false, "b", "", false, {}}) {
  Chain chain(Keys(), scope);
  std::vector<std::string> words;
  std::sort(files.begin(), files.end(), [](const DigestFile& a, const DigestFile& b) { return a.end > b.end; });
  for (const DigestFile& file : files) {
    const Chain::Judgement judgement = chain.Judge(file);
    for (const FileFinding& finding : judgement.before) words.push_back(Word(finding));
    words.push_back(Word(judgement.finding) + (judgement.trusted ? "+" : ""));
  }
  for (const FileFinding& finding : chain.Finish()) words.push_back(Word(finding));
  std::reverse(words.begin(), words.end());
  return words;
}

using Words = std::vector<std::string>;

TEST(ChainTest, Whole) {
  EXPECT_EQ(Walk(Files()), (Words{"valid 0 1+", "valid 1 2+", "valid 2 3+", "valid 3 4+", "valid 4 5+", "valid 5 6+"}));
  EXPECT_EQ(Walk({}), Words());
}

TEST(ChainTest, Removed) {
  std::vector<DigestFile> files = Files();
  std::vector<DigestFile> one = files;
  one.erase(one.begin() + 2);
  EXPECT_EQ(Walk(one), (Words{"valid 0 1+", "valid 1 2+", "missing 2 3", "valid 3 4+", "valid 4 5+", "valid 5 6+"}));
  std::vector<DigestFile> two = files;
  two.erase(two.begin() + 2, two.begin() + 4);
  EXPECT_EQ(Walk(two), (Words{"valid 0 1+", "valid 1 2+", "missing-gap 2 3", "missing 3 4", "valid 4 5+", "valid 5 6+"}));
  std::vector<DigestFile> first = files;
  first.erase(first.begin());
  EXPECT_EQ(Walk(first)[0], "missing 0 1");
  // What stood behind the end can't be told.
  std::vector<DigestFile> last = files;
  last.pop_back();
  EXPECT_EQ(Walk(last), (Words{"valid 0 1+", "valid 1 2+", "valid 2 3+", "valid 3 4+", "valid 4 5+"}));
}

TEST(ChainTest, WhatEndsBeforeTheFirstDayIsNotLookedFor) {
  std::vector<DigestFile> files = Files();
  files.erase(files.begin(), files.begin() + 3);
  ChainScope scope{kStream, false, "b", "", false, At(3) + 1};
  EXPECT_EQ(Walk(files, scope), (Words{"valid 3 4+", "valid 4 5+", "valid 5 6+"}));
  scope.from = At(3);
  EXPECT_EQ(Walk(files, scope)[0], "missing 2 3");
}

TEST(ChainTest, Restarted) {
  std::vector<DigestFile> files = Files();
  files.erase(files.begin() + 3, files.end());
  files.push_back(FileAt(6, nullptr));
  EXPECT_EQ(Walk(files), (Words{"valid 0 1+", "valid 1 2+", "valid 2 3+", "missing-restart 3 5", "valid 5 6+"}));
  // Without a gap, too: digests at the end of the earlier chain may be gone.
  files.back() = FileAt(4, nullptr);
  EXPECT_EQ(Walk(files)[3], "missing-restart 3 3");
}

TEST(ChainTest, ChangedContent) {
  std::vector<DigestFile> files = Files();
  files[2].hash = Sha256::Of("other");
  EXPECT_EQ(Walk(files)[2], "changed-hash 2 3");
  // Nothing vouches for the newest.
  files = Files();
  files[5].hash = Sha256::Of("other");
  const Words words = Walk(files);
  EXPECT_EQ(words[5], "changed-signature 5 6");
  EXPECT_EQ(words[4], "valid 4 5+");
  // Signed again by the right key (a digest of another time put in its place): the later one knows better.
  files = Files();
  files[2].hash = Sha256::Of("other");
  Sign(files[2]);
  EXPECT_EQ(Walk(files)[2], "changed-hash 2 3");
}

TEST(ChainTest, Signatures) {
  struct Case {
    std::size_t file;
    std::string signature;
    std::string word;
  };
  const std::string other = Known().Sign("other");
  const Case cases[] = {
      {2, "", "unsigned-none 2 3+"},       {5, "", "unsigned-none 5 6"},        {2, other, "changed-signature 2 3+"},
      {5, other, "changed-signature 5 6"}, {2, "zz", "changed-signature 2 3+"}, {5, "00", "changed-signature 5 6"},
  };
  for (const Case& c : cases) {
    std::vector<DigestFile> files = Files();
    files[c.file].signature = c.signature;
    Words words = Walk(files);
    EXPECT_EQ(words[c.file], c.word);
    // All others keep what they had.
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(c.file));
    EXPECT_TRUE(std::all_of(words.begin(), words.end(), [](const std::string& word) { return word.rfind("valid", 0) == 0; }));
  }
}

TEST(ChainTest, ForeignKey) {
  std::vector<DigestFile> files = Files();
  Sign(files[5], Foreign());
  EXPECT_EQ(Walk(files)[5], "unsigned-foreign 5 6");
  // Another content with it: a stranger's file, whatever the next one says of it.
  files = Files();
  files[2].hash = Sha256::Of("other");
  Sign(files[2], Foreign());
  EXPECT_EQ(Walk(files)[2], "unsigned-foreign 2 3");
  // A whole chain by a stranger is worth nothing.
  files = Files();
  for (DigestFile& file : files) Sign(file, Foreign());
  for (const std::string& word : Walk(files)) EXPECT_EQ(word.rfind("unsigned-foreign", 0), 0u) << word;
  // The name of a known key makes no signature.
  files = Files();
  files[5].signature = Foreign().Sign(SignedText(*files[5].digest, files[5].hash));
  EXPECT_EQ(Walk(files)[5], "changed-signature 5 6");
}

TEST(ChainTest, NotTakenForWhatTheyAreNot) {
  std::vector<DigestFile> files = Files();
  // An old digest, rightly signed, in the place of another.
  files[3].digest = files[1].digest;
  files[3].hash = files[1].hash;
  files[3].signature = files[1].signature;
  EXPECT_EQ(Walk(files)[3], "changed-moved 3 4");
  files = Files();
  Digest digest = *files[5].digest;
  digest.algorithm = "SHA1withRSA";
  files[5].digest = digest;
  EXPECT_EQ(Walk(files)[5], "unsigned-algorithm 5 6");
  files = Files();
  files[3].digest = Status(Code::kCorrupt, "no JSON object");
  EXPECT_EQ(Walk(files), (Words{"valid 0 1+", "valid 1 2+", "valid 2 3+", "changed-damaged 3 4", "valid 4 5+", "valid 5 6+"}));
  // What is missing before a damaged one is known by the hours.
  files.erase(files.begin() + 1, files.begin() + 3);
  EXPECT_EQ(Walk(files)[1], "missing-gap 1 3");
}

TEST(ChainTest, AnotherBucket) {
  ChainScope scope{kStream, false, "other", "", false, {}};
  for (const std::string& word : Walk(Files(), scope)) EXPECT_EQ(word.rfind("changed-moved", 0), 0u) << word;
  scope.bucket.clear();
  EXPECT_EQ(Walk(Files(), scope)[0], "valid 0 1+");
}

TEST(ChainTest, ACopyHasAnotherLead) {
  std::vector<DigestFile> files = Files();
  for (DigestFile& file : files) file.key = "copy/" + file.key;
  ChainScope scope{"copy/" + kStream, false, "", "copy/", true, {}};
  EXPECT_EQ(Walk(files, scope)[0], "valid 0 1+");
  files.erase(files.begin() + 2);
  EXPECT_EQ(Walk(files, scope)[2], "missing 2 3");
  for (DigestFile& file : files) file.key = "copy/" + file.key;
  EXPECT_EQ(Walk(files, scope)[0], "changed-moved 0 1");
}

TEST(ChainTest, AChainThatCameFromAnotherBucket) {
  std::vector<DigestFile> files = Files();
  Digest digest = *files[3].digest;
  digest.previous_bucket = "earlier";
  files[3].digest = digest;
  Sign(files[3]);
  files.erase(files.begin(), files.begin() + 3);
  Digest next = *files[1].digest;
  next.previous_signature = files[0].signature;
  files[1].digest = next;
  Sign(files[1]);
  const Words words = Walk(files);
  EXPECT_EQ(words[0], "valid 3 4+");
  EXPECT_EQ(words[1], "valid 4 5+");
}

TEST(ChainTest, BackfillNeedNotFollow) {
  ChainScope scope{kStream, true, "b", "", false, {}};
  const std::vector<DigestFile> files = {FileAt(1, nullptr), FileAt(4, nullptr), FileAt(6, nullptr)};
  EXPECT_EQ(Walk(files, scope), (Words{"valid 0 1+", "valid 3 4+", "valid 5 6+"}));
  std::vector<DigestFile> linked = Files();
  linked.erase(linked.begin() + 2, linked.begin() + 4);
  EXPECT_EQ(Walk(linked, scope), (Words{"valid 0 1+", "valid 1 2+", "missing 3 4", "valid 4 5+", "valid 5 6+"}));
}

TEST(ChainTest, OneThatNobodyNamesBreaksNothing) {
  std::vector<DigestFile> files = Files();
  DigestFile aside = FileAt(3, nullptr);
  aside.key = KeyAt(3).replace(KeyAt(3).find("3000Z"), 5, "4500Z");
  aside.end += 15 * kMinute;
  Digest digest = *aside.digest;
  digest.key = aside.key;
  aside.digest = digest;
  Sign(aside);
  files.push_back(aside);
  const Words words = Walk(files);
  EXPECT_EQ(words.size(), 7u);
  EXPECT_TRUE(std::all_of(words.begin(), words.end(), [](const std::string& word) { return word.rfind("valid", 0) == 0; }));
}

TEST(ChainTest, SkippedOnesAreNotMissing) {
  const std::vector<DigestFile> files = Files();
  Chain chain(Keys(), {kStream, false, "b", "", false, {}});
  EXPECT_TRUE(chain.Judge(files[5]).before.empty());
  EXPECT_TRUE(chain.Skip(files[4].key, files[4].end).empty());
  EXPECT_TRUE(chain.Judge(files[3]).before.empty());
  const std::vector<FileFinding> found = chain.Skip(files[0].key, files[0].end);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(Word(found[0]), "missing 2 3");
  EXPECT_EQ(Word(found[1]), "missing-gap 1 2");
  EXPECT_TRUE(chain.Finish().empty());
}

}  // namespace
}  // namespace trailsift
