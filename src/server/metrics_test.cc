#include "server/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace trailsift {
namespace {

constexpr Millis kNow = 1'768'471'200'000;

ServiceStatus Busy() {
  ServiceStatus status;
  status.started = kNow - kHour;
  status.counters.objects = 12'345'678'901;
  status.counters.records = 15;
  status.counters.matched = 1;
  status.counters.unmatched = 2;
  status.counters.duplicates = 3;
  status.counters.discarded = 4;
  status.counters.quarantined_records = 5;
  status.counters.unreadable_objects = 6;
  status.counters.gone_objects = 7;
  status.alerts_by_level[3] = 8;
  status.alerts_by_level[16] = 9;
  status.traffic.get_requests = 10;
  status.traffic.retries = 11;
  status.errors.list = 12;
  status.services["inspector"].requests["ListFindings"] = 13;
  QueueState queue;
  queue.name = "new";
  queue.counters = {20, 19, 18, 17, 16, 15};
  queue.held = 14;
  queue.oldest_sent = kNow - 2500;
  queue.age_at_receipt = 1250;
  queue.traffic.requests["ReceiveMessage"] = 21;
  queue.traffic.retries = 22;
  status.queues = {queue, queue};
  status.queues[1].name = "other";
  status.queues[1].oldest_sent.reset();
  status.own_events["silence"] = 23;
  status.integrity = {24, 25, 26, 27};
  status.lag.Observe(45);
  status.lag.Observe(100'000);
  status.newest_object = kNow - 500;
  status.pass_ended = kNow - 90 * kSecond;
  status.pass_seconds = 1.5;
  status.pass_fine = true;
  return status;
}

TEST(Metrics, Text) {
  const std::string text = MetricsText(Busy(), "1.2.3", kNow);
  for (const char* line : {
           "trailsift_build_info{version=\"1.2.3\"} 1\n",
           "# TYPE trailsift_objects_total counter\n",
           "\ntrailsift_objects_total 12345678901\n",
           "trailsift_records_total{fate=\"matched\"} 1\n",
           "trailsift_records_total{fate=\"unmatched\"} 2\n",
           "trailsift_records_total{fate=\"duplicate\"} 3\n",
           "trailsift_records_total{fate=\"discarded\"} 4\n",
           "trailsift_records_total{fate=\"quarantined\"} 5\n",
           "trailsift_errors_total{kind=\"get\"} 6\n",
           "trailsift_errors_total{kind=\"gone\"} 7\n",
           "trailsift_errors_total{kind=\"list\"} 12\n",
           "trailsift_alerts_total{level=\"3\"} 8\n",
           "trailsift_alerts_total{level=\"16\"} 9\n",
           "trailsift_requests_total{service=\"s3\",operation=\"get\"} 10\n",
           "trailsift_request_retries_total{service=\"s3\"} 11\n",
           "trailsift_requests_total{service=\"inspector\",operation=\"ListFindings\"} 13\n",
           "trailsift_requests_total{service=\"sqs\",operation=\"ReceiveMessage\"} 42\n",
           "trailsift_request_retries_total{service=\"sqs\"} 44\n",
           "trailsift_queue_messages_total{queue=\"new\",event=\"received\"} 20\n",
           "trailsift_queue_messages_total{queue=\"new\",event=\"deleted\"} 19\n",
           "trailsift_queue_messages_total{queue=\"new\",event=\"unknown\"} 18\n",
           "trailsift_queue_messages_total{queue=\"new\",event=\"nothing\"} 17\n",
           "trailsift_queue_messages_total{queue=\"new\",event=\"failed\"} 16\n",
           "trailsift_queue_failures_total{queue=\"other\"} 15\n",
           "trailsift_queue_held_messages{queue=\"new\"} 14\n",
           "trailsift_queue_oldest_held_age_seconds{queue=\"new\"} 2.5\n",
           "trailsift_queue_oldest_held_age_seconds{queue=\"other\"} 0\n",
           "trailsift_queue_age_at_receipt_seconds{queue=\"new\"} 1.25\n",
           "trailsift_own_events_total{kind=\"silence\"} 23\n",
           "trailsift_digests_total 24\n",
           "trailsift_digest_findings_total 26\n",
           "trailsift_digests_unchecked_total 27\n",
           "# TYPE trailsift_alert_lag_seconds histogram\n",
           "trailsift_alert_lag_seconds_bucket{le=\"30\"} 0\n",
           "trailsift_alert_lag_seconds_bucket{le=\"60\"} 1\n",
           "trailsift_alert_lag_seconds_bucket{le=\"86400\"} 1\n",
           "trailsift_alert_lag_seconds_bucket{le=\"+Inf\"} 2\n",
           "trailsift_alert_lag_seconds_count 2\n",
           "trailsift_alert_lag_seconds_sum 100045\n",
           "trailsift_newest_object_timestamp_seconds 1768471199.5\n",
           "trailsift_last_pass_duration_seconds 1.5\n",
           "trailsift_last_pass_fine 1\n",
       })
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

// Names are given once, counters end in _total and nothing else does, and what is not known yet is not there.
TEST(Metrics, Conventions) {
  for (const ServiceStatus& status : {ServiceStatus(), Busy()}) {
    std::set<std::string> names;
    std::istringstream lines(MetricsText(status, "1", kNow));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("# TYPE ", 0) != 0) continue;
      std::istringstream words(line.substr(7));
      std::string name;
      std::string type;
      words >> name >> type;
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_EQ(name.rfind("trailsift_", 0), 0u) << name;
      EXPECT_EQ(name.size() > 6 && name.substr(name.size() - 6) == "_total", type == "counter") << name;
    }
    EXPECT_EQ(names.contains("trailsift_last_pass_fine"), status.pass_ended.has_value());
    EXPECT_EQ(names.contains("trailsift_newest_object_timestamp_seconds"), status.newest_object.has_value());
  }
}

TEST(Metrics, Health) {
  ServiceStatus status;
  HttpAnswer answer = HealthPage(status, kNow);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "{\"status\":\"ok\",\"pass_running\":false}\n");
  status = Busy();
  status.pass_began = kNow;
  EXPECT_EQ(HealthPage(status, kNow).body,
            "{\"status\":\"ok\",\"pass_running\":true,\"last_pass\":\"fine\",\"last_pass_age_seconds\":90}\n");
  status.disk_waits = true;
  EXPECT_EQ(HealthPage(status, kNow).status, 503);
  EXPECT_NE(HealthPage(status, kNow).body.find("can't be written"), std::string::npos);
  status.disk_waits = false;
  status.pass_fine = false;
  answer = HealthPage(status, kNow);
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("\"status\":\"failing\""), std::string::npos);
  EXPECT_NE(answer.body.find("\"last_pass\":\"failed\""), std::string::npos);
}

TEST(Metrics, Paths) {
  const ServiceStatus status;
  EXPECT_EQ(AnswerMetrics({"/metrics", ""}, status, "1", kNow).content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(AnswerMetrics({"/healthz", ""}, status, "1", kNow).content_type, "application/json");
  for (const char* path : {"/", "/metrics/", "/Metrics", "/healthz2"})
    EXPECT_EQ(AnswerMetrics({path, ""}, status, "1", kNow).status, 404) << path;
}

}  // namespace
}  // namespace trailsift
