#include "event/inflated_hash.h"

#include <gtest/gtest.h>

#include <string>

#include "event/gzip.h"

namespace trailsift {
namespace {

std::string Packed(std::string_view text) {
  Result<std::string> packed = Gzip(text);
  EXPECT_TRUE(packed.ok());
  return packed.ok() ? *packed : std::string();
}

// Text that does not fit one piece of the inflater's output and does not shrink to nothing.
std::string Long() {
  std::string text;
  for (int i = 0; text.size() < 300'000; ++i) text += std::to_string(i * 7919) + ',';
  return text;
}

constexpr std::size_t kLimit = 1 << 20;

TEST(InflatedHashTest, OfWhatIsInside) {
  for (const std::string& text : {std::string(), std::string("{\"Records\":[]}"), Long()}) {
    const Result<Sha256Value> hash = HashInflated(Packed(text), kLimit);
    ASSERT_TRUE(hash.ok()) << hash.status().message();
    EXPECT_EQ(*hash, Sha256::Of(text)) << text.size();
  }
}

TEST(InflatedHashTest, MembersAreOneText) {
  const Result<Sha256Value> hash = HashInflated(Packed("one") + Packed("") + Packed("two"), kLimit);
  ASSERT_TRUE(hash.ok()) << hash.status().message();
  EXPECT_EQ(*hash, Sha256::Of("onetwo"));
}

TEST(InflatedHashTest, PlainBytesAreHashedAsTheyAre) {
  for (const char* text : {"", "{}", "\x1f", "\x1e\x8b plain"}) {
    const Result<Sha256Value> hash = HashInflated(text, kLimit);
    ASSERT_TRUE(hash.ok());
    EXPECT_EQ(*hash, Sha256::Of(text));
  }
}

TEST(InflatedHashTest, DamageIsNoHash) {
  const std::string whole = Packed(Long());
  std::string flipped = whole;
  flipped[whole.size() - 6] ^= 1;  // in the checksum
  struct Case {
    std::string bytes;
    std::string_view said;
  };
  const Case cases[] = {
      {whole.substr(0, whole.size() / 2), "cut off"},   {whole.substr(0, whole.size() - 1), "cut off"}, {flipped, "damaged"},
      {whole + "x", "1 bytes that are no gzip follow"}, {whole + whole.substr(0, 2), "cut off"},        {"\x1f\x8b", "cut off"},
  };
  for (const Case& c : cases) {
    const Result<Sha256Value> hash = HashInflated(c.bytes, kLimit);
    ASSERT_FALSE(hash.ok()) << c.said;
    EXPECT_EQ(hash.status().code(), Code::kCorrupt);
    EXPECT_NE(hash.status().message().find(c.said), std::string::npos) << hash.status().message();
  }
}

TEST(InflatedHashTest, TheLimitIsOfInflatedBytes) {
  const std::string text(1000, 'a');
  EXPECT_TRUE(HashInflated(Packed(text), 1000).ok());
  EXPECT_EQ(HashInflated(Packed(text), 999).status().code(), Code::kCorrupt);
  EXPECT_EQ(HashInflated(Packed(text.substr(500)) + Packed(text.substr(499)), 1000).status().code(), Code::kCorrupt);
  EXPECT_EQ(HashInflated(text, 999).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace trailsift
