#include "base/sha256.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Sha256Test, KnownValues) {
  // FIPS 180-4, "Secure Hash Standard": the examples that NIST publishes for it.
  EXPECT_EQ(HexOf(Sha256::Of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf(Sha256::Of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, PiecesMakeTheSame) {
  const std::string text(1000, 'x');
  for (const std::size_t piece : {1u, 63u, 64u, 65u, 999u, 1000u}) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += piece) hash.Update(std::string_view(text).substr(at, piece));
    EXPECT_EQ(hash.Finish(), Sha256::Of(text)) << piece;
  }
}

TEST(Sha256Test, HexBothWays) {
  EXPECT_EQ(BytesOfHex("00fFAb"), std::string("\x00\xFF\xAB", 3));
  EXPECT_EQ(BytesOfHex(""), "");
  for (const char* bad : {"0", "0g", "g0", " 00", "0x00", "00 "}) EXPECT_EQ(BytesOfHex(bad), std::nullopt) << bad;
  const Sha256Value value = Sha256::Of("abc");
  EXPECT_EQ(Sha256OfHex(HexOf(value)), value);
  EXPECT_EQ(Sha256OfHex(HexOf(value).substr(2)), std::nullopt);
  EXPECT_EQ(Sha256OfHex(HexOf(value) + "00"), std::nullopt);
}

TEST(Sha256Test, Base64) {
  EXPECT_EQ(Base64Of(Sha256::Of("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  EXPECT_EQ(Base64Of(Sha256::Of("")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

}  // namespace
}  // namespace trailsift
