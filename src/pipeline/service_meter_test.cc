#include "pipeline/service_meter.h"

#include <gtest/gtest.h>

#include <numeric>

namespace trailsift {
namespace {

constexpr Millis kNow = 1'768'471'200'000;  // 2026-01-15T10:00:00Z

Alert MakeAlert(const RuleInfo& rule, Millis event_time) {
  Alert alert;
  alert.rule = &rule;
  alert.event_time = event_time;
  return alert;
}

TEST(AlertLag, Buckets) {
  AlertLag lag;
  for (const double seconds : {-5.0, 0.0, 30.0, 30.1, 86'400.0, 86'401.0}) lag.Observe(seconds);
  EXPECT_EQ(lag.counts[0], 3u);
  EXPECT_EQ(lag.counts[1], 1u);
  EXPECT_EQ(lag.counts[AlertLag::kBounds.size() - 1], 1u);
  EXPECT_EQ(lag.counts.back(), 1u);
  EXPECT_DOUBLE_EQ(lag.sum, 30 + 30.1 + 86'400 + 86'401);
}

TEST(ServiceMeter, PublishesAndTellsEachMinute) {
  StatusBoard board;
  ServiceMeter meter(&board, kNow);
  EXPECT_EQ(board.Read().started, kNow);
  meter.BeginPass(kNow);
  EXPECT_EQ(board.Read().pass_began, kNow);
  meter.status().counters.objects = 5;
  meter.SawObject(kNow - kHour);
  meter.SawObject(kNow - 2 * kHour);
  EXPECT_EQ(board.Read().counters.objects, 0u);  // not yet told
  EXPECT_FALSE(meter.IsDue(kNow + 249));
  EXPECT_TRUE(meter.IsDue(kNow + 250));
  EXPECT_TRUE(meter.IsDue(kNow - 1));  // the clock was set back
  EXPECT_FALSE(meter.Tell(kNow + 250));
  EXPECT_EQ(board.Read().counters.objects, 5u);
  EXPECT_EQ(board.Read().newest_object, kNow - kHour);
  EXPECT_FALSE(meter.Tell(kNow + kMinute - 1));
  EXPECT_TRUE(meter.Tell(kNow + kMinute));
  EXPECT_FALSE(meter.Tell(kNow + kMinute + 1));
  EXPECT_FALSE(meter.Tell(kNow + 2 * kMinute - 1));
  EXPECT_TRUE(meter.Tell(kNow + 2 * kMinute));
  meter.EndPass(true, kNow + 150 * kSecond);
  EXPECT_FALSE(meter.Tell(kNow + kHour));  // nothing under way
  const ServiceStatus status = board.Read();
  EXPECT_FALSE(status.pass_began);
  EXPECT_EQ(status.pass_ended, kNow + 150 * kSecond);
  EXPECT_EQ(status.pass_seconds, 150);
  EXPECT_EQ(status.passes_fine, 1u);
  EXPECT_EQ(status.passes_failed, 0u);
}

TEST(ServiceMeter, TellsOfThePassAlone) {
  ServiceMeter meter(nullptr, kNow);
  meter.status().counters.records = 1000;
  meter.BeginPass(kNow);
  meter.status().counters.records = 7000;
  meter.status().counters.objects = 1234;
  meter.status().counters.bytes = 3u << 20;
  meter.status().counters.alerts = 12;
  EXPECT_EQ(meter.Tell(kNow + kMinute).value(), "1 min under way: 1,234 objects (3.0 MiB), 6,000 records (100/s), 12 alerts");
  meter.SawObject(kNow - kDay);
  EXPECT_EQ(meter.Tell(kNow + 2 * kMinute).value(),
            "2 min under way: 1,234 objects (3.0 MiB), 6,000 records (50/s), 12 alerts; newest object of 2026-01-14T10:00:00Z, 1 d "
            "behind now");
}

TEST(ServiceMeter, Alerts) {
  ServiceMeter meter(nullptr, kNow);
  RuleInfo rule;
  rule.level = 10;
  meter.Wrote(MakeAlert(rule, kNow - 45 * kSecond), kNow);
  rule.level = 3;
  Alert late = MakeAlert(rule, kNow - kHour);
  late.supersedes.push_back(Hash128{});
  meter.Wrote(late, kNow);
  EXPECT_EQ(meter.status().alerts_by_level[10], 1u);
  EXPECT_EQ(meter.status().alerts_by_level[3], 1u);
  EXPECT_EQ(std::accumulate(meter.status().lag.counts.begin(), meter.status().lag.counts.end(), 0u), 1u);
  EXPECT_EQ(meter.status().lag.counts[1], 1u);
}

TEST(ServiceMeter, Disk) {
  StatusBoard board;
  ServiceMeter meter(&board, kNow);
  meter.DiskFailed();
  EXPECT_TRUE(board.Read().disk_waits);
  EXPECT_EQ(board.Read().errors.disk, 1u);
  meter.DiskWorks();
  meter.Tell(kNow + kSecond);
  EXPECT_FALSE(board.Read().disk_waits);
}

}  // namespace
}  // namespace trailsift
