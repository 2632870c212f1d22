#include "formats/subscriber_logs.h"

#include <gtest/gtest.h>

#include "event/gzip.h"
#include "formats/log_reader_testing.h"

namespace trailsift {
namespace {

TEST(SubscriberLogs, WhatBucketsHold) {
  EXPECT_EQ(Read(LogFormat::kSubscribed,
                 R"({"source":"aws.ec2","time":"2026-01-15T10:00:00Z","detail":{"a":null,"source":"x","b":{"c":null}}}
      {"eventTime":"2026-01-15T10:00:01Z","a":[null],"detail":"text"} {"detail":{"eventTime":"2026-01-15T10:00:02Z"},"time":"?"})"),
            "custom 2026-01-15T10:00:00Z {\"b\":{}}\n"
            "custom 2026-01-15T10:00:01Z {\"eventTime\":\"2026-01-15T10:00:01Z\",\"a\":[null],\"detail\":\"text\"}\n"
            "custom 2026-01-15T10:00:02Z {\"eventTime\":\"2026-01-15T10:00:02Z\"}\n");
  // JSON lines are taken as they are, with a source of their own or none.
  EXPECT_EQ(Read(LogFormat::kSubscribed, "{\"source\":\"mine\",\"detail\":{}}\n{\"a\":1}\n", "k.jsonl.gz"),
            " - {\"source\":\"mine\",\"detail\":{}}\n - {\"a\":1}\n");
  EXPECT_EQ(Read(LogFormat::kSubscribed, "{\"a\":1}\n[2]\n{\"a\":2}"),
            "custom - {\"a\":1}\ncustom - {\"a\":2}\nbad 1 document at byte 8: no object\n");
}

TEST(SubscriberLogs, SecurityHub) {
  EXPECT_EQ(Read(LogFormat::kSecurityHub,
                 R"({"detail-type":"Security Hub Findings - Imported","time":"2026-01-15T10:00:00Z","detail":{"findings":[)"
                 R"({"Id":"f","UpdatedAt":"2026-01-15T09:00:00.5Z","Note":null,"Resources":[{"Id":"r"}]}]}})"),
            R"(securityhub 2026-01-15T09:00:00Z {"detail_type":"Security Hub Findings - Imported","finding":{"Id":"f",)"
            R"("UpdatedAt":"2026-01-15T09:00:00.5Z","Resources":[{"Id":"r"}]}})"
            "\n");
  // Every finding that a person sends is an event.
  EXPECT_EQ(
      Read(LogFormat::kSecurityHub,
           R"({"detail-type":"Security Hub Findings - Custom Action","time":"2026-01-15T10:00:00Z","detail":{"actionName":"go",)"
           R"("actionDescription":null,"other":1,"findings":[{"Id":"f"},{"Id":"g"}]}})"),
      R"(securityhub 2026-01-15T10:00:00Z {"detail_type":"Security Hub Findings - Custom Action","finding":{"Id":"f"},"actionName":"go"})"
      "\n"
      R"(securityhub 2026-01-15T10:00:00Z {"detail_type":"Security Hub Findings - Custom Action","finding":{"Id":"g"},"actionName":"go"})"
      "\n");
  EXPECT_EQ(
      Read(LogFormat::kSecurityHub, R"({"detail-type":"Security Hub Insight Results","detail":{"insightName":"n","insightArn":"a",)"
                                    R"("resultType":"ResourceId","insightResults":[{"i":12}]}})"),
      R"(securityhub - {"detail_type":"Security Hub Insight Results","insightName":"n","insightArn":"a","resultType":"ResourceId",)"
      R"("insightResults":[{"i":12}]})"
      "\n");
  for (const auto& [text, why] :
       {std::pair{R"({"detail":{"findings":[{}]}})", "no \"detail\" and \"detail-type\", which an event of Security Hub has"},
        std::pair{R"({"detail-type":"x","detail":{"findings":[]}})", "neither findings nor results of an insight in \"detail\""},
        std::pair{R"({"detail-type":"x","detail":[]})", "no \"detail\" and \"detail-type\", which an event of Security Hub has"},
        std::pair{"[]", "no object"}})
    EXPECT_EQ(Read(LogFormat::kSecurityHub, text), std::string("bad 0 document at byte 0: ") + why + "\n") << text;
}

TEST(SubscriberLogs, InspectorsAnswer) {
  EXPECT_EQ(
      Read(
          LogFormat::kInspector,
          R"({"findings":[{"findingArn":"a","updatedAt":1768471200.25,"severity":"HIGH","service":"x","d":{"vendorCreatedAt":0,"At":[1]},)"
          R"("score":7.5,"lookAt":"text","chatAt":-1},{"updatedAt":"2026-01-15T10:00:01Z"},{}],"nextToken":"t"})"),
      R"(inspector2 2026-01-15T10:00:00Z {"findingArn":"a","updatedAt":"2026-01-15T10:00:00Z","severity":"HIGH","service":"x",)"
      R"("d":{"vendorCreatedAt":"1970-01-01T00:00:00Z","At":[1]},"score":7.5,"lookAt":"text","chatAt":-1})"
      "\n"
      R"(inspector2 2026-01-15T10:00:01Z {"updatedAt":"2026-01-15T10:00:01Z"})"
      "\ninspector2 - {}\n");
  EXPECT_EQ(Read(LogFormat::kInspector, R"({"message":"no"})"),
            "bad 0 document at byte 0: no array \"findings\", which an answer of ListFindings has\n");
}

TEST(SubscriberLogs, LogEvents) {
  EXPECT_EQ(Read(LogFormat::kLogEvents, R"({"events":[{"timestamp":1768471200000,"message":"Jan 1 x\n\"y\"","ingestionTime":1},)"
                                        R"({"timestamp":1768471201000,"message":"{\"a\": 1}"},{"timestamp":1},{"message":""}],)"
                                        R"("nextForwardToken":"f/1"})"),
            "message 2026-01-15T10:00:00Z Jan 1 x\n\"y\"\nmessage 2026-01-15T10:00:01Z {\"a\": 1}\nmessage - \n");
  EXPECT_EQ(Read(LogFormat::kLogEvents, R"({"events":{}})"),
            "bad 0 document at byte 0: no array \"events\", which an answer of GetLogEvents has\n");
}

// What tells an event from its neighbours, and what does not.
TEST(SubscriberLogs, Identities) {
  const auto identities = [](LogFormat format, const std::string& answer, const std::string& name = "s") {
    LogReader reader(format, answer, name);
    std::vector<std::string> all;
    while (const std::optional<LogPart> part = reader.Next())
      for (const LogFacts& facts : part->facts) all.push_back(facts.identity ? facts.identity->ToHex() : "");
    return all;
  };
  const std::string same =
      R"({"events":[{"timestamp":1,"message":"m","ingestionTime":2},{"timestamp":1,"message":"m","ingestionTime":2}]})";
  const auto two = identities(LogFormat::kLogEvents, same);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_NE(two[0], two[1]);
  EXPECT_EQ(identities(LogFormat::kLogEvents, same), two);
  EXPECT_NE(identities(LogFormat::kLogEvents, same, "other")[0], two[0]);
  // The rest of the answer, and its place there, says nothing.
  EXPECT_EQ(identities(LogFormat::kLogEvents,
                       R"({"events":[{"timestamp":0,"message":"n"},{"timestamp":1,"message":"m","ingestionTime":2}]})")[1],
            two[0]);
  for (const char* other :
       {R"({"timestamp":2,"message":"m","ingestionTime":2})", R"({"timestamp":1,"message":"M","ingestionTime":2})",
        R"({"timestamp":1,"message":"m","ingestionTime":3})"})
    EXPECT_NE(identities(LogFormat::kLogEvents, std::string("{\"events\":[") + other + "]}")[0], two[0]) << other;

  const auto finding = identities(
      LogFormat::kInspector, R"({"findings":[{"findingArn":"a","updatedAt":1,"x":1},{"findingArn":"a","updatedAt":2},{"x":1}]})");
  ASSERT_EQ(finding.size(), 3u);
  EXPECT_EQ(identities(LogFormat::kInspector, R"({"findings":[{"findingArn":"a","updatedAt":1.0}]})")[0], finding[0]);
  EXPECT_NE(finding[1], finding[0]);
  EXPECT_EQ(finding[2], "");
}

TEST(SubscriberLogs, ATrailIsKnownByItsBeginning) {
  const std::string trail = R"({"Records":[{"eventVersion":"1.11","eventName":"x"}]})";
  const Result<std::string> packed = Gzip(trail);
  ASSERT_TRUE(packed.ok());
  for (const std::string& text :
       {trail, *packed, packed->substr(0, packed->size() - 9), std::string("\xEF\xBB\xBF {\n\"Records\" : [ ]}"),
        std::string(R"({"Records":[{"eventSource":"iam.amazonaws.com"}]})"),
        std::string(R"({"awsAccountId":"1","digestS3Object":"k","digestSignatureAlgorithm":"SHA256withRSA"})")})
    EXPECT_TRUE(HoldsTrail(text)) << text;
  for (const std::string& text : {std::string(), std::string("{"), std::string(R"({"Records":)"), std::string(R"({"Records":{}})"),
                                  std::string(R"({"Records":[{"s3":{}}]})"), std::string(R"({"records":[{"eventVersion":"1"}]})"),
                                  std::string(R"({"detail":{"eventVersion":"1"}})"), std::string(R"([{"eventVersion":"1"}])"),
                                  std::string("Records"), std::string("\x1f\x8b")})
    EXPECT_FALSE(HoldsTrail(text)) << text;
}

}  // namespace
}  // namespace trailsift
