// Feeds against a server of the test's own, which answers in ways that no real one can be made to. Real ones: tests/integration/services_test.py.
#include "source/service_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "base/json.h"
#include "net/scripted_server_for_test.h"
#include "source/log_events_feed.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Request = ScriptedServer::Request;
using Answer = ScriptedServer::Answer;

constexpr Millis kNow = 1'768'471'200'000;  // 2026-01-15T10:00:00Z
constexpr Millis kFrom = kNow - 10 * kHour;

Answer Ok(const std::string& body) { return ScriptedServer::Reply(200, body); }
Answer Refused(const std::string& code) { return ScriptedServer::Reply(400, R"({"__type":")" + code + R"(","message":"m"})"); }

// Answers in turn and keeps what it was asked, as `Operation body`. Asked more often than it has answers, it refuses.
class Script {
 public:
  explicit Script(std::deque<Answer> answers)
      : answers_(std::move(answers)), server_([this](const Request& request) {
          std::lock_guard lock(mutex_);
          const auto target = request.headers.find("x-amz-target");
          const std::string operation =
              target == request.headers.end() ? request.target : target->second.substr(target->second.find('.') + 1);
          asked_.push_back(operation + ' ' + request.body);
          if (answers_.empty()) return Refused("ValidationException");
          const Answer answer = answers_.front();
          answers_.pop_front();
          return answer;
        }) {}

  ServiceSettings Settings(const std::string& type) const {
    ServiceSettings settings;
    settings.type = type;
    settings.service_endpoint = server_.Url();
    settings.access_key = "AKIDEXAMPLE";
    settings.secret_key = "hunter2hunter2";
    settings.regions = {"eu-west-1"};
    settings.log_groups = {"g"};
    return settings;
  }
  std::vector<std::string> Asked() {
    std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  std::mutex mutex_;
  std::deque<Answer> answers_;
  std::vector<std::string> asked_;
  ScriptedServer server_;
};

// All pages, as `place position bytes`.
std::vector<std::string> Drain(ServiceFeed& feed) {
  std::vector<std::string> pages;
  while (const std::optional<ServicePage> page = feed.Next())
    pages.push_back(page->place + " | " + page->position + " | " + page->bytes);
  return pages;
}

std::string Streams(std::initializer_list<const char*> names, const std::string& more = "") {
  std::string text = "{\"logStreams\":[";
  for (const char* name : names) {
    if (text.back() != '[') text += ',';
    text.append("{\"logStreamName\":\"").append(name).append("\"}");
  }
  return text.append("]").append(more).append("}");
}

std::string Events(Millis time, const std::string& token) {
  std::string text = "{\"events\":[{\"timestamp\":";
  text.append(std::to_string(time)).append(",\"message\":\"m\"}],\"nextForwardToken\":\"").append(token).append("\"}");
  return text;
}

std::string Nothing(const std::string& token) { return "{\"events\":[],\"nextForwardToken\":\"" + token + "\"}"; }

TEST(LogEventsFeed, EachStreamUntilItGivesNoNewToken) {
  Script script({Ok(Streams({"a"}, ",\"nextToken\":\"more\"")), Ok(Events(kNow - 2, "t1")), Ok(Nothing("t2")),
                 Ok(Events(kNow - 1, "t3")), Ok(Nothing("t3")), Ok(Streams({"b/c"})), Ok(Nothing("u1")), Ok(Nothing("u1"))});
  const ServiceSettings settings = script.Settings("cloudwatchlogs");
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({}, kFrom, kNow);
  EXPECT_THAT(Drain(*feed),
              ElementsAre("cloudwatchlogs://eu-west-1/g:a | 1768471199998 1768471200000 t1 | " + Events(kNow - 2, "t1"),
                          "cloudwatchlogs://eu-west-1/g:a | 1768471199999 1768471200000 t3 | " + Events(kNow - 1, "t3")));
  EXPECT_TRUE(feed->failure().ok());
  EXPECT_THAT(feed->Finish(), IsEmpty());
  EXPECT_THAT(
      script.Asked(),
      ElementsAre(
          R"(DescribeLogStreams {"logGroupName":"g","limit":50})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"a","startFromHead":true,"startTime":1768435200000})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"a","startFromHead":true,"startTime":1768435200000,"nextToken":"t1"})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"a","startFromHead":true,"startTime":1768435200000,"nextToken":"t2"})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"a","startFromHead":true,"startTime":1768435200000,"nextToken":"t3"})",
          R"(DescribeLogStreams {"logGroupName":"g","nextToken":"more","limit":50})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"b/c","startFromHead":true,"startTime":1768435200000})",
          R"(GetLogEvents {"logGroupName":"g","logStreamName":"b/c","startFromHead":true,"startTime":1768435200000,"nextToken":"u1"})"));
}

TEST(LogEventsFeed, GoesOnWhereItStood) {
  const std::string place = "cloudwatchlogs://eu-west-1/g:a";
  const struct {
    const char* what;
    Millis read;  // when the position was
    const char* asked;
  } cases[] = {
      {"a token", kNow - kHour, R"("startTime":1768435200000,"nextToken":"t")"},
      {"a token that has expired", kNow - 25 * kHour, R"("startTime":1768471140001)"},
  };
  for (const auto& c : cases) {
    Script script({Ok(Streams({"a"})), Ok(Nothing("t")), Ok(Nothing("t"))});
    const ServiceSettings settings = script.Settings("cloudwatchlogs");
    const auto feed = MakeServiceFeed(settings);
    feed->Begin({{place, StreamPosition{kNow - kMinute, c.read, "t"}.Text()}}, kFrom, kNow);
    EXPECT_THAT(Drain(*feed), IsEmpty()) << c.what;
    const std::vector<std::string> asked = script.Asked();
    ASSERT_GE(asked.size(), 2u) << c.what;
    EXPECT_EQ(asked[1],
              R"(GetLogEvents {"logGroupName":"g","logStreamName":"a","startFromHead":true,)" + std::string(c.asked) + "}")
        << c.what;
  }
  // A token that is refused: from the last event on, once.
  Script script({Ok(Streams({"a"})), Refused("InvalidParameterException"), Ok(Events(kNow, "n")), Ok(Nothing("n"))});
  const ServiceSettings settings = script.Settings("cloudwatchlogs");
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({{place, StreamPosition{kNow - kMinute, kNow - kMinute, "t"}.Text()}}, kFrom, kNow);
  EXPECT_EQ(Drain(*feed).size(), 1u);
  EXPECT_THAT(script.Asked()[2], HasSubstr(R"("startTime":1768471140000})"));
  EXPECT_TRUE(feed->failure().ok());
}

TEST(LogEventsFeed, WhatFailsCostsItselfOnly) {
  Script script({Refused("ResourceNotFoundException"), Refused("AccessDeniedException"), Ok(Streams({"x", "y", "z"})),
                 Refused("ResourceNotFoundException"), Ok("{\"events\":[{\"timestamp\":1,\"message\":\"m\"}]}"),
                 Ok(Events(kNow, "t")), Ok(Nothing("t"))});
  ServiceSettings settings = script.Settings("cloudwatchlogs");
  settings.log_groups = {"gone", "denied", "good"};
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({}, kFrom, kNow);
  EXPECT_THAT(Drain(*feed), ElementsAre(HasSubstr("/good:z | ")));
  EXPECT_FALSE(feed->failure().ok());
  EXPECT_EQ(script.Asked().size(), 7u);
}

TEST(LogEventsFeed, AStreamThatIsGoneIsForgotten) {
  Script script({Ok(Streams({"a"})), Ok(Nothing("t")), Ok(Nothing("t"))});
  const ServiceSettings settings = script.Settings("cloudwatchlogs");
  const auto feed = MakeServiceFeed(settings);
  const std::string known = StreamPosition{kNow, kNow, "t"}.Text();
  feed->Begin({{"cloudwatchlogs://eu-west-1/g:a", known},
               {"cloudwatchlogs://eu-west-1/g:b", known},
               {"cloudwatchlogs://eu-west-1/gg:b", known},
               {"cloudwatchlogs://eu-west-2/g:b", known}},
              kFrom, kNow);
  EXPECT_THAT(Drain(*feed), IsEmpty());
  EXPECT_THAT(feed->Finish(), ElementsAre("cloudwatchlogs://eu-west-1/g:b"));
  // Not where the list is not whole.
  Script cut({Ok(Streams({"a"}, ",\"nextToken\":\"more\"")), Ok(Nothing("t")), Ok(Nothing("t")), Refused("AccessDeniedException")});
  const ServiceSettings other = cut.Settings("cloudwatchlogs");
  const auto second = MakeServiceFeed(other);
  second->Begin({{"cloudwatchlogs://eu-west-1/g:b", known}}, kFrom, kNow);
  EXPECT_THAT(Drain(*second), IsEmpty());
  EXPECT_THAT(second->Finish(), IsEmpty());
  EXPECT_FALSE(second->failure().ok());
}

TEST(LogEventsFeed, RemovesWhatWasReadAndHasNotGrown) {
  Script script({Ok(Streams({"a", "b", "c", "new"})), Ok(Events(kNow, "t")), Ok(Nothing("t")), Ok(Events(kNow, "u")),
                 Ok(Nothing("u")), Ok(Events(kNow, "v")), Ok(Nothing("v")), Ok(Nothing("w")), Ok(Nothing("w")),
                 // Finish: `a` and `c` are asked again, `a` has grown.
                 Ok(Events(kNow + 1, "t2")), Ok(Nothing("v")), Ok("{}")});
  ServiceSettings settings = script.Settings("cloudwatchlogs");
  settings.remove_log_streams = true;
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({}, kFrom, kNow);
  EXPECT_EQ(Drain(*feed).size(), 3u);
  feed->Spoiled("cloudwatchlogs://eu-west-1/g:b");
  script.Asked();
  EXPECT_THAT(feed->Finish(), ElementsAre("cloudwatchlogs://eu-west-1/g:c"));
  EXPECT_THAT(script.Asked(),
              ElementsAre(HasSubstr("\"a\""), HasSubstr("\"c\""), R"(DeleteLogStream {"logGroupName":"g","logStreamName":"c"})"));
}

TEST(LogEventsFeed, Positions) {
  const std::optional<StreamPosition> read = StreamPosition::Read("5 7 f/1 2");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->Text(), "5 7 f/1 2");
  EXPECT_EQ(read->token, "f/1 2");
  for (const char* bad : {"", "5", "5 x t", "x 5 t", "5 7"}) EXPECT_FALSE(StreamPosition::Read(bad)) << bad;
}

TEST(InspectorFeed, PagesOfWhatWasUpdated) {
  Script script({Ok(R"({"findings":[{"findingArn":"a"}],"nextToken":"n"})"), Ok(R"({"findings":[{"findingArn":"b"}]})")});
  ServiceSettings settings = script.Settings("inspector");
  settings.account_ids = {"111122223333", "444455556666"};
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({}, kFrom, kNow + 7);
  EXPECT_THAT(Drain(*feed), ElementsAre(R"(inspector2://eu-west-1 |  | {"findings":[{"findingArn":"a"}],"nextToken":"n"})",
                                        R"(inspector2://eu-west-1 | 1768471200007 | {"findings":[{"findingArn":"b"}]})"));
  const std::string start =
      R"(/findings/list {"maxResults":100,"filterCriteria":{"updatedAt":[{"startInclusive":1768435200.000,"endInclusive":1768471200.007}],)"
      R"("awsAccountId":[{"comparison":"EQUALS","value":"111122223333"},{"comparison":"EQUALS","value":"444455556666"}]})";
  EXPECT_THAT(script.Asked(), ElementsAre(start + "}", start + R"(,"nextToken":"n"})"));
}

TEST(InspectorFeed, GoesOnALittleBeforeWhereItStood) {
  Script script({Ok(R"({"findings":[]})")});
  const ServiceSettings settings = script.Settings("inspector");
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({{"inspector2://eu-west-1", std::to_string(kNow - kHour)}}, kFrom, kNow);
  EXPECT_THAT(Drain(*feed), ElementsAre(R"(inspector2://eu-west-1 | 1768471200000 | {"findings":[]})"));
  EXPECT_THAT(script.Asked(), ElementsAre(HasSubstr(R"("startInclusive":1768466700.000,)")));
}

TEST(InspectorFeed, OneRegionNeverStopsTheOthers) {
  Script script({Refused("AccessDeniedException"), Ok(R"({"findings":[{}],"nextToken":"n"})"),
                 Ok(R"({"findings":[{}],"nextToken":"n"})"), Ok(R"({"findings":[{}]})")});
  ServiceSettings settings = script.Settings("inspector");
  settings.regions = {"eu-west-1", "eu-west-2", "eu-west-3"};
  const auto feed = MakeServiceFeed(settings);
  feed->Begin({}, kFrom, kNow);
  // The second one's answers go round in a circle: no position.
  EXPECT_THAT(Drain(*feed),
              ElementsAre(HasSubstr("eu-west-2 |  | "), HasSubstr("eu-west-2 |  | "), HasSubstr("eu-west-3 | 1768471200000 | ")));
  EXPECT_FALSE(feed->failure().ok());
  feed->Cancel();
  feed->Begin({}, kFrom, kNow);
  EXPECT_THAT(Drain(*feed), IsEmpty());
}

TEST(ServiceFeed, NamesOfServices) {
  ServiceSettings settings;
  settings.type = "inspector";
  settings.aws_profile = "p";
  EXPECT_EQ(ServiceName(settings), "service:inspector//p//");
}

}  // namespace
}  // namespace trailsift
