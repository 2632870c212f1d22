#include "pipeline/message_maker.h"

#include <gmock/gmock.h>

#include "pipeline/pipeline_testing.h"
#include "sink/queue_socket.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class MessageMakerTest : public testing::Test {
 protected:
  MessageMakerTest() {
    auto envelope = std::make_shared<Envelope>();
    envelope->account_alias = "al";
    envelope->bucket = "trail";
    envelope->log_file = "key";
    envelope->account_id = "111122223333";
    object_.envelope = envelope;
    object_.name_time = 1'768'471'500'000;
  }
  MessageReport Make(std::string bytes) const { return MessageMaker(kMaxQueueDatagram).Make(std::move(bytes), object_); }
  static std::vector<std::string> Texts(const MessageReport& report) {
    std::vector<std::string> texts;
    for (const Datagram& datagram : report.datagrams) texts.push_back(report.text.substr(datagram.at, datagram.size));
    return texts;
  }

  FlowObject object_;
};

TEST_F(MessageMakerTest, EachRecordIsADatagram) {
  const MessageReport report =
      Make(R"({"Records":[{"eventName":"A","eventID":"1","x":null},{"eventName":"B","eventTime":"2026-01-15T10:00:00Z"}]})");
  const std::string head =
      R"(1:Wazuh-AWS:{"integration": "aws", "aws": {"log_info": {"aws_account_alias": "al", "log_file": "key", "s3bucket": "trail"}, )";
  const std::string tail = R"(, "source": "cloudtrail", "aws_account_id": "111122223333"}})";
  EXPECT_THAT(Texts(report), ElementsAre(head + R"("eventName": "A", "eventID": "1")" + tail,
                                         head + R"("eventName": "B", "eventTime": "2026-01-15T10:00:00Z")" + tail));
  EXPECT_EQ(report.datagrams[0].time, object_.name_time);
  EXPECT_EQ(report.datagrams[1].time, 1'768'471'200'000);
  EXPECT_NE(report.datagrams[0].event, report.datagrams[1].event);
}

TEST_F(MessageMakerTest, WhatIsDiscardedOrBadCostsItselfOnly) {
  std::vector<DiscardRegex> discard;
  discard.push_back(DiscardRegex::Compile("eventName", "A").value());
  object_.discard = &discard;
  const MessageReport report = Make(R"({"Records":[{"eventName":"A"},{"eventName":nope},{"eventName":"B"}]})");
  EXPECT_EQ(report.discarded, 1u);
  EXPECT_EQ(report.bad_records.size(), 1u);
  ASSERT_EQ(report.datagrams.size(), 1u);
  EXPECT_THAT(Texts(report)[0], HasSubstr(R"("eventName": "B")"));
  EXPECT_TRUE(report.object_fault.ok());
  EXPECT_FALSE(Make("no JSON").object_fault.ok());
}

TEST_F(MessageMakerTest, LongOnesAreShortenedAndKeptWhole) {
  const std::string record = R"({"eventName":"A","requestParameters":{"n":1,"x":")" + std::string(70'000, 'x') + "\"}}";
  const MessageReport report = Make("{\"Records\":[" + record + R"(,{"eventName":"B"}]})");
  const std::vector<std::string> texts = Texts(report);
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_LE(texts[0].size(), kMaxQueueDatagram);
  EXPECT_THAT(texts[0], HasSubstr(R"("trailsift": {"shortened": ["requestParameters.x"]}}})"));
  EXPECT_THAT(texts[1], StartsWith("1:Wazuh-AWS:{"));
  ASSERT_EQ(report.shortened.size(), 1u);
  EXPECT_EQ(report.shortened[0].record, record);
  EXPECT_EQ(report.shortened[0].index, 0u);
  EXPECT_THAT(report.shortened[0].reason, HasSubstr("sent without all of requestParameters.x"));
  EXPECT_EQ(report.datagrams[0].shortened, 0);
  EXPECT_EQ(report.datagrams[1].shortened, -1);
}

TEST_F(MessageMakerTest, OtherLogsNameTheirSource) {
  object_.format = LogFormat::kWaf;
  const MessageReport report = Make(R"({"action":"BLOCK","eventID":"1"}
{"action":"ALLOW","eventID":"1"})");
  ASSERT_EQ(report.datagrams.size(), 2u);
  EXPECT_THAT(Texts(report)[0], HasSubstr(R"("source": "waf")"));
  EXPECT_NE(report.datagrams[0].event, report.datagrams[1].event);  // an id of theirs is no event's
}

TEST_F(MessageMakerTest, LinesTravelWithoutAnEnvelope) {
  object_.format = LogFormat::kLogEvents;
  std::vector<DiscardRegex> discard;
  discard.push_back(DiscardRegex::Compile("", "noise").value());
  discard.push_back(DiscardRegex::Compile("who", "robot").value());
  object_.discard = &discard;
  const std::string text(70'000, 't');
  const MessageReport report =
      Make(R"({"events":[{"timestamp":5,"message":"kernel: é"},{"timestamp":6,"message":"noise 1"},{"timestamp":7,"message":")" +
           text + R"("},{"timestamp":8,"message":"{\"who\": \"robot\"}"},{"timestamp":9,"message":"{\"who\":\"ann\", \"x\": \")" +
           text + R"(\"}"},{"message":"no noise"}]})");
  EXPECT_EQ(report.discarded, 2u);
  const std::vector<std::string> texts = Texts(report);
  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(texts[0], "1:Wazuh-AWS:kernel: é");
  EXPECT_EQ(texts[1], "1:Wazuh-AWS:" + text.substr(0, kMaxQueueDatagram - 12));
  EXPECT_LE(texts[2].size(), kMaxQueueDatagram);
  EXPECT_THAT(texts[2], StartsWith(R"(1:Wazuh-AWS:{"who": "ann", "x": "tt)"));
  EXPECT_THAT(texts[2], HasSubstr(R"("trailsift": {"shortened": ["x"]}})"));
  EXPECT_EQ(texts[3], "1:Wazuh-AWS:no noise");
  EXPECT_EQ(report.datagrams[0].time, 5);
  EXPECT_EQ(report.datagrams[3].time, object_.name_time);
  ASSERT_EQ(report.shortened.size(), 2u);
  EXPECT_EQ(report.shortened[0].record, text);
  EXPECT_EQ(report.shortened[0].index, 2u);
  EXPECT_THAT(report.shortened[0].reason, HasSubstr("sent without all of full_log"));
  EXPECT_EQ(report.shortened[1].record, "{\"who\":\"ann\", \"x\": \"" + text + "\"}");
}

TEST_F(MessageMakerTest, AnAnswerThatRepeatsAnEventNamesItAlike) {
  object_.format = LogFormat::kInspector;
  auto envelope = std::make_shared<Envelope>();
  envelope->collector = Envelope::Collector::kService;
  object_.envelope = envelope;
  const std::string finding = R"({"findingArn":"arn:1","updatedAt":1768471200.5})";
  const MessageReport report =
      Make(R"({"findings":[)" + finding + ',' + finding + R"(,{"findingArn":"arn:1","updatedAt":1768471201}]})");
  EXPECT_THAT(Texts(report)[0], R"(1:Wazuh-AWS:{"integration": "aws", "aws": {"findingArn": "arn:1", "updatedAt": )"
                                R"("2026-01-15T10:00:00Z", "source": "inspector2"}})");
  EXPECT_EQ(report.datagrams[0].event, report.datagrams[1].event);
  EXPECT_NE(report.datagrams[0].event, report.datagrams[2].event);
  EXPECT_EQ(report.datagrams[0].time, 1'768'471'200'500);
}

TEST_F(MessageMakerTest, ASubscribersObjectIsWhatItHolds) {
  object_.format = LogFormat::kSubscribed;
  EXPECT_THAT(Texts(Make(R"({"Records":[{"eventVersion":"1.10","eventName":"A"},{"eventVersion":"1.10","eventName":"B"}]})")),
              ElementsAre(HasSubstr(R"("eventName": "A", "source": "cloudtrail")"), HasSubstr(R"("eventName": "B")")));
  EXPECT_THAT(Texts(Make(R"({"detail":{"x":null,"y":[1]},"source":"mine"})")),
              ElementsAre(HasSubstr(R"("y": [1], "source": "custom")")));
}

TEST(ErrorMessage, AsWazuhsScriptSendsIt) {
  Envelope envelope;
  envelope.log_file = "key";
  envelope.bucket = "trail";
  EXPECT_EQ(
      ErrorMessage(envelope, "no \"good\""),
      R"(1:Wazuh-AWS:{"integration": "aws", "aws": {"log_info": {"aws_account_alias": "", "log_file": "key", "s3bucket": "trail"}}, )"
      R"("error_msg": "no \"good\""})");
  envelope.account_id = "111122223333";
  envelope.collector = Envelope::Collector::kSubscriber;
  EXPECT_EQ(ErrorMessage(envelope, "bad"),
            R"(1:Wazuh-AWS:{"integration": "aws", "aws": {"log_info": {"log_file": "key", "s3bucket": "trail"}, )"
            R"("aws_account_id": "111122223333"}, "error_msg": "bad"})");
  envelope.collector = Envelope::Collector::kService;
  EXPECT_EQ(ErrorMessage(envelope, "bad"), R"(1:Wazuh-AWS:{"integration": "aws", "aws": {}, "error_msg": "bad"})");
}

}  // namespace
}  // namespace trailsift
