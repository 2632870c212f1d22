#include "integrity/digest_signature.h"

#include <gtest/gtest.h>

#include "integrity/signing_for_test.h"

namespace trailsift {
namespace {

TEST(DigestSignatureTest, BothFormsOfAKey) {
  const SigningKey key("f1");
  const SigningKey other("f2");
  const std::string text = "2026-01-15T11:00:30Z\na-trail/key\n00\nnull";
  const std::string signature = key.Sign(text);
  for (const bool with_algorithm : {false, true}) {
    const Result<PublicKeys> keys = PublicKeys::Read(KeyList("f1", key.Base64(with_algorithm)));
    ASSERT_TRUE(keys.ok()) << keys.status().message();
    EXPECT_EQ(keys->Check("f1", 0, text, signature), SignatureVerdict::kGood);
    EXPECT_EQ(keys->Check("f1", 0, text + ' ', signature), SignatureVerdict::kBad);
    EXPECT_EQ(keys->Check("f1", 0, text, other.Sign(text)), SignatureVerdict::kBad);
    EXPECT_EQ(keys->Check("f2", 0, text, other.Sign(text)), SignatureVerdict::kForeignKey);
    EXPECT_EQ(keys->Check("", 0, text, signature), SignatureVerdict::kForeignKey);
    std::string flipped = signature;
    flipped[0] = flipped[0] == '0' ? '1' : '0';
    for (const std::string& bad : {flipped, std::string(), signature.substr(2), signature.substr(1), signature + "00",
                                   std::string("null"), std::string(10'000, 'a')})
      EXPECT_EQ(keys->Check("f1", 0, text, bad), SignatureVerdict::kBad) << bad.size();
  }
}

TEST(DigestSignatureTest, KeysOfOneFingerprintAreAllTried) {
  const SigningKey one("f");
  const SigningKey two("f");
  const std::string list = KeyList("f", one.Base64());
  const std::string second = KeyList("f", two.Base64());
  const std::size_t at = second.find('[') + 1;
  const Result<PublicKeys> keys =
      PublicKeys::Read(list.substr(0, list.rfind(']')) + ',' + second.substr(at, second.rfind(']') - at) + "]}");
  ASSERT_TRUE(keys.ok()) << keys.status().message();
  EXPECT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->Check("f", 0, "text", one.Sign("text")), SignatureVerdict::kGood);
  EXPECT_EQ(keys->Check("f", 0, "text", two.Sign("text")), SignatureVerdict::kGood);
}

TEST(DigestSignatureTest, ListsOfSeveralRegions) {
  const SigningKey one("f1");
  const SigningKey two("f2");
  Result<PublicKeys> keys = PublicKeys::Read(KeyList("f1", one.Base64()));
  Result<PublicKeys> others = PublicKeys::Read(KeyList("f2", two.Base64()));
  ASSERT_TRUE(keys.ok() && others.ok());
  EXPECT_EQ(keys->Check("f2", 0, "text", two.Sign("text")), SignatureVerdict::kForeignKey);
  keys->Add(std::move(others).value());
  EXPECT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->Check("f1", 0, "text", one.Sign("text")), SignatureVerdict::kGood);
  EXPECT_EQ(keys->Check("f2", 0, "text", two.Sign("text")), SignatureVerdict::kGood);
}

TEST(DigestSignatureTest, WhatIsNoRsaKeyIsRefused) {
  const std::string whole = SigningKey("f").Base64();
  for (const std::string& bad : {std::string(), std::string("AAAA"), std::string("!!!!"), whole.substr(4),
                                 whole.substr(0, whole.size() - 4), whole + "AAAA", whole.substr(1),
                                 // An Ed25519 key: a public key, but of another kind.
                                 std::string("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")}) {
    const Result<PublicKeys> keys = PublicKeys::Read(KeyList("f", bad));
    ASSERT_FALSE(keys.ok()) << bad;
    EXPECT_EQ(keys.status().code(), Code::kCorrupt);
  }
}

// A key that was stolen after its time signs nothing for later; of two keys of one fingerprint each signs for its own time.
TEST(DigestSignatureTest, KeysSignForTheirTime) {
  const SigningKey key("f");
  const std::string signature = key.Sign("text");
  struct Case {
    std::optional<Millis> from;
    std::optional<Millis> to;
    Millis end;
    SignatureVerdict verdict;
  };
  const Case cases[] = {
      {{}, {}, 0, SignatureVerdict::kGood},           {1000, 2000, 999, SignatureVerdict::kKeyTime},
      {1000, 2000, 1000, SignatureVerdict::kGood},    {1000, 2000, 2000, SignatureVerdict::kGood},
      {1000, 2000, 2001, SignatureVerdict::kKeyTime}, {1000, {}, 1'000'000, SignatureVerdict::kGood},
      {{}, 2000, 1, SignatureVerdict::kGood},         {{}, 2000, 2001, SignatureVerdict::kKeyTime},
  };
  for (const Case& c : cases) {
    const Result<PublicKeys> keys = PublicKeys::Of({{"f", key.Base64(), c.from, c.to}});
    ASSERT_TRUE(keys.ok());
    EXPECT_EQ(keys->Check("f", c.end, "text", signature), c.verdict) << c.end;
    if (c.verdict == SignatureVerdict::kGood) {
      EXPECT_EQ(keys->Check("f", c.end, "text ", signature), SignatureVerdict::kBad) << c.end;
    }
  }
  const SigningKey other("f");
  const Result<PublicKeys> two = PublicKeys::Of({{"f", key.Base64(), 0, 1000}, {"f", other.Base64(), 1001, 2000}});
  EXPECT_EQ(two->Check("f", 500, "text", signature), SignatureVerdict::kGood);
  EXPECT_EQ(two->Check("f", 1500, "text", signature), SignatureVerdict::kBad);
  EXPECT_TRUE(two->Knows("f"));
  EXPECT_FALSE(two->Knows("g"));
  EXPECT_FALSE(PublicKeys::Read(R"({"PublicKeyList":[]})").ok());
}

}  // namespace
}  // namespace trailsift
