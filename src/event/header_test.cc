#include "event/event.h"
#include "event/event_testing.h"

namespace trailsift {
namespace {

TEST(ReadHeader, EveryMember) {
  const ParsedJson doc(R"({"eventVersion":"1.08","eventTime":"t","eventSource":"s","eventName":"n","awsRegion":"r","errorCode":"c",
                           "eventID":"i","eventType":"y","recipientAccountId":"a","eventCategory":"g",
                           "userIdentity":{"eventName":"no"}})");
  const RecordHeader header = ReadHeader(doc.root());
  EXPECT_EQ(header.event_time, "t");
  EXPECT_EQ(header.event_source, "s");
  EXPECT_EQ(header.event_name, "n");
  EXPECT_EQ(header.aws_region, "r");
  EXPECT_EQ(header.error_code, "c");
  EXPECT_EQ(header.event_id, "i");
  EXPECT_EQ(header.event_type, "y");
  EXPECT_EQ(header.recipient_account_id, "a");
  EXPECT_EQ(header.event_category, "g");
}

TEST(ReadHeader, AbsentOtherTypesAndDuplicates) {
  const ParsedJson doc(R"({"eventName":"first","eventName":"second","eventTime":1,"eventTime":"late","errorCode":"","errorCode":"x",
                           "eventname":"case","eventId":"lower","eventID":"upper"})");
  const RecordHeader header = ReadHeader(doc.root());
  EXPECT_EQ(header.event_name, "first");
  EXPECT_EQ(header.event_time, "");  // the first is no string, so there is none
  EXPECT_EQ(header.error_code, "");
  EXPECT_EQ(header.event_id, "upper");
  EXPECT_EQ(header.event_source, "");
  EXPECT_EQ(ReadHeader(ParsedJson("[1]").root()).event_name, "");
  EXPECT_EQ(ReadHeader(ParsedJson(R"({"eventId":"aggregated"})").root()).event_id, "aggregated");
}

TEST(KindOf, Table) {
  const struct {
    const char* json;
    RecordKind kind;
  } cases[] = {
      {R"({"eventName":"GetUser","eventCategory":"Management","eventType":"AwsApiCall"})", RecordKind::kApiCall},
      {R"({"eventName":"GetObject","eventCategory":"Data"})", RecordKind::kApiCall},
      {R"({"eventName":"GetUser"})", RecordKind::kApiCall},
      {R"({"eventCategory":"Insight"})", RecordKind::kInsight},
      {R"({"eventType":"AwsCloudTrailInsight"})", RecordKind::kInsight},
      {R"({"eventCategory":"NetworkActivity","eventName":"ListKeys"})", RecordKind::kNetworkActivity},
      {R"({"eventType":"AwsVpceEvent","eventName":"ListKeys"})", RecordKind::kNetworkActivity},
      {R"({"eventCategory":"Aggregated","eventType":"AwsAggregatedEvent"})", RecordKind::kAggregated},
      {R"({"eventCategory":"insight"})", RecordKind::kOther},
      {R"({})", RecordKind::kOther},
  };
  for (const auto& c : cases) EXPECT_EQ(KindOf(ReadHeader(ParsedJson(c.json).root())), c.kind) << c.json;
}

TEST(EventIdentity, IsIdAndAccount) {
  RecordHeader a;
  a.event_id = "id-1";
  a.recipient_account_id = "111122223333";
  const Hash128 hash = EventIdentity(a, "bucket", "key", 0);
  EXPECT_EQ(hash, EventIdentity(a, "other", "place", 7)) << "a duplicate in another object is the same event";
  EXPECT_EQ(hash, FastHash(std::string_view("id-1\0"
                                            "111122223333",
                                            17)));

  RecordHeader other = a;
  other.recipient_account_id = "444455556666";
  EXPECT_NE(hash, EventIdentity(other, "bucket", "key", 0));
  RecordHeader shifted;
  shifted.event_id = "id-11";
  shifted.recipient_account_id = "11122223333";
  EXPECT_NE(hash, EventIdentity(shifted, "bucket", "key", 0));
  const std::string long_id(500, 'x');
  RecordHeader large;
  large.event_id = long_id;
  EXPECT_EQ(EventIdentity(large, "", "", 0), FastHash(long_id + '\0'));
}

TEST(EventIdentity, WithoutIdIsThePlace) {
  const RecordHeader none;
  const Hash128 hash = EventIdentity(none, "bucket", "key", 3);
  EXPECT_EQ(hash, EventIdentity(none, "bucket", "key", 3));
  EXPECT_NE(hash, EventIdentity(none, "bucket", "key", 4));
  EXPECT_NE(hash, EventIdentity(none, "bucketk", "ey", 3));
  EXPECT_NE(EventIdentity(none, "b", "k1", 1), EventIdentity(none, "b", "k", 11));
}

}  // namespace
}  // namespace trailsift
