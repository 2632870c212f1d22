#include "source/notification.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

using Kind = Notification::Kind;

constexpr char kS3[] =
    R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-11-24T08:00:00.000Z",
        "eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0","bucket":{"name":"trail","arn":"arn:aws:s3:::trail"},
        "object":{"key":"AWSLogs/a+b%2Bc%C3%A9/x.json.gz","size":1024,"eTag":"0"}}}]})";
constexpr char kEventBridge[] =
    R"({"version":"0","detail-type":"Object Created","source":"aws.s3","account":"111122223333","detail":{"version":"0",
        "bucket":{"name":"trail"},"object":{"key":"AWSLogs/a+b%2B/x.json.gz","size":7}}})";
constexpr char kCloudTrail[] = R"({"s3Bucket":"trail","s3ObjectKey":["AWSLogs/a+b/x.json.gz","AWSLogs/y.json.gz"]})";

std::string InSns(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\n') continue;
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return R"({"Type":"Notification","MessageId":"1","TopicArn":"arn:aws:sns:eu-west-1:111122223333:t","Message":")" + quoted +
         R"(","Timestamp":"2026-11-24T08:00:00.000Z","Signature":"x"})";
}

std::string Described(const Notification& notification) {
  std::string text = notification.kind == Kind::kObjects ? "objects" : notification.kind == Kind::kNothing ? "nothing" : "unknown";
  for (const NotifiedObject& object : notification.objects)
    text += " s3://" + object.bucket + '/' + object.key + '=' + std::to_string(object.size);
  return text;
}

TEST(Notification, Reads) {
  const std::string removed =
      R"({"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"trail"},"object":{"key":"x"}}}]})";
  const std::string bad_second = R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"t"},"object":{"key":"x"}}},
                                              {"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"t"}}}]})";
  const struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {kS3, "objects s3://trail/AWSLogs/a b+c\xC3\xA9/x.json.gz=1024"},
      {InSns(kS3), "objects s3://trail/AWSLogs/a b+c\xC3\xA9/x.json.gz=1024"},
      {kEventBridge, "objects s3://trail/AWSLogs/a+b%2B/x.json.gz=7"},
      {InSns(kEventBridge), "objects s3://trail/AWSLogs/a+b%2B/x.json.gz=7"},
      {kCloudTrail, "objects s3://trail/AWSLogs/a+b/x.json.gz=0 s3://trail/AWSLogs/y.json.gz=0"},
      {InSns(kCloudTrail), "objects s3://trail/AWSLogs/a+b/x.json.gz=0 s3://trail/AWSLogs/y.json.gz=0"},
      {InSns(InSns(kCloudTrail)), "objects s3://trail/AWSLogs/a+b/x.json.gz=0 s3://trail/AWSLogs/y.json.gz=0"},
      {InSns(InSns(InSns(kCloudTrail))), "unknown"},
      // Security Lake's message, which names no type.
      {R"({"source":"aws.s3","detail":{"bucket":{"name":"lake"},"object":{"key":"ext/a.parquet","size":9}}})",
       "objects s3://lake/ext/a.parquet=9"},
      {R"({"Records":[{"eventName":"s3:ObjectCreated:CompleteMultipartUpload","s3":{"bucket":{"name":"t"},"object":{"key":"x%"}}}]})",
       "objects s3://t/x%=0"},
      {R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-24T08:00:00.000Z","Bucket":"trail"})", "nothing"},
      {InSns(R"({"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail"})"), "nothing"},
      {"CloudTrail validation message.", "nothing"},
      {InSns("CloudTrail validation message."), "nothing"},
      {removed, "nothing"},
      {R"({"detail-type":"Object Deleted","detail":{"bucket":{"name":"t"},"object":{"key":"x"}}})", "nothing"},
      // Near misses: nothing of them may be taken for done.
      {bad_second, "unknown"},
      {"", "unknown"},
      {"hello", "unknown"},
      {"[]", "unknown"},
      {"{}", "unknown"},
      {R"({"Records":[]})", "unknown"},
      {R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":""},"object":{"key":"x"}}}]})", "unknown"},
      {R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"t"},"object":{"key":""}}}]})", "unknown"},
      {R"({"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"t"},"object":{"key":")" + std::string(1025, 'k') +
           R"("}}}]})",
       "unknown"},
      {R"({"s3Bucket":"trail","s3ObjectKey":[]})", "unknown"},
      {R"({"s3Bucket":"trail","s3ObjectKey":["x",1]})", "unknown"},
      {R"({"s3Bucket":"trail","s3ObjectKey":"x"})", "unknown"},
      {R"({"Type":"SubscriptionConfirmation","Message":"You have chosen to subscribe"})", "unknown"},
      {R"({"eventSource":"s3.amazonaws.com","eventName":"PutObject"})", "unknown"},
  };
  for (const auto& c : cases) EXPECT_EQ(Described(ReadNotification(c.text)), c.expected) << c.text;
}

}  // namespace
}  // namespace trailsift
