#include "base/amounts.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Amounts, Commas) {
  for (const auto& [number, text] : std::initializer_list<std::pair<std::uint64_t, const char*>>{
           {0, "0"}, {999, "999"}, {1000, "1,000"}, {123456, "123,456"}, {1234567, "1,234,567"}})
    EXPECT_EQ(WithCommas(number), text);
}

TEST(Amounts, Bytes) {
  for (const auto& [bytes, text] :
       std::initializer_list<std::pair<std::uint64_t, const char*>>{{0, "0 B"},
                                                                    {1023, "1023 B"},
                                                                    {1024, "1.0 KiB"},
                                                                    {102'348, "99.9 KiB"},
                                                                    {102'400, "100 KiB"},
                                                                    {1'048'063, "1023 KiB"},
                                                                    {1'048'064, "1.0 MiB"},  // not 1024 KiB
                                                                    {5ull << 30, "5.0 GiB"},
                                                                    {UINT64_MAX, "16.0 EiB"}})
    EXPECT_EQ(ByteText(bytes), text) << bytes;
}

TEST(Amounts, Dollars) {
  for (const auto& [dollars, text] : std::initializer_list<std::pair<double, const char*>>{{0, "$0"},
                                                                                           {0.0000004, "under $0.01"},
                                                                                           {0.0099, "under $0.01"},
                                                                                           {0.01, "$0.01"},
                                                                                           {0.999, "$1.00"},
                                                                                           {1234.5, "$1,234.50"}})
    EXPECT_EQ(DollarText(dollars), text) << dollars;
}

TEST(Amounts, Spans) {
  for (const auto& [seconds, text] : std::initializer_list<std::pair<double, const char*>>{{-1, "0 s"},
                                                                                           {59.4, "59 s"},
                                                                                           {59.6, "1 min"},
                                                                                           {89, "1 min"},
                                                                                           {90, "2 min"},
                                                                                           {3599, "60 min"},
                                                                                           {3600, "1 h"},
                                                                                           {7800, "2 h 10 min"},
                                                                                           {86'400, "1 d"},
                                                                                           {356'400, "4 d 3 h"}})
    EXPECT_EQ(SpanText(seconds), text) << seconds;
}

}  // namespace
}  // namespace trailsift
