#include "pipeline/delivery.h"

#include <gtest/gtest.h>

#include <vector>

namespace trailsift {
namespace {

const Millis kStart = 20'000 * kDay;

Delivery Heard(const std::vector<int>& days, int a_day = 1) {
  Delivery delivery;
  for (const int day : days)
    for (int i = 0; i < a_day; ++i) delivery.Hear(kStart + day * kDay + i * kMinute);
  return delivery;
}

TEST(Delivery, AllowsTheUsualPauseAndTheBoundOnTop) {
  struct Case {
    const char* what;
    std::vector<int> days;
    int a_day;
    Millis allowed;
  };
  for (const Case& c : {
           Case{"one object: nothing is known of it", {0}, 1, 7 * kDay},
           Case{"two days of few objects", {0, 1}, 1, 7 * kDay},
           Case{"a busy first day", {0}, 100, kDay},
           Case{"not quite", {0}, 99, 7 * kDay},
           Case{"three days", {0, 1, 2}, 1, kDay},
           Case{"a weekend of two days, once: as long as it may get", {0, 1, 2, 5}, 1, kDay},
           Case{"every weekend", {0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14}, 1, 4 * kDay},
           Case{"once a week, known twice", {0, 7}, 1, 8 * kDay},
           Case{"once a week", {0, 7, 14, 21}, 1, 8 * kDay},
           Case{"a failure of ten days teaches nothing", {0, 1, 2, 3, 13, 14, 15}, 1, kDay},
           Case{"the second such one does", {0, 1, 2, 12, 13, 14, 24}, 1, 11 * kDay},
           Case{"what is longer ago than 64 days is forgotten", {0, 20, 40, 60, 61, 62, 130, 131, 132, 133}, 1, kDay},
       })
    EXPECT_EQ(Heard(c.days, c.a_day).Allowed(kDay), c.allowed) << c.what;
  EXPECT_EQ(Heard({0, 7, 14}).Allowed(kHour), 7 * kDay + kHour);
  EXPECT_EQ(Heard({0}).Allowed(kHour), 7 * kHour);
}

TEST(Delivery, TheOrderInWhichObjectsAreReadDoesNotMatter) {
  const Delivery forth = Heard({0, 3, 5, 80});
  const Delivery back = Heard({80, 5, 3, 0});
  EXPECT_EQ(forth.ToText(), back.ToText());
  EXPECT_EQ(forth.heard, kStart + 80 * kDay);
  EXPECT_EQ(forth.days, 1u);
}

TEST(Delivery, TwoAreOneThatHeardBoth) {
  Delivery one = Heard({0, 1});
  one.counted_from = 5;
  one.Merge(Heard({3}));
  Delivery both = Heard({0, 1, 3});
  both.counted_from = 5;
  EXPECT_EQ(one.ToText(), both.ToText());
  Delivery none;
  none.Merge(both);
  EXPECT_EQ(none.ToText(), both.ToText());
  both.Merge(Delivery());
  EXPECT_EQ(none.ToText(), both.ToText());
  EXPECT_EQ(one.quiet_from(), one.heard);
  one.counted_from = one.heard + 1;
  EXPECT_EQ(one.quiet_from(), one.heard + 1);
}

TEST(Delivery, ComesBackFromItsText) {
  for (const Delivery& delivery : {Delivery(), Heard({0, 63}, 50), Heard({-30'000})}) {
    const auto back = Delivery::FromText(delivery.ToText());
    ASSERT_TRUE(back.has_value()) << delivery.ToText();
    EXPECT_EQ(back->ToText(), delivery.ToText());
  }
  for (const char* bad : {"", "1", "1 2 3", "1 2 3 4 5", "1 2 3 x", "1  2 3 4", "1 2 -3 4", "99999999999999999999 2 3 4"})
    EXPECT_FALSE(Delivery::FromText(bad).has_value()) << bad;
}

}  // namespace
}  // namespace trailsift
