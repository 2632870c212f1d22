#include "source/log_events_feed.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "event/text_repair.h"

namespace trailsift {
namespace {

constexpr Millis kTokenLife = 23 * kHour;     // the service says 24
constexpr Millis kKnownLife = kHour;          // as long as identities of events are remembered at least
constexpr Millis kStatisticsLag = 2 * kHour;  // of lastEventTimestamp; the service says that it may lag by an hour

bool ReadNumber(std::string_view& text, Millis& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

void AppendMember(std::string_view name, std::string_view value, std::string& out) {
  if (out.size() > 1) out += ',';
  AppendJsonString(name, out);
  out += ':';
  AppendJsonString(value, out);
}

// An answer may hold what was logged as it was: what a strict parser refuses in a text is mended.
std::optional<JsonDocument> ParseAnswer(const std::string& text) {
  std::optional<JsonDocument> document = JsonDocument::Parse(text);
  return document ? std::move(document) : JsonDocument::Parse(RepairJson(text));
}

struct Answer {
  std::string token;
  std::size_t events = 0;
  Millis last = 0;
};

Answer ReadAnswer(JsonValue root) {
  Answer answer;
  answer.token = FindText(root, "nextForwardToken").value_or(std::string_view());
  simdjson::dom::array events;
  if (const auto list = FindJson(root, "events"); list && list->get(events) == simdjson::SUCCESS) {
    for (const JsonValue event : events) {
      ++answer.events;
      Millis time = 0;
      if (const auto value = FindJson(event, "timestamp"); value && value->get(time) == simdjson::SUCCESS)
        answer.last = std::max(answer.last, time);
    }
  }
  return answer;
}

std::string GroupPlace(const std::string& region, const std::string& group) {
  return "cloudwatchlogs://" + region + '/' + group + ':';
}

}  // namespace

std::string StreamPosition::Text() const {
  std::string text = std::to_string(last);
  text.append(" ").append(std::to_string(read)).append(" ").append(token);
  return text;
}

std::optional<StreamPosition> StreamPosition::Read(std::string_view text) {
  StreamPosition position;
  if (!ReadNumber(text, position.last) || !ReadNumber(text, position.read)) return std::nullopt;
  position.token = text;
  return position;
}

// A group's name has no colon.
std::string LogEventsFeed::Stream::Place() const { return GroupPlace(region, group) + name; }

LogEventsFeed::LogEventsFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool)
    : settings_(settings), clients_(settings, std::move(pool)) {}

void LogEventsFeed::Begin(ServicePositions positions, Millis from, Millis now) {
  positions_ = std::move(positions);
  from_ = from;
  now_ = now;
  failure_ = refused_ = Status::Ok();
  stopped_ = listing_ = false;
  list_token_.clear();
  groups_.clear();
  streams_.clear();
  listed_.clear();
  ended_.clear();
  gone_.clear();
  missing_.clear();
  found_.clear();
  const Result<std::vector<std::string>> regions = clients_.Regions(chosen_);
  if (!regions.ok()) {
    Fail(regions.status().Annotate("cloudwatchlogs: not read in this pass"));
    return;
  }
  for (const std::string& region : *regions)
    for (const std::string& group : settings_.log_groups) groups_.push_back({region, group});
}

void LogEventsFeed::Fail(const Status& why) {
  LogError("source", why.message());
  if (failure_.ok()) failure_ = why;
}

Result<std::string> LogEventsFeed::Call(const std::string& region, const std::string& operation, std::string body,
                                        const std::string& subject, const std::string& group) {
  const Result<ServiceClient*> client = clients_.In(region);
  if (!client.ok()) return client.status();
  ServiceRequest request;
  request.target = "Logs_20140328." + operation;
  request.content_type = "application/x-amz-json-1.1";
  request.body = std::move(body);
  request.subject = subject;
  request.permission = "logs:" + operation + " on arn:aws:logs:" + region + ":*:log-group:" + group + ":*";
  return (*client)->Ask(std::move(request));
}

bool LogEventsFeed::ListStreams() {
  const Group& group = groups_.front();
  std::string body = "{";
  AppendMember("logGroupName", group.name, body);
  if (!list_token_.empty()) AppendMember("nextToken", list_token_, body);
  body += ",\"limit\":50}";
  const std::string place = "cloudwatchlogs://" + group.region + '/' + group.name;
  const Result<std::string> answer =
      Call(group.region, "DescribeLogStreams", std::move(body), "log group " + group.name, group.name);
  if (!answer.ok()) {
    const Code code = answer.status().code();
    const Status why = answer.status().Annotate(place + ": not read, tried again at the next pass");
    if (code == Code::kCancelled) {
      stopped_ = true;
    } else if (code == Code::kNotFound) {
      missing_.insert(group.name);
    } else if (chosen_ || (code != Code::kAuth && code != Code::kDenied)) {
      Fail(why);
    } else if (refused_.ok()) {
      refused_ = why;
    }
    EndGroup(false);
    return false;
  }
  const std::optional<JsonDocument> document = ParseAnswer(*answer);
  simdjson::dom::array list;
  const std::optional<JsonValue> streams = document ? FindJson(document->root(), "logStreams") : std::nullopt;
  if (!streams || streams->get(list) != simdjson::SUCCESS) {
    Fail({Code::kUnavailable, place + ": the list of its streams can't be understood"});
    EndGroup(false);
    return false;
  }
  found_.insert(group.name);
  for (const JsonValue item : list) {
    const std::optional<std::string_view> name = FindText(item, "logStreamName");
    if (!name) continue;
    Stream stream{group.region, group.name, std::string(*name), {}, false, false};
    listed_.insert(stream.Place());
    if (const auto known = positions_.find(stream.Place()); known != positions_.end()) {
      if (std::optional<StreamPosition> position = StreamPosition::Read(known->second)) {
        stream.position = std::move(*position);
        stream.known = true;
      }
    }
    // What ended long before we begin need not be asked for.
    Millis last = 0;
    const std::optional<JsonValue> time = FindJson(item, "lastEventTimestamp");
    if (!stream.known && time && time->get(last) == simdjson::SUCCESS && last + kStatisticsLag < from_) continue;
    streams_.push_back(std::move(stream));
  }
  std::string next(FindText(document->root(), "nextToken").value_or(std::string_view()));
  if (next.empty() || next == list_token_) EndGroup(true);
  else list_token_ = std::move(next);
  return true;
}

void LogEventsFeed::EndGroup(bool whole) {
  if (whole) {
    const std::string begin = GroupPlace(groups_.front().region, groups_.front().name);
    for (auto known = positions_.lower_bound(begin); known != positions_.end() && known->first.compare(0, begin.size(), begin) == 0;
         ++known)
      if (!listed_.contains(known->first)) gone_.push_back(known->first);
  }
  listed_.clear();
  list_token_.clear();
  groups_.pop_front();
}

Result<std::string> LogEventsFeed::GetEvents(const Stream& stream) {
  std::string body = "{";
  AppendMember("logGroupName", stream.group, body);
  AppendMember("logStreamName", stream.name, body);
  body += ",\"startFromHead\":true,\"startTime\":";
  const bool has_token = !stream.position.token.empty() && !stream.restart && now_ - stream.position.read < kTokenLife;
  // From the last event's time on others may have come since; beyond what is remembered they would come twice.
  Millis start = from_;
  if (stream.known && !has_token)
    start = std::max(start, stream.position.last + (now_ - stream.position.read < kKnownLife ? 0 : 1));
  body += std::to_string(start);
  if (has_token) AppendMember("nextToken", stream.position.token, body);
  body += '}';
  return Call(stream.region, "GetLogEvents", std::move(body), "log stream " + stream.group + ':' + stream.name, stream.group);
}

std::optional<ServicePage> LogEventsFeed::NextOfStream() {
  Stream& stream = streams_.front();
  const std::string place = stream.Place();
  for (;;) {
    const Result<std::string> answer = GetEvents(stream);
    if (!answer.ok()) {
      const Code code = answer.status().code();
      if (code == Code::kInvalid && !stream.position.token.empty() && !stream.restart) {
        stream.restart = true;
        continue;
      }
      if (code == Code::kCancelled) {
        stopped_ = true;
      } else if (code != Code::kNotFound) {  // deleted since it was listed
        Fail(answer.status().Annotate(place + ": not read, tried again at the next pass"));
      }
      return std::nullopt;
    }
    const std::optional<JsonDocument> document = ParseAnswer(*answer);
    if (!document) {
      Fail({Code::kUnavailable, place + ": an answer of GetLogEvents is no JSON; tried again at the next pass"});
      return std::nullopt;
    }
    const Answer read = ReadAnswer(document->root());
    const bool same = read.token.empty() || read.token == stream.position.token;
    if (read.events == 0 && same) {
      if (stream.known) ended_.insert_or_assign(place, stream);
      return std::nullopt;
    }
    stream.restart = false;
    stream.position.token = read.token;
    stream.position.read = now_;
    if (read.events == 0) continue;  // a hole in the stream
    if (same) {                      // it would give the same again
      Fail({Code::kUnavailable, place + ": an answer of GetLogEvents has no token of a next one"});
      return std::nullopt;
    }
    stream.known = true;
    stream.position.last = std::max(stream.position.last, read.last);
    return ServicePage{place, *answer, stream.position.Text()};
  }
}

std::optional<ServicePage> LogEventsFeed::Next() {
  while (!stopped_ && !clients_.cancelled()) {
    if (!streams_.empty()) {
      if (std::optional<ServicePage> page = NextOfStream()) return page;
      streams_.pop_front();
    } else if (!groups_.empty()) {
      ListStreams();
    } else {
      break;
    }
  }
  TellUnread();
  return std::nullopt;
}

void LogEventsFeed::TellUnread() {
  for (const std::string& group : missing_) {
    if (stopped_ || found_.contains(group)) continue;
    Status why(Code::kNotFound, "log group " + group + ": there is none in " +
                                    (chosen_ ? "the regions that are read" : std::string("any region")) +
                                    "; is <aws_log_groups> right?");
    LogWarning("source", why.message());
    if (failure_.ok()) failure_ = std::move(why);
  }
  // Where no region was opened to us it is not the regions.
  if (!refused_.ok() && !stopped_ && found_.empty() && missing_.empty()) Fail(refused_);
  missing_.clear();
  refused_ = Status::Ok();
}

void LogEventsFeed::Remove(const Stream& stream, std::vector<std::string>& gone) {
  // Something may have been logged since.
  const Result<std::string> again = GetEvents(stream);
  const std::optional<JsonDocument> document = again.ok() ? ParseAnswer(*again) : std::nullopt;
  if (!document || ReadAnswer(document->root()).events > 0) return;
  std::string body = "{";
  AppendMember("logGroupName", stream.group, body);
  AppendMember("logStreamName", stream.name, body);
  body += '}';
  const Result<std::string> done =
      Call(stream.region, "DeleteLogStream", std::move(body), "log stream " + stream.group + ':' + stream.name, stream.group);
  if (done.ok() || done.status().code() == Code::kNotFound) gone.push_back(stream.Place());
  else LogWarning("source", stream.Place() + ": done, but not removed: " + done.status().message());
}

std::vector<std::string> LogEventsFeed::Finish() {
  std::vector<std::string> gone = std::exchange(gone_, {});
  if (settings_.remove_log_streams)
    for (const auto& [place, stream] : ended_) Remove(stream, gone);
  ended_.clear();
  return gone;
}

}  // namespace trailsift
