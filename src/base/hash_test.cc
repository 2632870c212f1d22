#include "base/hash.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace trailsift {
namespace {

TEST(Hash, StrongHashIsTheFrontOfSha256) {
  EXPECT_EQ(StrongHash("").ToHex(), "e3b0c44298fc1c149afbf4c8996fb924");
  EXPECT_EQ(StrongHash("abc").ToHex(), "ba7816bf8f01cfea414140de5dae2223");
}

// The published XXH3 128-bit value of the empty input; both values stand on disk and must never change.
TEST(Hash, FastHashIsStable) {
  EXPECT_EQ(FastHash("").ToHex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(FastHash("abc").ToHex(), "06b05ab6733a618578af5f94892f3950");
  EXPECT_NE(FastHash("abc"), FastHash("abd"));
}

TEST(Hash, HexGoesBothWays) {
  const Hash128 hash = StrongHash("abc");
  EXPECT_EQ(Hash128::FromHex(hash.ToHex()), hash);
  const std::string good(32, 'a');
  struct Case {
    std::string text;
    bool valid;
  };
  const Case kCases[] = {
      {good, true},
      {"0123456789abcdef0123456789abcdef", true},
      {good.substr(1), false},
      {good + "a", false},
      {"", false},
      {"0123456789ABCDEF0123456789abcdef", false},  // written in lower case only
      {std::string(31, 'a') + "g", false},
      {std::string(31, 'a') + " ", false},
  };
  for (const Case& c : kCases) EXPECT_EQ(Hash128::FromHex(c.text).has_value(), c.valid) << c.text;
}

TEST(Hash, ZeroAndOrder) {
  EXPECT_TRUE(Hash128{}.is_zero());
  Hash128 low;
  low.bytes[15] = 1;
  Hash128 high;
  high.bytes[0] = 1;
  EXPECT_FALSE(low.is_zero());
  EXPECT_LT(low, high);
  EXPECT_LT(low.ToHex(), high.ToHex());  // the order of the bytes is that of the text
}

}  // namespace
}  // namespace trailsift
