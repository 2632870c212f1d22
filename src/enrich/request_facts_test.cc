#include "enrich/request_facts.h"

#include <gtest/gtest.h>

#include <string>

#include "enrich/record_fixture.h"

namespace trailsift {
namespace {

std::string Shown(std::optional<std::string_view> value) { return value ? std::string(*value) : "(nothing)"; }

struct FactCase {
  const char* request;
  const char* fact;
};

const FactCase kCounts[] = {
    {R"({"names":["/a","/b","/c"],"withDecryption":true})", "3"},
    {R"({"names":["/a"]})", "1"},
    {R"({"names":"/a"})", "1"},
    {R"({"name":"/a"})", "1"},
    {R"({"secretIdList":["a","b"]})", "2"},
    {R"({"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"},{"instanceId":"i-3"}]}})", "3"},
    {R"({"instancesSet":{"items":{"instanceId":"i-1"}}})", "1"},
    {R"({"instanceIds":["i-1","i-2"]})", "2"},
    {R"({"bucketName":"b","Delete":{"Object":[{"Key":"a"},{"Key":"b"}]}})", "2"},
    {R"({"tags":[{"key":"a"},{"key":"b"}]})", "1"},
    {R"({"names":[]})", "1"},
    {R"("x")", "1"},
    {"null", "1"},
};

TEST(RequestFactsTest, Count) {
  for (const FactCase& c : kCounts) {
    ParsedRecord parsed(R"({"eventName":"GetParameters","requestParameters":)" + std::string(c.request) + "}");
    EXPECT_EQ(Shown(ItemCount(parsed.record(), parsed.arena())), c.fact) << c.request;
  }
  ParsedRecord finding(R"({"severity":5})");
  EXPECT_EQ(ItemCount(finding.record(), finding.arena()), std::nullopt);
}

const FactCase kBlindness[] = {
    {R"({"eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[],"excludeManagementEventSources":[]}]})",
     "(nothing)"},
    {R"({"eventSelectors":{"readWriteType":"All","includeManagementEvents":true}})", "(nothing)"},
    {R"({"eventSelectors":[{"dataResources":[{"type":"AWS::S3::Object","values":["arn:aws:s3"]}]}]})", "(nothing)"},
    {R"({"eventSelectors":[{"readWriteType":"ReadOnly","includeManagementEvents":false,"dataResources":[{"type":"AWS::S3::Object","values":[]}]}]})",
     "management events"},
    {R"({"eventSelectors":[{"includeManagementEvents":"false"}]})", "management events"},
    {R"({"eventSelectors":[]})", "management events"},
    {R"({"eventSelectors":[{"readWriteType":"WriteOnly","includeManagementEvents":true}]})", "read events"},
    {R"({"eventSelectors":[{"readWriteType":"ReadOnly","includeManagementEvents":true}]})", "write events"},
    {R"({"eventSelectors":[{"readWriteType":"ReadOnly"},{"readWriteType":"WriteOnly"},{"includeManagementEvents":false}]})",
     "(nothing)"},
    {R"({"eventSelectors":[{"readWriteType":"All","excludeManagementEventSources":["kms.amazonaws.com"]}]})", "kms.amazonaws.com"},
    {R"({"eventSelectors":[{"readWriteType":"All","excludeManagementEventSources":["kms.amazonaws.com","rdsdata.amazonaws.com"]}]})",
     "kms.amazonaws.com, rdsdata.amazonaws.com"},
    {R"({"eventSelectors":{"readWriteType":"ReadOnly","excludeManagementEventSources":"kms.amazonaws.com"}})",
     "write events, kms.amazonaws.com"},
    {R"({"eventSelectors":[{"excludeManagementEventSources":["kms.amazonaws.com"]},{"readWriteType":"All"}]})", "(nothing)"},
    {R"({"advancedEventSelectors":[{"name":"m","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]})",
     "(nothing)"},
    {R"({"advancedEventSelectors":{"fieldSelectors":{"field":"eventCategory","equals":"Management"}}})", "(nothing)"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]},{"fieldSelectors":[{"field":"eventCategory","equals":["Data"]},{"field":"resources.type","equals":["AWS::S3::Object"]}]}]})",
     "(nothing)"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Data"]},{"field":"resources.type","equals":["AWS::S3::Object"]}]}]})",
     "management events"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]},{"field":"readOnly","equals":["true"]}]}]})",
     "write events"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]},{"field":"readOnly","equals":["false"]},{"field":"eventSource","notEquals":["kms.amazonaws.com","rdsdata.amazonaws.com"]}]}]})",
     "read events, kms.amazonaws.com, rdsdata.amazonaws.com"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]},{"field":"userIdentity.arn","notEquals":["arn:aws:iam::111122223333:user/mallory"]}]}]})",
     "events by userIdentity.arn"},
    {R"({"advancedEventSelectors":[{"fieldSelectors":[{"field":"eventCategory","equals":["Management"]},{"field":"eventSource","equals":["s3.amazonaws.com"]}]}]})",
     "events by eventSource"},
    {R"({"trailName":"main"})", "(nothing)"},
    {"null", "(nothing)"},
};

TEST(RequestFactsTest, TrailBlindness) {
  for (const FactCase& c : kBlindness) {
    ParsedRecord parsed(R"({"eventName":"PutEventSelectors","requestParameters":)" + std::string(c.request) + "}");
    EXPECT_EQ(Shown(TrailBlindness(parsed.record(), parsed.arena())), c.fact) << c.request;
  }
  ParsedRecord other(R"({"eventName":"GetEventSelectors","requestParameters":{"eventSelectors":[]}})");
  EXPECT_EQ(TrailBlindness(other.record(), other.arena()), std::nullopt);
}

const FactCase kLifecycles[] = {
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","Filter":{"Prefix":"*"},"Expiration":{"Days":1},"ID":"x"}}})", "1"},
    {R"({"LifecycleConfiguration":{"Rule":[{"Status":"Enabled","Expiration":{"Days":365}},{"Status":"Disabled","Expiration":{"Days":1}},{"Status":"Enabled","Expiration":{"Days":"30"}}]}})",
     "30"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Disabled","Expiration":{"Days":1}}}})", "(nothing)"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","Expiration":{"Date":"2026-01-20T00:00:00.000Z"}}}})", "4"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","Expiration":{"Date":"2020-01-01T00:00:00Z"}}}})", "0"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","Expiration":{"Date":"soon"}}}})", "(nothing)"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","Expiration":{"ExpiredObjectDeleteMarker":true}}}})", "(nothing)"},
    {R"({"LifecycleConfiguration":{"Rule":{"Status":"Enabled","NoncurrentVersionExpiration":{"NoncurrentDays":1},"Transition":{"Days":1}}}})",
     "(nothing)"},
    {R"({"LifecycleConfiguration":{"Rule":"x"}})", "(nothing)"},
    {R"({"bucketName":"b","lifecycle":""})", "(nothing)"},
    {"null", "(nothing)"},
};

TEST(RequestFactsTest, LifecycleDays) {
  for (const FactCase& c : kLifecycles) {
    ParsedRecord parsed(R"({"eventName":"PutBucketLifecycle","eventTime":"2026-01-15T10:00:00Z","requestParameters":)" +
                        std::string(c.request) + "}");
    EXPECT_EQ(Shown(LifecycleDays(parsed.record(), parsed.arena())), c.fact) << c.request;
  }
}

}  // namespace
}  // namespace trailsift
