#include "doctor/service_check.h"

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "doctor/service_visit.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

std::string Text(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

ServiceRequest LogsRequest(const char* operation, std::string body) {
  ServiceRequest request;
  request.target = std::string("Logs_20140328.") + operation;
  request.content_type = "application/x-amz-json-1.1";
  request.body = std::move(body);
  return request;
}

void CheckFindings(const ServiceSettings& service, ServiceVisit& visit) {
  const PolicyStatement needed = StatementFor(service, Need::kFindings);
  const std::string& action = needed.actions.front();
  ServiceRequest request;
  request.path = "/findings/list";
  request.content_type = "application/json";
  request.body = "{\"maxResults\":1}";
  const Status status = visit.Ask(std::move(request), action).status();
  if (status.ok()) visit.Say(Verdict::kOk, action, "findings can be listed in " + visit.region());
  else visit.Refused(action, status, needed);
}

// The name of the group's newest stream; empty without one.
std::string NewestStream(const std::string& answer) {
  const auto body = JsonDocument::Parse(answer);
  simdjson::dom::array streams;
  if (!body || body->root()["logStreams"].get(streams) != simdjson::SUCCESS) return {};
  for (const JsonValue stream : streams)
    if (const auto name = FindText(stream, "logStreamName")) return std::string(*name);
  return {};
}

void CheckGroup(const ServiceSettings& service, const std::string& group, ServiceVisit& visit) {
  const PolicyStatement needed = StatementFor(service, Need::kLogs);
  const std::string name = "{\"logGroupName\":" + Text(group);
  const Result<std::string> streams = visit.Ask(
      LogsRequest("DescribeLogStreams", name + R"(,"orderBy":"LastEventTime","descending":true,"limit":1})"), needed.actions[0]);
  if (!streams.ok()) {
    visit.Refused(needed.actions[0], streams.status(), needed);
    visit.Say(Verdict::kSkipped, needed.actions[1], "not tried");
  } else if (const std::string stream = NewestStream(*streams); stream.empty()) {
    visit.Say(Verdict::kWarn, needed.actions[0], "log group " + group + " in " + visit.region() + ": no stream there",
              "check its name and region");
    visit.Say(Verdict::kSkipped, needed.actions[1], "not tried");
  } else {
    visit.Say(Verdict::kOk, needed.actions[0], "log group " + group + " in " + visit.region() + ": streams can be listed");
    const Status read =
        visit.Ask(LogsRequest("GetLogEvents", name + ",\"logStreamName\":" + Text(stream) + ",\"limit\":1}"), needed.actions[1])
            .status();
    if (read.ok()) visit.Say(Verdict::kOk, needed.actions[1], "log group " + group + ": events can be read");
    else visit.Refused(needed.actions[1], read, needed);
  }
  if (!service.remove_log_streams) return;
  const PolicyStatement remove = StatementFor(service, Need::kRemoveStreams);
  const Status status =
      visit
          .Ask(LogsRequest("DeleteLogStream", name + R"(,"logStreamName":"trailsift-doctor-this-stream-never-was"})"),
               remove.actions.front())
          .status();
  if (ServiceVisit::IsAllowed(status))
    visit.Say(Verdict::kOk, remove.actions.front(),
              "log group " + group + ": deleting is allowed, tried with a stream that never was");
  else visit.Refused(remove.actions.front(), status, remove);
}

}  // namespace

void CheckService(const ServiceSettings& service, const DoctorOptions& options, const Tell& tell) {
  const bool logs = service.type == "cloudwatchlogs";
  std::vector<std::string> regions = service.regions;
  if (regions.empty()) regions.emplace_back();  // the client's
  for (const std::string& region : regions) {
    ServiceVisit visit(service, options, logs ? "logs" : "inspector2", logs ? "CLOUDWATCH_LOGS" : "INSPECTOR2", region, "service",
                       "service " + service.type, tell);
    if (!visit.Open()) {
      for (const Need need : logs ? std::vector<Need>{Need::kLogs} : std::vector<Need>{Need::kFindings})
        for (const std::string& action : ActionsOf(need)) visit.Say(Verdict::kSkipped, action, "not tried");
      if (logs && service.remove_log_streams) visit.Say(Verdict::kSkipped, ActionsOf(Need::kRemoveStreams).front(), "not tried");
      return;
    }
    if (!logs) CheckFindings(service, visit);
    for (const std::string& group : service.log_groups) CheckGroup(service, group, visit);
  }
}

}  // namespace trailsift
