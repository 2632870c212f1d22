#include "source/inspector_feed.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/json.h"
#include "base/log.h"

namespace trailsift {
namespace {

constexpr Millis kOverlap = 15 * kMinute;

Millis ReadPosition(const std::string& text, Millis otherwise) {
  Millis value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

// Seconds with a fraction.
void AppendSeconds(Millis time, std::string& out) {
  const std::string fraction = std::to_string(1000 + time % 1000);
  out.append(std::to_string(time / 1000)).append(".").append(fraction, 1, 3);
}

}  // namespace

InspectorFeed::InspectorFeed(const ServiceSettings& settings, std::shared_ptr<CredentialPool> pool)
    : settings_(settings), clients_(settings, std::move(pool)) {}

void InspectorFeed::Begin(ServicePositions positions, Millis from, Millis now) {
  positions_ = std::move(positions);
  from_ = from;
  now_ = now;
  region_ = 0;
  token_.clear();
  failure_ = refused_ = Status::Ok();
  answered_ = false;
  regions_.clear();
  Result<std::vector<std::string>> regions = clients_.Regions(chosen_);
  if (regions.ok()) regions_ = std::move(regions).value();
  else Fail(regions.status().Annotate("inspector: not read in this pass"));
}

void InspectorFeed::Fail(const Status& why) {
  LogError("source", why.message());
  if (failure_.ok()) failure_ = why;
}

std::string InspectorFeed::Body(Millis from) const {
  std::string body = R"({"maxResults":100,"filterCriteria":{"updatedAt":[{"startInclusive":)";
  AppendSeconds(from, body);
  body += R"(,"endInclusive":)";
  AppendSeconds(now_, body);
  body += "}]";
  for (std::size_t i = 0; i < settings_.account_ids.size(); ++i) {
    body += i == 0 ? R"(,"awsAccountId":[)" : ",";
    body.append(R"({"comparison":"EQUALS","value":")").append(settings_.account_ids[i]).append("\"}");
  }
  body += settings_.account_ids.empty() ? "}" : "]}";
  if (!token_.empty()) {
    body += R"(,"nextToken":)";
    AppendJsonString(token_, body);
  }
  return body += '}';
}

void InspectorFeed::NextRegion() {
  ++region_;
  token_.clear();
}

std::optional<ServicePage> InspectorFeed::Next() {
  while (region_ < regions_.size()) {
    const std::string& region = regions_[region_];
    ServicePage page;
    page.place = "inspector2://" + region;
    const auto known = positions_.find(page.place);
    const Millis from = known == positions_.end() ? from_ : std::max(from_, ReadPosition(known->second, from_) - kOverlap);
    ServiceRequest request;
    request.content_type = "application/json";
    request.path = "/findings/list";
    request.body = Body(from);
    request.subject = "findings of Inspector in " + region;
    request.permission = "inspector2:ListFindings";
    const Result<ServiceClient*> client = clients_.In(region);
    const Result<std::string> answer = client.ok() ? (*client)->Ask(std::move(request)) : Result<std::string>(client.status());
    if (!answer.ok()) {
      if (answer.status().code() == Code::kCancelled) return std::nullopt;
      const Status why = answer.status().Annotate(page.place + ": not read, tried again at the next pass");
      // Of all regions some are never opened to an account.
      if (chosen_ || (why.code() != Code::kAuth && why.code() != Code::kDenied)) Fail(why);
      else if (refused_.ok()) refused_ = why;
      NextRegion();
      continue;
    }
    answered_ = true;
    const std::optional<JsonDocument> document = JsonDocument::Parse(*answer);
    std::string next;
    simdjson::dom::array findings;
    bool any = true;
    if (document) {
      next = FindText(document->root(), "nextToken").value_or(std::string_view());
      const std::optional<JsonValue> list = FindJson(document->root(), "findings");
      any = !list || list->get(findings) != simdjson::SUCCESS || findings.size() > 0;
    }
    if (document && next == token_ && !next.empty()) {
      Fail({Code::kUnavailable, page.place + ": its answer names itself as the next one; the rest is asked for at the next pass"});
      next.clear();
    } else if (document && next.empty()) {
      page.position = std::to_string(now_);
    } else if (!document && failure_.ok()) {
      failure_ = Status(Code::kCorrupt, page.place + ": an answer that is no JSON");
    }
    page.bytes = *answer;
    token_ = next;
    if (next.empty()) NextRegion();
    if (any || !page.position.empty()) return page;
  }
  if (!answered_ && !refused_.ok()) Fail(std::exchange(refused_, Status::Ok()));
  return std::nullopt;
}

}  // namespace trailsift
