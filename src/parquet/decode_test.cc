#include "parquet/decode.h"

#include <gtest/gtest.h>

#include <string>

namespace trailsift {
namespace {

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(Decode, BitWidths) {
  for (const auto& [max, width] :
       {std::pair{0u, 0u}, {1u, 1u}, {2u, 2u}, {3u, 2u}, {4u, 3u}, {255u, 8u}, {256u, 9u}, {UINT32_MAX, 32u}})
    EXPECT_EQ(BitWidth(max), width) << max;
}

TEST(Decode, Bits) {
  const std::string bytes = Bytes({0b1010'0110, 0xFF, 0x01, 0, 0, 0, 0, 0, 0x80});
  EXPECT_EQ(ReadBits(bytes, 0, 4), 0b0110u);
  EXPECT_EQ(ReadBits(bytes, 4, 6), 0b11'1010u);
  EXPECT_EQ(ReadBits(bytes, 8, 64), 0x8000'0000'0000'01FFu);
  EXPECT_EQ(ReadBits(bytes, 3, 0), 0u);
  EXPECT_EQ(ReadBits(bytes, 71, 8), 1u);  // the rest lies behind the end
  EXPECT_EQ(ReadBits(bytes, 900, 8), 0u);
}

std::string Hybrid(const std::string& bytes, unsigned width, int count) {
  HybridReader reader(bytes, width);
  std::string out;
  for (int i = 0; i < count; ++i) {
    std::uint32_t value = 0;
    if (!reader.Next(value)) return out + "end";
    out += std::to_string(value) + ' ';
  }
  return out;
}

TEST(Decode, RunsAndPackedGroups) {
  const struct {
    const char* what;
    std::string bytes;
    unsigned width;
    int count;
    const char* values;
  } cases[] = {
      {"a run", Bytes({6, 5}), 3, 4, "5 5 5 end"},
      {"a wide run", Bytes({4, 0x34, 0x12}), 16, 2, "4660 4660 "},
      {"a group", Bytes({3, 0b10'001'000, 0b1'100'011'0, 0b111'110'10}), 3, 9, "0 1 2 3 4 5 6 7 end"},
      {"both", Bytes({2, 1, 3, 0b10101010, 4, 0}), 1, 12, "1 0 1 0 1 0 1 0 1 0 0 end"},
      {"without bits", Bytes({4}), 0, 3, "0 0 end"},
      {"a run of none", Bytes({0, 1, 2, 1}), 1, 2, "1 end"},
      {"a cut group", Bytes({5, 0xFF}), 2, 5, "3 3 3 3 end"},
      {"a cut run", Bytes({6}), 8, 1, "end"},
      {"nothing", "", 1, 1, "end"},
      {"an endless number", std::string(11, '\xFF'), 1, 1, "end"},
  };
  for (const auto& c : cases) EXPECT_EQ(Hybrid(c.bytes, c.width, c.count), c.values) << c.what;
}

std::string Deltas(const std::string& bytes) {
  DeltaReader reader(bytes);
  std::string out;
  std::int64_t value = 0;
  while (out.size() < 1000 && reader.Next(value)) out += std::to_string(value) + ' ';
  return out + (out.empty() ? "" : "at ") + std::to_string(reader.end());
}

TEST(Decode, Deltas) {
  // The example of the format's page: 1 to 5 in a block of 128, four miniblocks.
  EXPECT_EQ(Deltas(Bytes({0x80, 1, 4, 5, 2, 2, 0, 0, 0, 0, 'x'})), "1 2 3 4 5 at 10");
  // 7, 5, 3, 1, 2, 3, 4, 5: the least delta is -2, of two bits each are 0 0 0 3 3 3 3.
  EXPECT_EQ(Deltas(Bytes({8, 1, 8, 14, 3, 2, 0b11'00'00'00, 0b11'11'11})), "7 5 3 1 2 3 4 5 at 8");
  EXPECT_EQ(Deltas(Bytes({8, 1, 1, 3})), "-2 at 4");
  EXPECT_EQ(Deltas(Bytes({8, 1, 0, 0})), "4");
  for (const std::string& bad :
       {std::string(), Bytes({8}), Bytes({0, 1, 2, 0}), Bytes({8, 0, 2, 0}), Bytes({8, 3, 2, 0}), Bytes({4, 1, 2, 0})})
    EXPECT_EQ(Deltas(bad).find(' '), std::string::npos) << bad.size();
  EXPECT_EQ(Deltas(Bytes({8, 1, 3, 0, 2, 65, 0})).substr(0, 5), "0 at ");  // wider than 64 bits
  EXPECT_EQ(Deltas(Bytes({8, 1, 3, 0, 2, 8, 0})).substr(0, 5), "0 at ");   // cut
}

}  // namespace
}  // namespace trailsift
