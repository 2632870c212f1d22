#include "base/bytes.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::string Sample() {
  std::string bytes;
  ByteWriter writer(bytes);
  writer.U8(0xFE);
  writer.U32(0x01020304);
  writer.U64(0xF102030405060708);
  writer.I64(-2);
  writer.Hash(FastHash("x"));
  writer.String(std::string_view("a\0b", 3));
  writer.String("");
  return bytes;
}

TEST(Bytes, ComeBackAsTheyWere) {
  const std::string bytes = Sample();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.U8(), 0xFE);
  EXPECT_EQ(reader.U32(), 0x01020304u);
  EXPECT_EQ(reader.U64(), 0xF102030405060708u);
  EXPECT_EQ(reader.I64(), -2);
  EXPECT_EQ(reader.Hash(), FastHash("x"));
  EXPECT_EQ(reader.String(), std::string_view("a\0b", 3));
  EXPECT_EQ(reader.left(), 4u);
  EXPECT_EQ(reader.String(), "");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(Bytes, AreLittleEndianOnTheDisk) {
  std::string bytes;
  ByteWriter(bytes).U32(0x01020304);
  ByteWriter(bytes).String("ab");
  EXPECT_EQ(bytes, std::string("\x04\x03\x02\x01\x02\0\0\0ab", 10));
}

TEST(Bytes, EveryCutIsNoticedAndAnswersZerosFromThereOn) {
  const std::string bytes = Sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    reader.U8();
    reader.U32();
    reader.U64();
    reader.I64();
    reader.Hash();
    reader.String();
    reader.String();
    EXPECT_FALSE(reader.ok()) << size;
    EXPECT_TRUE(reader.at_end()) << size;
    EXPECT_EQ(reader.U64(), 0u) << size;
    EXPECT_TRUE(reader.Hash().is_zero()) << size;
    EXPECT_EQ(reader.String(), "") << size;
  }
}

TEST(Bytes, ALengthBeyondTheEndIsShort) {
  std::string bytes;
  ByteWriter(bytes).U32(UINT32_MAX);
  bytes += "abc";
  ByteReader reader(bytes);
  EXPECT_EQ(reader.String(), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace trailsift
