#include "cli/hunt_progress.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

HuntProgress Halfway() {
  HuntProgress progress;
  progress.listing = false;
  progress.in_all = 4000;
  progress.bytes_in_all = 40u << 20;
  progress.counters.objects = 1997;
  progress.counters.unreadable_objects = 2;
  progress.counters.gone_objects = 1;
  progress.counters.bytes = 20u << 20;
  progress.counters.records = 100'000;
  progress.counters.alerts = 12;
  return progress;
}

TEST(HuntProgressText, Listing) {
  HuntProgress progress;
  progress.in_all = 12'000;
  progress.bytes_in_all = 3u << 20;
  EXPECT_EQ(HuntProgressText(progress, 0, 80, true), "listing: 12,000 objects, 3.0 MiB");
}

TEST(HuntProgressText, Reading) {
  const HuntProgress progress = Halfway();
  const std::string plain = "50% 2,000/4,000 objects, 20.0 MiB of 40.0 MiB, 10,000 records/s, 12 alerts, 10 s left";
  EXPECT_EQ(HuntProgressText(progress, 10, 0, false), plain);
  EXPECT_EQ(HuntProgressText(progress, 10, 0, true), "[##########..........] " + plain);
  EXPECT_EQ(HuntProgressText(progress, 10, 200, true), "[##########..........] " + plain);
  // A terminal's line is never full: it would break into two.
  EXPECT_EQ(HuntProgressText(progress, 10, plain.size() + 10, true), plain);
  EXPECT_EQ(HuntProgressText(progress, 10, 20, true), plain.substr(0, 19));
  // Too early to say how long it takes.
  EXPECT_EQ(HuntProgressText(progress, 1, 0, false).find("left"), std::string::npos);
}

TEST(HuntProgressText, Ends) {
  HuntProgress progress = Halfway();
  progress.counters.objects += 2000;
  EXPECT_EQ(HuntProgressText(progress, 10, 0, false),
            "100% 4,000/4,000 objects, 20.0 MiB of 40.0 MiB, 10,000 records/s, 12 alerts");
  progress = HuntProgress();
  progress.listing = false;
  EXPECT_EQ(HuntProgressText(progress, 0, 0, true), "[####################] 100% 0/0 objects, 0 B, 0 records/s, 0 alerts");
}

}  // namespace
}  // namespace trailsift
