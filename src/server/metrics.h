// The pages on which a running service tells of itself: numbers for Prometheus (docs/metrics.md, the text format 0.0.4) and whether all is well.
// Thread-safe: what they say is in the status that they are given.
#pragma once

#include <string>
#include <string_view>

#include "pipeline/service_status.h"
#include "server/http_server.h"

namespace trailsift {

std::string MetricsText(const ServiceStatus& status, std::string_view version, Millis now);

// 200 where the last pass could list and read everything, and while there has been none; 503 where it could not, or the disk can't be written.
// The body is one JSON object.
HttpAnswer HealthPage(const ServiceStatus& status, Millis now);

// `/metrics`, `/healthz`, and 404.
HttpAnswer AnswerMetrics(const HttpQuery& query, const ServiceStatus& status, std::string_view version, Millis now);

}  // namespace trailsift
