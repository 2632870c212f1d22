#include "aws/queue_address.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(QueueAddress, NamesAndUrls) {
  struct Case {
    const char* text;
    const char* name;
    const char* region;
    const char* account;
    const char* endpoint;
  };
  const Case kCases[] = {
      {"trail", "trail", "", "", ""},
      {"trail.fifo", "trail.fifo", "", "", ""},
      {"https://sqs.eu-west-1.amazonaws.com/111122223333/trail", "trail", "eu-west-1", "111122223333", ""},
      {"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail.fifo", "trail.fifo", "cn-north-1", "111122223333", ""},
      {"https://vpce-1-a.sqs.eu-west-1.vpce.amazonaws.com/111122223333/trail", "trail", "eu-west-1", "111122223333", ""},
      {"https://sqs.eu-west-1.amazonaws.com/11112222333/trail", "trail", "eu-west-1", "", ""},
      {"http://127.0.0.1:9324/000000000000/trail", "trail", "", "000000000000", "http://127.0.0.1:9324"},
      {"http://elasticmq:9324/queue/trail", "trail", "", "", "http://elasticmq:9324"},
  };
  for (const Case& c : kCases) {
    const Result<QueueAddress> address = ReadQueueAddress(c.text);
    ASSERT_TRUE(address.ok()) << c.text << address.status().message();
    EXPECT_EQ(address->name, c.name) << c.text;
    EXPECT_EQ(address->url, std::string(c.text).find("://") == std::string::npos ? "" : c.text);
    EXPECT_EQ(address->region, c.region) << c.text;
    EXPECT_EQ(address->account, c.account) << c.text;
    EXPECT_EQ(address->endpoint, c.endpoint) << c.text;
  }
}

TEST(QueueAddress, UrlsThatAreNone) {
  for (const char* text :
       {"https://", "https://sqs.eu-west-1.amazonaws.com", "https://sqs.eu-west-1.amazonaws.com/",
        "https://u:p@sqs.eu-west-1.amazonaws.com/1/trail", "https://sqs.eu-west-1.amazonaws.com/?QueueName=trail"})
    EXPECT_EQ(ReadQueueAddress(text).status().code(), Code::kInvalid) << text;
}

}  // namespace
}  // namespace trailsift
