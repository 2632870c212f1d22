#include "parquet/cell_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace trailsift {
namespace {

std::string Text(ParquetType type, ParquetMeaning meaning, ParquetCell cell, int scale_or_digits = 3, bool utc = true) {
  ParquetNode leaf;
  leaf.kind = ParquetNode::Kind::kLeaf;
  leaf.type = type;
  leaf.meaning = meaning;
  leaf.scale = leaf.digits = scale_or_digits;
  leaf.utc = utc;
  std::string out;
  AppendParquetCell(leaf, cell, out);
  return out;
}

ParquetCell Integer(std::int64_t value) { return {value, 0, {}}; }
ParquetCell Real(double value) { return {0, value, {}}; }
ParquetCell Bytes(std::string_view bytes) { return {0, 0, bytes}; }

TEST(ParquetCell, Numbers) {
  EXPECT_EQ(Text(ParquetType::kBoolean, ParquetMeaning::kPlain, Integer(1)), "true");
  EXPECT_EQ(Text(ParquetType::kBoolean, ParquetMeaning::kPlain, Integer(0)), "false");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kPlain, Integer(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kUnsigned, Integer(-1)), "18446744073709551615");
  EXPECT_EQ(Text(ParquetType::kInt32, ParquetMeaning::kUnsigned, Integer(-1)), "4294967295");
  EXPECT_EQ(Text(ParquetType::kDouble, ParquetMeaning::kPlain, Real(0.1)), "0.1");
  EXPECT_EQ(Text(ParquetType::kDouble, ParquetMeaning::kPlain, Real(std::nan(""))), "null");
  EXPECT_EQ(Text(ParquetType::kFloat, ParquetMeaning::kPlain, Real(-std::numeric_limits<double>::infinity())), "null");
  for (const auto& [bytes, text] : {std::pair{std::string("\x00\x3C", 2), "1.0"},
                                    {std::string("\x01\x00", 2), "5.960464477539063e-08"},
                                    {std::string("\xFF\xFB", 2), "-65504.0"},
                                    {std::string("\x00\x7C", 2), "null"}})
    EXPECT_EQ(Text(ParquetType::kFixed, ParquetMeaning::kHalf, Bytes(bytes)), text);
}

TEST(ParquetCell, Decimals) {
  EXPECT_EQ(Text(ParquetType::kInt32, ParquetMeaning::kDecimal, Integer(-1250), 2), "-12.50");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kDecimal, Integer(5), 3), "0.005");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kDecimal, Integer(INT64_MIN), 0), "-9223372036854775808");
  EXPECT_EQ(Text(ParquetType::kBytes, ParquetMeaning::kDecimal, Bytes("\x01\x02"), 0), "258");
  EXPECT_EQ(Text(ParquetType::kFixed, ParquetMeaning::kDecimal, Bytes(std::string_view("\xFF\x00", 2)), 1), "-25.6");
  EXPECT_EQ(Text(ParquetType::kBytes, ParquetMeaning::kDecimal, Bytes(""), 1), "\"\"");
}

TEST(ParquetCell, Times) {
  constexpr std::int64_t kTen = 1'768'471'200;  // 2026-01-15T10:00:00Z
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTimestamp, Integer(kTen * 1000), 3), "\"2026-01-15T10:00:00Z\"");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTimestamp, Integer(kTen * 1000 + 5), 3), "\"2026-01-15T10:00:00.005Z\"");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTimestamp, Integer(kTen * 1'000'000 + 5), 6, false),
            "\"2026-01-15T10:00:00.000005\"");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTimestamp, Integer(-1), 9), "\"1969-12-31T23:59:59.999999999Z\"");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTimestamp, Integer(INT64_MAX), 3), "9223372036854775807");
  EXPECT_EQ(Text(ParquetType::kInt32, ParquetMeaning::kDate, Integer(20468)), "\"2026-01-15\"");
  EXPECT_EQ(Text(ParquetType::kInt32, ParquetMeaning::kDate, Integer(INT32_MAX)), "2147483647");
  EXPECT_EQ(Text(ParquetType::kInt32, ParquetMeaning::kTime, Integer(36'000'001), 3), "\"10:00:00.001\"");
  EXPECT_EQ(Text(ParquetType::kInt64, ParquetMeaning::kTime, Integer(-1), 6), "-1");
  // 2,461,056 is the Julian day of 2026-01-15.
  EXPECT_EQ(Text(ParquetType::kInt96, ParquetMeaning::kPlain,
                 Bytes(std::string_view("\x00\x00\x00\x00\x00\x00\x00\x00\x80\x8D\x25\x00", 12))),
            "\"2026-01-15T00:00:00Z\"");
  EXPECT_EQ(Text(ParquetType::kInt96, ParquetMeaning::kPlain,
                 Bytes(std::string_view("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x80\x8D\x25\x00", 12))),
            "\"ffffffffffffffff808d2500\"");
}

TEST(ParquetCell, TextAndBytes) {
  EXPECT_EQ(Text(ParquetType::kBytes, ParquetMeaning::kText, Bytes("\xC3\xBC\"\n")), R"("\u00fc\"\n")");
  EXPECT_EQ(Text(ParquetType::kBytes, ParquetMeaning::kText, Bytes("\xFF")), R"("\ufffd")");
  EXPECT_EQ(Text(ParquetType::kBytes, ParquetMeaning::kPlain, Bytes("\xC3\xBC")), R"("\u00fc")");
  for (const char* bad : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x28\xA1"}) {
    const std::string text = Text(ParquetType::kBytes, ParquetMeaning::kPlain, Bytes(bad));
    EXPECT_EQ(text.size(), std::string_view(bad).size() * 2 + 2) << text;
  }
  EXPECT_EQ(Text(ParquetType::kFixed, ParquetMeaning::kUuid, Bytes("0123456789abcdef")),
            "\"30313233-3435-3637-3839-616263646566\"");
}

}  // namespace
}  // namespace trailsift
