#include "cli/html_text.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::string Html(std::string_view text) {
  std::string out;
  AppendHtml(text, out);
  return out;
}

TEST(HtmlText, NothingOfAStrangerIsMarkup) {
  struct Case {
    std::string_view text;
    std::string_view html;
  };
  const Case cases[] = {
      {"plain – naïve 日本", "plain – naïve 日本"},
      {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
      {R"(" onload='x' a="&amp;)", "&quot; onload=&#39;x&#39; a=&quot;&amp;amp;"},
      {std::string_view("a\0b\x1b[31m\r\n\tc\x7F", 13), "a b [31m   c "},
      {"\xC2\x9B"
       "2J\xC2\x80",
       " 2J "},
      {"©\xC2\xA0§", "©\xC2\xA0§"},  // what begins with the same byte
      {"gpj.\u202Efdp\u2066x\u2069", "gpj.\uFFFDfdp\uFFFDx\uFFFD"},
      {"\u2029… \u202F\u2065\u206A", "\u2029… \u202F\u2065\u206A"},  // their neighbours
      {"\xE2\x80", "\xE2\x80"},                                      // torn
      {"\xC2", "\xC2"},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(Html(c.text), c.html);
}

TEST(HtmlText, CutsAtWholeCharacters) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("abcd", 3), "abc…");
  EXPECT_EQ(CutText("aéé", 3), "aé…");
  EXPECT_EQ(CutText("aéé", 4), "aé…");
  EXPECT_EQ(CutText("aéé", 5), "aéé");
  EXPECT_EQ(CutText("é", 1), "…");
}

}  // namespace
}  // namespace trailsift
