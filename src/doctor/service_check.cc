#include "doctor/service_check.h"

#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "doctor/access_check.h"
#include "doctor/service_visit.h"
#include "source/service_feed.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;

// Regions that are named one by one.
constexpr std::size_t kMaxNamed = 4;
constexpr const char* kNoStream = "trailsift-doctor-this-stream-never-was";

std::string Text(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

ServiceRequest LogsRequest(const std::string& operation, std::string body) {
  ServiceRequest request;
  request.target = "Logs_20140328." + operation;
  request.content_type = "application/x-amz-json-1.1";
  request.body = std::move(body);
  return request;
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

// What the regions said of one action.
struct Tally {
  std::string subject;  // `log group vpn`
  std::string action;
  Need need = Need::kFindings;
  std::vector<std::string> allowed;  // regions
  std::vector<std::pair<std::string, Status>> refused;
};

class ServiceCheck {
 public:
  ServiceCheck(const ServiceSettings& service, const DoctorOptions& options, const Tell& tell)
      : service_(service), options_(options), tell_(tell), clients_(service), subject_("service " + service.type) {
    if (service.type == "inspector") AddTallies(subject_, Need::kFindings);
    for (const std::string& group : service.log_groups) {
      groups_.push_back({group});
      AddTallies("log group " + group, Need::kLogs);
      if (service.remove_log_streams) AddTallies("log group " + group, Need::kRemoveStreams);
    }
  }

  void Run() {
    const Result<std::vector<std::string>> regions = clients_.Regions(chosen_);
    if (!regions.ok()) {
      CheckResult result;
      result.verdict = Verdict::kFail;
      result.check = "credentials";
      result.subject = subject_;
      result.detail = regions.status().message();
      tell_(std::move(result));
    } else {
      regions_ = *regions;
      for (const std::string& region : regions_)
        if (!Visit(region)) break;
    }
    for (const Tally& tally : tallies_) TellTally(tally);
    for (const Group& group : groups_) TellGroup(group);
  }

 private:
  struct Group {
    std::string name;
    bool listed = false;   // in some region, and whether it is there, too
    bool known = false;    // it is there in one
    bool streams = false;  // with a stream in it
  };

  void AddTallies(const std::string& subject, Need need) {
    for (const std::string& action : ActionsOf(need)) tallies_.push_back({subject, action, need, {}, {}});
  }

  // Whether the next region is worth a visit.
  bool Visit(const std::string& region) {
    const std::string subject = chosen_ && regions_.size() > 1 ? subject_ + " in " + region : subject_;
    const bool quiet = !identity_.empty();
    ServiceVisit visit(service_, clients_.Options(region), options_, "service", subject, tell_);
    const bool reached = visit.Reach(quiet);
    // Both, so that not each run shows one fault more.
    if (!quiet) {
      if (!visit.FindKeys()) return false;
      identity_ = visit.identity();
    }
    if (!reached) return chosen_;
    if (service_.type == "inspector") {
      ServiceRequest request;
      request.path = "/findings/list";
      request.content_type = "application/json";
      request.body = "{\"maxResults\":1}";
      const Status status = Try(visit, region, {subject_, Need::kFindings, 0}, std::move(request)).status();
      return chosen_ || !ServiceVisit::IsHopeless(status);
    }
    for (Group& group : groups_)
      if (!TryGroup(visit, region, group)) return chosen_;
    return true;
  }

  struct Attempt {
    std::string subject;
    Need need = Need::kFindings;
    std::size_t action = 0;  // of the need
    bool wrong = false;      // on purpose: what it names is not there
  };
  Result<std::string> Try(ServiceVisit& visit, const std::string& region, const Attempt& attempt, ServiceRequest request) {
    const std::string& action = ActionsOf(attempt.need)[attempt.action];
    Result<std::string> answer = visit.Ask(std::move(request), action, attempt.subject);
    const Code code = answer.status().code();
    const bool allowed = answer.ok() || code == Code::kNotFound || (attempt.wrong && code == Code::kInvalid);
    for (Tally& tally : tallies_) {
      if (tally.subject != attempt.subject || tally.action != action) continue;
      if (allowed) tally.allowed.push_back(region);
      else tally.refused.emplace_back(region, answer.status());
    }
    return answer;
  }

  // Whether the next group is worth a request.
  bool TryGroup(ServiceVisit& visit, const std::string& region, Group& group) {
    const std::string subject = "log group " + group.name;
    const std::string name = "{\"logGroupName\":" + Text(group.name);
    const Result<std::string> streams =
        Try(visit, region, {subject, Need::kLogs, 0},
            LogsRequest("DescribeLogStreams", name + R"(,"orderBy":"LastEventTime","descending":true,"limit":1})"));
    if (ServiceVisit::IsHopeless(streams.status())) return false;
    group.listed |= streams.ok() || streams.status().code() == Code::kNotFound;
    if (!streams.ok() && streams.status().code() != Code::kDenied) return true;
    const std::string newest = streams.ok() ? NewestStream(*streams) : std::string();
    group.known |= streams.ok();
    group.streams |= !newest.empty();
    const std::string stream = newest.empty() ? kNoStream : newest;
    const Result<std::string> events =
        Try(visit, region, {subject, Need::kLogs, 1, newest.empty()},
            LogsRequest("GetLogEvents", name + ",\"logStreamName\":" + Text(stream) + ",\"limit\":1}"));
    if (ServiceVisit::IsHopeless(events.status())) return false;
    if (!service_.remove_log_streams) return true;
    const Result<std::string> gone = Try(visit, region, {subject, Need::kRemoveStreams, 0, true},
                                         LogsRequest("DeleteLogStream", name + ",\"logStreamName\":" + Text(kNoStream) + '}'));
    return !ServiceVisit::IsHopeless(gone.status());
  }

  CheckResult Make(Verdict verdict, const Tally& tally, std::string detail) const {
    CheckResult result;
    result.verdict = verdict;
    result.check = "service";
    result.subject = tally.subject;
    result.action = tally.action;
    result.detail = std::move(detail);
    // Of a failure the message says it.
    if (verdict != Verdict::kFail) result.item = tally.action;
    return result;
  }

  void TellTally(const Tally& tally) const {
    if (tally.allowed.empty() && tally.refused.empty()) return tell_(Make(Verdict::kSkipped, tally, "not tried"));
    if (!tally.allowed.empty()) tell_(Make(Verdict::kOk, tally, "allowed in " + Named(tally.allowed)));
    // Of all regions some are never opened to an account.
    std::vector<std::string> denied;
    const Status* why = nullptr;
    for (const auto& [region, status] : tally.refused) {
      if (status.code() != Code::kDenied && status.code() != Code::kAuth) {
        tell_(Make(Verdict::kFail, tally, status.message()));
        continue;
      }
      if (!chosen_ && !tally.allowed.empty()) continue;
      if (why == nullptr) why = &status;
      denied.push_back(region);
    }
    if (why == nullptr) return;
    CheckResult result = Make(Verdict::kFail, tally, why->message());
    if (denied.size() > 1) result.detail += " (likewise in " + Named({denied.begin() + 1, denied.end()}) + ')';
    result.identity = identity_;
    ReadRefusal(*why, StatementFor(service_, tally.need), result);
    tell_(std::move(result));
  }

  void TellGroup(const Group& group) const {
    if (!group.listed || group.streams) return;
    CheckResult result;
    result.verdict = group.known ? Verdict::kWarn : Verdict::kFail;
    result.check = "service";
    result.subject = "log group " + group.name;
    result.detail = group.known ? "no stream there" : "there is none in " + Named(regions_);
    result.hint = group.known ? "right where nothing was logged yet" : "check <aws_log_groups> and <regions>";
    tell_(std::move(result));
  }

  // `us-east-1, eu-west-1`, `17 of 34 regions`.
  std::string Named(const std::vector<std::string>& regions) const {
    if (regions.size() > kMaxNamed) return std::to_string(regions.size()) + " of " + std::to_string(regions_.size()) + " regions";
    std::string text;
    for (const std::string& region : regions) text += (text.empty() ? "" : ", ") + region;
    return text;
  }

  const ServiceSettings& service_;
  const DoctorOptions& options_;
  const Tell& tell_;
  ServiceClients clients_;
  const std::string subject_;
  std::vector<std::string> regions_;
  bool chosen_ = true;
  std::string identity_;  // empty until the keys are known
  std::vector<Tally> tallies_;
  std::vector<Group> groups_;
};

}  // namespace

void CheckService(const ServiceSettings& service, const DoctorOptions& options, const Tell& tell) {
  ServiceCheck(service, options, tell).Run();
}

}  // namespace trailsift
