#include "rules/sigma_encoding.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

using std::string_literals::operator""s;

TEST(SigmaEncoding, Base64) {
  // RFC 4648, 10.
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xff\xfe", "//4="}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(ToBase64(bytes), text);
}

// Whatever stands before and behind, the middle of that shift is in the text.
TEST(SigmaEncoding, MiddlesStandInEveryText) {
  for (const std::string text : {"foobar", "fooba", "foob", "foo"}) {
    const std::array<std::string, 3> middles = Base64Middles(text);
    for (std::size_t shift = 0; shift < 3; ++shift) {
      ASSERT_FALSE(middles[shift].empty());
      for (const char before : {'\0', 'x', '\xff'})
        for (const char* behind : {"", "y", "\xff\xff"}) {
          const std::string whole = ToBase64(std::string(3 + shift, before) + text + behind);
          EXPECT_NE(whole.find(middles[shift]), std::string::npos) << text << ' ' << shift << ' ' << whole;
        }
    }
  }
  EXPECT_EQ(Base64Middles("foobar"), (std::array<std::string, 3>{"Zm9vYmFy", "Zvb2Jhc", "mb29iYX"}));
  EXPECT_EQ(Base64Middles("f")[1], "");
}

TEST(SigmaEncoding, Utf16) {
  EXPECT_EQ(ToUtf16("aü", Utf16Form::kLittleEndian), "a\0\xfc\0"s);
  EXPECT_EQ(ToUtf16("a€", Utf16Form::kBigEndian), "\0a\x20\xac"s);
  EXPECT_EQ(ToUtf16("😀", Utf16Form::kLittleEndian), "\x3d\xd8\x00\xde"s);
  EXPECT_EQ(ToUtf16("c", Utf16Form::kWithMark),
            "\xff\xfe"
            "c\0"s);
}

}  // namespace
}  // namespace trailsift
