#include "base/text_pool.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(TextPool, KeepsATextOnceAndUntilItsLastRowGoes) {
  TextPool pool;
  const std::string long_text(100, 'x');
  {
    const TextPool::Row first(pool, {long_text, std::nullopt, "b", ""});
    EXPECT_EQ(first.size(), 4u);
    EXPECT_EQ(first.Text(0), long_text);
    EXPECT_EQ(first.Text(1), std::nullopt);
    EXPECT_EQ(first[1], TextPool::kNothing);
    EXPECT_EQ(first.Text(3), "") << "an empty text is not nothing";
    EXPECT_NE(first[3], TextPool::kNothing);
    {
      const TextPool::Row second(pool, {"b", long_text});
      EXPECT_EQ(second[0], first[2]);
      EXPECT_EQ(second[1], first[0]);
      EXPECT_EQ(pool.size(), 3u);
    }
    EXPECT_EQ(first.Text(0), long_text);
  }
  EXPECT_EQ(pool.size(), 0u);
}

TEST(TextPool, NumbersAreUsedAgainAndTextsStayWhereTheyAre) {
  TextPool pool;
  TextPool::Row kept(pool, {"kept"});
  const std::string_view view = *kept.Text(0);
  for (int i = 0; i < 1000; ++i) {
    const TextPool::Row passing(pool, {"passing " + std::to_string(i)});
    EXPECT_LE(passing[0], 2u);
    EXPECT_NE(passing[0], kept[0]);
  }
  TextPool::Row moved(std::move(kept));
  EXPECT_EQ(moved.Text(0)->data(), view.data());
  moved = TextPool::Row(pool, {"other"});
  EXPECT_EQ(moved.Text(0), "other");
  EXPECT_EQ(pool.size(), 1u);
}

}  // namespace
}  // namespace trailsift
