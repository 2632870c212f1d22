#include "base/case_fold.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(CaseFold, FoldsLettersOfAnyScript) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"StopLogging_9", "stoplogging_9"},
      {"JÜRGEN", "jürgen"},
      {"СЕКРЕТ", "секрет"},
      {"ΑΘΗΝΑ", "αθηνα"},
      {"straße", "straße"},
      {"ẞ", "ß"},
      {"日本😀", "日本😀"},
      {"ǅ", "ǆ"},
      {"Ⅷ", "ⅷ"},
      {"𐐀", "𐐨"},
  };
  for (const auto& [text, folded] : cases) EXPECT_EQ(FoldCase(text), folded) << text;
}

TEST(CaseFold, KeepsWhatIsNoUtf8) {
  for (const std::string_view text : {"\xff", "a\xc3", "\xe2\x82", "\x80z", "\xf8\x88\x80\x80"}) EXPECT_EQ(FoldCase(text), text);
  EXPECT_EQ(FoldCase("\xc3Ü"), "\xc3ü");
}

TEST(CaseFold, KnowsAscii) {
  EXPECT_TRUE(IsAscii(""));
  EXPECT_TRUE(IsAscii("a~\x7f"));
  EXPECT_FALSE(IsAscii("aü"));
}

}  // namespace
}  // namespace trailsift
