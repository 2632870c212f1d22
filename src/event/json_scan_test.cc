#include "event/json_scan.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

TEST(SkipJsonValue, Table) {
  const struct {
    const char* text;
    std::size_t end;
  } cases[] = {
      {R"("a")", 3},
      {R"("a\"b",)", 6},
      {R"("a\\",")", 5},
      {R"("a\\\"b")", 8},
      {R"("a)", kNone},
      {R"("a\")", kNone},
      {R"({})", 2},
      {R"({"a":"}"}x)", 9},
      {R"([[1],[2]] )", 9},
      {R"({"a":[1,{"b":2}]},)", 17},
      {R"({"a":"\"}"}z)", 11},
      {R"({"a":1)", kNone},
      {R"([1,"x)", kNone},
      {"12,", 2},
      {"true]", 4},
      {"12", kNone},
      {"", kNone},
      {",", 0},
      {R"({"a":1])", 7},
  };
  for (const auto& c : cases) EXPECT_EQ(SkipJsonValue(c.text, 0), c.end) << c.text;
}

TEST(SkipToClose, FromInside) {
  EXPECT_EQ(SkipToClose("1]},x", 0, 2), 3u);
  EXPECT_EQ(SkipToClose("\"]\"]", 0, 1), 4u);
  EXPECT_EQ(SkipToClose("1]", 0, 2), kNone);
}

}  // namespace
}  // namespace trailsift
