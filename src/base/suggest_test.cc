#include "base/suggest.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(EditDistanceTest, Cases) {
  const struct {
    const char* a;
    const char* b;
    std::size_t limit;
    std::size_t want;
  } kCases[] = {
      {"", "", 3, 0},         {"name", "name", 3, 0},      {"Name", "nAME", 3, 0},
      {"nmae", "name", 3, 1}, {"nam", "name", 3, 1},       {"names", "name", 3, 1},
      {"nome", "name", 3, 1}, {"kitten", "sitting", 5, 3}, {"kitten", "sitting", 2, 3},
      {"a", "abcdef", 3, 4},  {"", "abc", 3, 3},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(EditDistance(c.a, c.b, c.limit), c.want) << c.a << ' ' << c.b;
    EXPECT_EQ(EditDistance(c.b, c.a, c.limit), c.want) << c.b << ' ' << c.a;
  }
}

TEST(DidYouMeanTest, Cases) {
  const std::vector<std::string_view> words = {"aws_profile", "name", "path", "path_suffix", "regions", "if_sid"};
  const struct {
    const char* word;
    const char* want;
  } kCases[] = {
      {"aws_profil", "did you mean <aws_profile>?"},
      {"profile", ""},
      {"region", "did you mean <regions>?"},
      {"Name", "did you mean <name>?"},
      {"pth", "did you mean <path>?"},
      {"path_sufix", "did you mean <path_suffix>?"},
      {"is_fid", "did you mean <if_sid>?"},
      {"timeout", ""},
      {"xy", ""},
      {"", ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(DidYouMean(c.word, words, "<", ">"), c.want) << c.word;
  EXPECT_EQ(DidYouMean(std::string(65, 'a'), {std::string_view("a")}), "");
}

}  // namespace
}  // namespace trailsift
