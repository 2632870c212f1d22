#include "base/arena.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trailsift {
namespace {

TEST(Arena, KeepsEveryTextUntilReset) {
  Arena arena;
  std::vector<std::pair<std::string, std::string_view>> copies;
  for (const std::size_t size : {0, 1, 100, 16383, 16384, 16385, 70000, 1, 5000, 12000, 3}) {
    std::string text(size, static_cast<char>('a' + copies.size()));
    const std::string_view view = arena.Copy(text);
    copies.emplace_back(std::move(text), view);
  }
  for (const auto& [text, view] : copies) EXPECT_EQ(text, view);
}

TEST(Arena, UsesItsFirstBlockAgainAfterReset) {
  Arena arena;
  arena.Reset();  // nothing to forget
  const char* first = arena.Copy("abc").data();
  (void)arena.Allocate(100000);
  arena.Reset();
  EXPECT_EQ(arena.Copy("xyz").data(), first);
  // The whole first block is there again, and not a byte more.
  EXPECT_EQ(arena.Allocate(16384 - 3), first + 3);
  char* beyond = arena.Allocate(1);
  *beyond = 'x';
  EXPECT_NE(beyond, first + 16384);
}

TEST(Arena, AnOversizedFirstBlockIsKeptWhole) {
  Arena arena;
  char* first = arena.Allocate(50000);
  arena.Reset();
  char* again = arena.Allocate(50000);
  EXPECT_EQ(again, first);
  again[49999] = 'x';
}

}  // namespace
}  // namespace trailsift
