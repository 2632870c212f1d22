#include "server/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <limits>
#include <map>
#include <vector>

#include "base/log.h"

namespace trailsift {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

double Seconds(Millis time) { return static_cast<double>(time) / 1000; }

class Page {
 public:
  // The samples that follow belong to it.
  void Begin(const char* name, MetricType type, const char* help) {
    families_.emplace_back();
    families_.back().name = name;
    families_.back().type = type;
    families_.back().help = help;
  }
  void Add(double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) metric.counter.value = value;
    else metric.gauge.value = value;
    families_.back().metric.push_back(std::move(metric));
  }
  void Add(std::uint64_t value, std::vector<ClientMetric::Label> labels = {}) {
    Add(static_cast<double>(value), std::move(labels));
  }
  void Add(const AlertLag& lag) {
    ClientMetric metric;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < lag.counts.size(); ++i) {
      below += lag.counts[i];
      const bool last = i == AlertLag::kBounds.size();
      metric.histogram.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : AlertLag::kBounds[i]});
    }
    metric.histogram.sample_count = below;
    metric.histogram.sample_sum = lag.sum;
    families_.back().metric.push_back(std::move(metric));
  }
  void One(const char* name, MetricType type, const char* help, double value) {
    Begin(name, type, help);
    Add(value);
  }
  void Count(const char* name, const char* help, std::uint64_t value) {
    One(name, MetricType::Counter, help, static_cast<double>(value));
  }
  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<MetricFamily> families_;
};

void AddRead(const ServiceStatus& status, Page& page) {
  const RunCounters& counters = status.counters;
  page.Count("trailsift_objects_total", "Objects that were read.", counters.objects);
  page.Count("trailsift_object_bytes_total", "Bytes of the objects that were read, as stored.", counters.bytes);
  page.Count("trailsift_known_objects_total", "Objects that were listed and had been read before.", status.known);
  page.Begin("trailsift_records_total", MetricType::Counter, "Records in the objects that were read, each with one fate.");
  page.Add(counters.matched, {{"fate", "matched"}});
  page.Add(counters.unmatched, {{"fate", "unmatched"}});
  page.Add(counters.duplicates, {{"fate", "duplicate"}});
  page.Add(counters.discarded, {{"fate", "discarded"}});
  page.Add(counters.quarantined_records, {{"fate", "quarantined"}});
  page.Begin("trailsift_alerts_total", MetricType::Counter, "Alerts that were written, by the rule's level.");
  for (std::size_t level = 0; level < kAlertLevels; ++level)
    page.Add(status.alerts_by_level[level], {{"level", std::to_string(level)}});
  page.Count("trailsift_alerts_superseded_total", "Alerts that another one replaced after a late event.", status.superseded);
  page.Count("trailsift_alerts_retracted_total", "Alerts that were withdrawn after a late event.", status.retracted);
  page.Count("trailsift_late_events_total", "Events that came later than the allowed lateness.", status.too_late);
  page.Count("trailsift_forgotten_identities_total", "Event identities given up for want of memory.", status.forgotten);
  page.Begin("trailsift_errors_total", MetricType::Counter, "What went wrong, by kind.");
  page.Add(status.errors.list, {{"kind", "list"}});
  page.Add(counters.unreadable_objects, {{"kind", "get"}});
  page.Add(counters.gone_objects, {{"kind", "gone"}});
  page.Add(counters.quarantined_objects, {{"kind", "object"}});
  page.Add(counters.quarantined_records, {{"kind", "record"}});
  page.Add(status.errors.remove, {{"kind", "remove"}});
  page.Add(status.errors.disk, {{"kind", "disk"}});
}

void AddRequests(const ServiceStatus& status, Page& page) {
  const StoreTraffic& traffic = status.traffic;
  page.Begin("trailsift_requests_total", MetricType::Counter, "Requests to AWS, each attempt counted.");
  page.Add(traffic.list_requests, {{"service", "s3"}, {"operation", "list"}});
  page.Add(traffic.get_requests, {{"service", "s3"}, {"operation", "get"}});
  page.Add(traffic.put_requests, {{"service", "s3"}, {"operation", "put"}});
  page.Add(traffic.delete_requests, {{"service", "s3"}, {"operation", "delete"}});
  std::map<std::string, ServiceTraffic> services = status.services;
  for (const QueueState& queue : status.queues) services["sqs"] += queue.traffic;
  for (const auto& [service, asked] : services)
    for (const auto& [operation, count] : asked.requests) page.Add(count, {{"service", service}, {"operation", operation}});
  page.Begin("trailsift_request_retries_total", MetricType::Counter, "Requests to AWS that were sent again.");
  page.Add(traffic.retries, {{"service", "s3"}});
  for (const auto& [service, asked] : services) page.Add(asked.retries, {{"service", service}});
  page.Begin("trailsift_received_bytes_total", MetricType::Counter, "Bytes of the answers' bodies.");
  page.Add(traffic.bytes_received, {{"service", "s3"}});
}

void AddQueues(const std::vector<QueueState>& queues, Millis now, Page& page) {
  if (queues.empty()) return;
  const auto of = [](const QueueState& queue) { return ClientMetric::Label{"queue", queue.name}; };
  page.Begin("trailsift_queue_messages_total", MetricType::Counter, "Messages of a queue, by what became of them.");
  for (const QueueState& queue : queues) {
    page.Add(queue.counters.received, {of(queue), {"event", "received"}});
    page.Add(queue.counters.deleted, {of(queue), {"event", "deleted"}});
    page.Add(queue.counters.failed, {of(queue), {"event", "failed"}});
    page.Add(queue.counters.unknown, {of(queue), {"event", "unknown"}});
    page.Add(queue.counters.nothing, {of(queue), {"event", "nothing"}});
  }
  page.Begin("trailsift_queue_failures_total", MetricType::Counter, "Requests to a queue that failed after all retries.");
  for (const QueueState& queue : queues) page.Add(queue.counters.failures, {of(queue)});
  page.Begin("trailsift_queue_held_messages", MetricType::Gauge, "Messages that were received and are not finished.");
  for (const QueueState& queue : queues) page.Add(static_cast<double>(queue.held), {of(queue)});
  page.Begin("trailsift_queue_oldest_held_age_seconds", MetricType::Gauge,
             "How long ago the queue took the oldest message that is not finished; 0 where there is none.");
  for (const QueueState& queue : queues)
    page.Add(queue.oldest_sent ? std::max(0.0, Seconds(now - *queue.oldest_sent)) : 0.0, {of(queue)});
  page.Begin("trailsift_queue_age_at_receipt_seconds", MetricType::Gauge,
             "How long the message that was received last had been in the queue.");
  for (const QueueState& queue : queues) page.Add(Seconds(queue.age_at_receipt.value_or(0)), {of(queue)});
}

// What `run` tells of itself, and the digests of the trails' logs.
void AddWatch(const ServiceStatus& status, Page& page) {
  page.Begin("trailsift_own_events_total", MetricType::Counter, "What was noticed of the collection itself, by kind.");
  for (const auto& [kind, count] : status.own_events) page.Add(count, {{"kind", kind}});
  const IntegrityCounters& integrity = status.integrity;
  page.Count("trailsift_digests_total", "Digest files of CloudTrail that were judged.", integrity.digests);
  page.Count("trailsift_digests_unchecked_total", "Digest files that were passed over for want of public keys.",
             integrity.unchecked);
  page.Count("trailsift_digest_findings_total", "Digests and logs that are not as CloudTrail wrote them.", integrity.findings);
}

void AddTimes(const ServiceStatus& status, Page& page) {
  page.Begin("trailsift_alert_lag_seconds", MetricType::Histogram, "From an event to the alert about it.");
  page.Add(status.lag);
  page.One("trailsift_objects_under_way", MetricType::Gauge, "Objects that are being fetched or wait to be judged.",
           static_cast<double>(status.under_way));
  if (status.newest_object)
    page.One("trailsift_newest_object_timestamp_seconds", MetricType::Gauge,
             "The newest time in the name of an object that was read.", Seconds(*status.newest_object));
  page.Begin("trailsift_passes_total", MetricType::Counter, "Passes over the buckets that came to their end.");
  page.Add(status.passes_fine, {{"result", "fine"}});
  page.Add(status.passes_failed, {{"result", "failed"}});
  page.One("trailsift_pass_running", MetricType::Gauge, "1 while a pass is under way.", status.pass_began ? 1 : 0);
  if (status.pass_ended) {
    page.One("trailsift_last_pass_timestamp_seconds", MetricType::Gauge, "When the last pass ended.", Seconds(*status.pass_ended));
    page.One("trailsift_last_pass_duration_seconds", MetricType::Gauge, "How long the last pass took.", status.pass_seconds);
    page.One("trailsift_last_pass_fine", MetricType::Gauge, "1 where the last pass could list and read everything.",
             status.pass_fine ? 1 : 0);
  }
  page.One("trailsift_disk_waiting", MetricType::Gauge, "1 while nothing is read because alerts or state can't be written.",
           status.disk_waits ? 1 : 0);
  page.One("trailsift_start_time_seconds", MetricType::Gauge, "When the service began.", Seconds(status.started));
}

}  // namespace

std::string MetricsText(const ServiceStatus& status, std::string_view version, Millis now) {
  Page page;
  page.Begin("trailsift_build_info", MetricType::Gauge, "Always 1; which program this is.");
  page.Add(1.0, {{"version", std::string(version)}});
  AddRead(status, page);
  AddRequests(status, page);
  AddQueues(status.queues, now, page);
  AddWatch(status, page);
  AddTimes(status, page);
  return page.Text();
}

HttpAnswer HealthPage(const ServiceStatus& status, Millis now) {
  HttpAnswer answer;
  answer.content_type = "application/json";
  const bool well = !status.disk_waits && (!status.pass_ended || status.pass_fine);
  answer.status = well ? 200 : 503;
  std::string& body = answer.body;
  body = well ? R"({"status":"ok")" : R"({"status":"failing")";
  if (!well) {
    body += R"(,"reason":")";
    body += status.disk_waits ? "alerts or state can't be written" : "the last pass could not list or read everything";
    body += '"';
  }
  body += status.pass_began ? R"(,"pass_running":true)" : R"(,"pass_running":false)";
  if (status.pass_ended) {
    char age[48];
    std::snprintf(age, sizeof age, ",\"last_pass_age_seconds\":%.0f", Seconds(now - *status.pass_ended));
    body += status.pass_fine ? R"(,"last_pass":"fine")" : R"(,"last_pass":"failed")";
    body += age;
  }
  body += "}\n";
  return answer;
}

HttpAnswer AnswerMetrics(const HttpQuery& query, const ServiceStatus& status, std::string_view version, Millis now) {
  HttpAnswer answer;
  if (query.path == "/healthz") return HealthPage(status, now);
  if (query.path != "/metrics") {
    answer.status = 404;
    answer.body = "there are /metrics and /healthz\n";
    return answer;
  }
  try {
    answer.body = MetricsText(status, version, now);
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  } catch (const std::exception& failure) {
    LogError("metrics", std::string("not made: ") + failure.what());
    answer.status = 500;
  }
  return answer;
}

}  // namespace trailsift
