#include "aws/attempts.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Attempts, PausesGrowAndAreBounded) {
  struct Case {
    int attempts;
    const char* retry_after;
    Millis shortest;
    Millis longest;
  };
  const Case cases[] = {
      {0, "", 50, 100},       {1, "", 50, 100},        {2, "", 100, 200},    {5, "", 800, 1600},
      {9, "", 10000, 20000},  {100, "", 10000, 20000}, {1, "5", 5000, 5000}, {1, "99999", 20000, 20000},
      {9, "1", 10000, 20000}, {1, "-7", 50, 100},      {1, "soon", 50, 100}, {1, "99999999999999", 50, 100},
  };
  for (const Case& c : cases) {
    HttpResponse response;
    response.headers = {{"retry-after", c.retry_after}};
    for (int i = 0; i < 100; ++i) {
      const Millis pause = PauseAfter(c.attempts, AttemptOptions(), response);
      EXPECT_GE(pause, c.shortest) << c.attempts << ' ' << c.retry_after;
      EXPECT_LE(pause, c.longest) << c.attempts << ' ' << c.retry_after;
    }
  }
}

TEST(Attempts, OutlastAMinuteOfSlowDown) {
  for (int round = 0; round < 100; ++round) {
    Millis lasted = 0;
    for (int attempts = 1; attempts < kDefaultAttempts; ++attempts)
      lasted += PauseAfter(attempts, AttemptOptions(), HttpResponse());
    EXPECT_GT(lasted, kMinute);
  }
}

}  // namespace
}  // namespace trailsift
