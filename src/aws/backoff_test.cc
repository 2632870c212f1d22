#include "aws/backoff.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(BackOff, GrowsAndIsBounded) {
  struct Case {
    int attempts;
    Millis at_least;
    Millis shortest;
    Millis longest;
  };
  const Case cases[] = {
      {0, 0, 50, 100},        {1, 0, 50, 100},       {2, 0, 100, 200}, {5, 0, 800, 1600},        {9, 0, 10000, 20000},
      {100, 0, 10000, 20000}, {1, 5000, 5000, 5000}, {1, 70, 70, 100}, {1, 99999, 20000, 20000}, {9, 1000, 10000, 20000},
  };
  std::minstd_rand random(7);
  for (const Case& c : cases) {
    for (int i = 0; i < 100; ++i) {
      const Millis pause = BackOff(c.attempts, std::chrono::milliseconds(100), std::chrono::seconds(20), c.at_least, random);
      EXPECT_GE(pause, c.shortest) << c.attempts;
      EXPECT_LE(pause, c.longest) << c.attempts;
    }
  }
}

}  // namespace
}  // namespace trailsift
