#include <gtest/gtest.h>

#include "event/gzip.h"
#include "formats/log_reader_testing.h"

namespace trailsift {
namespace {

TEST(LogReader, FlowLogs) {
  EXPECT_EQ(Read(LogFormat::kVpcFlow,
                 "2 111122223333 eni-0a 192.0.2.9 10.0.0.5 49152 22 6 20 4249 1768471200 1768471260 REJECT OK\n"
                 "\n"
                 "2 111122223333 eni-0a - - - - - - - 1768471200 1768471260 - NODATA\r\n"),
            R"(vpc 2026-01-15T10:00:00Z {"version":"2","account_id":"111122223333","interface_id":"eni-0a","srcaddr":"192.0.2.9",)"
            R"("dstaddr":"10.0.0.5","srcport":"49152","dstport":"22","protocol":"6","packets":"20","bytes":"4249",)"
            R"("start":"2026-01-15T10:00:00Z","end":"2026-01-15T10:01:00Z","action":"REJECT","log_status":"OK"})"
            "\n"
            R"(vpc 2026-01-15T10:00:00Z {"version":"2","account_id":"111122223333","interface_id":"eni-0a","srcaddr":"-",)"
            R"("dstaddr":"-","srcport":"-","dstport":"-","protocol":"-","packets":"-","bytes":"-",)"
            R"("start":"2026-01-15T10:00:00Z","end":"2026-01-15T10:01:00Z","action":"-","log_status":"NODATA"})"
            "\n");
}

TEST(LogReader, AFlowLogsHeadingNamesItsColumns) {
  EXPECT_EQ(Read(LogFormat::kVpcFlow, "action srcaddr vpc-id start\nACCEPT 192.0.2.9 vpc-1 1768471200\nACCEPT 192.0.2.9\n"),
            R"(vpc 2026-01-15T10:00:00Z {"action":"ACCEPT","srcaddr":"192.0.2.9","vpc_id":"vpc-1","start":"2026-01-15T10:00:00Z"})"
            "\n"
            R"(vpc - {"action":"ACCEPT","srcaddr":"192.0.2.9"})"
            "\n");
}

TEST(LogReader, LoadBalancers) {
  EXPECT_EQ(
      Read(LogFormat::kAlb,
           R"(https 2026-01-15T10:00:00.186641Z app/web/50dc 2001:db8::1:2817 10.0.0.1:80 0.0 0.0 0.0 200 - 34 366 )"
           R"("GET https://a.example:443/?q=""x"" HTTP/1.1" "curl/7 x" C T arn "Root=1" "a.example")"
           "\n"),
      R"(alb 2026-01-15T10:00:00Z {"type":"https","time":"2026-01-15T10:00:00.186641Z","elb":"app/web/50dc","client_port":"2817",)"
      R"("target_port":"80","request_processing_time":"0.0","target_processing_time":"0.0","response_processing_time":"0.0",)"
      R"("elb_status_code":"200","target_status_code":"-","received_bytes":"34","sent_bytes":"366",)"
      R"("request":"GET https://a.example:443/?q=\"x\" HTTP/1.1","user_agent":"curl/7 x","ssl_cipher":"C","ssl_protocol":"T",)"
      R"("target_group_arn":"arn","trace_id":"Root=1","domain_name":"a.example","client_ip":"2001:db8::1","target_ip":"10.0.0.1"})"
      "\n");
  // No target answered: the dash stays. Several targets stay together.
  const std::string several =
      Read(LogFormat::kAlb, R"(http t e 192.0.2.1:1 - 0 0 0 503 - 1 1 "GET / HTTP/1.1" "a" - - - "-" "-" "-" 0 t "forward" "-" )"
                            R"("-" "10.0.0.1:80 10.0.0.2:81" "200 200" "-" "-")");
  EXPECT_NE(several.find(R"("target_port":"-")"), std::string::npos) << several;
  EXPECT_NE(several.find(R"("target_port_list":"80 81")"), std::string::npos) << several;
  EXPECT_NE(several.find(R"("target_ip_list":"10.0.0.1 10.0.0.2")"), std::string::npos) << several;
  EXPECT_EQ(several.rfind("alb - ", 0), 0u) << several;

  EXPECT_EQ(
      Read(LogFormat::kClb, R"(2026-01-15T10:00:00.5Z my-lb 192.0.2.1:2817 10.0.0.1:80 0 0 0 200 200 0 29 "GET / HTTP/1.1")"),
      R"(clb 2026-01-15T10:00:00Z {"time":"2026-01-15T10:00:00.5Z","elb":"my-lb","client_port":"192.0.2.1:2817",)"
      R"("backend_port":"10.0.0.1:80","request_processing_time":"0","backend_processing_time":"0","response_processing_time":"0",)"
      R"("elb_status_code":"200","backend_status_code":"200","received_bytes":"0","sent_bytes":"29","request":"GET / HTTP/1.1"})"
      "\n");
  EXPECT_EQ(
      Read(LogFormat::kNlb, "tls 2.0 2026-01-15T10:00:00 net/n/c6 g3 192.0.2.1:51341 10.0.0.1:443 5"),
      R"(nlb 2026-01-15T10:00:00Z {"type":"tls","version":"2.0","time":"2026-01-15T10:00:00","elb":"net/n/c6","listener":"g3",)"
      R"("client_port":"51341","destination_port":"443","connection_time":"5","client_ip":"192.0.2.1","destination_ip":"10.0.0.1"})"
      "\n");
}

TEST(LogReader, ServerAccess) {
  EXPECT_EQ(
      Read(LogFormat::kServerAccess,
           R"(79a5 docs [15/Jan/2026:10:00:38 +0000] 192.0.2.3 - 3E57 REST.GET.OBJECT a%20b "GET /docs?x="y"z HTTP/1.1" 403 )"
           R"(AccessDenied 243 - 7 - "-" "curl "odd"ity 1" -)"),
      R"(s3_server_access 2026-01-15T10:00:38Z {"bucket_owner":"79a5","bucket":"docs","time":"15/Jan/2026:10:00:38 +0000",)"
      R"("remote_ip":"192.0.2.3","requester":"-","request_id":"3E57","operation":"REST.GET.OBJECT","key":"a%20b",)"
      R"("request_uri":"GET /docs?x=\"y\"z HTTP/1.1","http_status":"403","error_code":"AccessDenied","bytes_sent":"243",)"
      R"("object_sent":"-","total_time":"7","turn_around_time":"-","referer":"-","user_agent":"curl \"odd\"ity 1","version_id":"-"})"
      "\n");
}

TEST(LogReader, Umbrella) {
  EXPECT_EQ(
      Read(LogFormat::kUmbrella, R"("2026-01-15 10:00:00","10.0.0.1","10.0.0.1","80","192.0.2.1","443","a,b")", "iplogs/x.csv"),
      R"(cisco_umbrella 2026-01-15T10:00:00Z {"timestamp":"2026-01-15 10:00:00","identity":"10.0.0.1","source_ip":"10.0.0.1",)"
      R"("source_port":"80","destination_ip":"192.0.2.1","destination_port":"443","categories":"a,b"})"
      "\n");
  EXPECT_EQ(Read(LogFormat::kUmbrella, "a,b", "other/x.csv"),
            "fault other/x.csv: none of dnslogs, proxylogs and iplogs stands in its name, so its columns are not known\n");
}

TEST(LogReader, Config) {
  EXPECT_EQ(Read(LogFormat::kConfig, R"({"fileVersion":"1.0","configurationItems":[
      {"configurationItemCaptureTime":"2026-01-15T10:00:00.123Z","configurationItemStatus":"ResourceDiscovered"},{"a":1}]})"),
            "config 2026-01-15T10:00:00Z "
            R"({"configurationItemCaptureTime":"2026-01-15T10:00:00.123Z","configurationItemStatus":"ResourceDiscovered"})"
            "\nconfig - {\"a\":1}\n");
  EXPECT_EQ(Read(LogFormat::kConfig, R"({"fileVersion":"1.0"})"), "bad 0 document at byte 0: no \"configurationItems\" array\n");
}

TEST(LogReader, GuardDuty) {
  const std::string probes =
      R"({"updatedAt":"2026-01-15T10:00:00Z","service":{"serviceName":"guardduty","action":{"portProbeAction":)"
      R"({"portProbeDetails":[{"p":22},{"p":80}],"blocked":false}}}})";
  EXPECT_EQ(Read(LogFormat::kGuardDuty, probes + "\n" + R"({"type":"X","service":{"serviceName":"guardduty"}})", "a/b.jsonl.gz"),
            R"(guardduty 2026-01-15T10:00:00Z {"updatedAt":"2026-01-15T10:00:00Z","service":{"serviceName":"guardduty","action":)"
            R"({"portProbeAction":{"portProbeDetails":{"p":22},"blocked":false}}}})"
            "\n"
            R"(guardduty 2026-01-15T10:00:00Z {"updatedAt":"2026-01-15T10:00:00Z","service":{"serviceName":"guardduty","action":)"
            R"({"portProbeAction":{"portProbeDetails":{"p":80},"blocked":false}}}})"
            "\n"
            R"(guardduty - {"type":"X","service":{"serviceName":"guardduty"}})"
            "\n");
  // By Firehose: EventBridge's envelope, one behind the other.
  EXPECT_EQ(Read(LogFormat::kGuardDuty, R"({"source":"aws.guardduty","time":"2026-01-15T10:00:00Z","detail":{"a":1}})"
                                        R"({"source":"aws.guardduty","detail":{"a":2}})"),
            "guardduty 2026-01-15T10:00:00Z {\"a\":1}\nguardduty - {\"a\":2}\n");
}

TEST(LogReader, Waf) {
  EXPECT_EQ(
      Read(LogFormat::kWaf, R"({"timestamp":1768471200000,"action":"BLOCK","httpRequest":{"clientIp":"192.0.2.1","headers":)"
                            R"([{"name":"Host","value":"a"},{"name":"x-evil","value":"b"},{"name":"User-Agent"}],"uri":"/"}})"
                            "\n"
                            R"({"httpRequest":{"headers":"odd"}})"),
      R"(waf 2026-01-15T10:00:00Z {"timestamp":1768471200000,"action":"BLOCK","httpRequest":{"clientIp":"192.0.2.1","headers":)"
      R"({"Host":"a"},"uri":"/"}})"
      "\n"
      R"(waf - {"httpRequest":{"headers":"odd"}})"
      "\n");
}

TEST(LogReader, Custom) {
  EXPECT_EQ(
      Read(LogFormat::kCustom, R"({"source":"aws.kms","detail":{"eventTime":"2026-01-15T10:00:00Z"}} {"source":"aws.macie"})"),
      "kms 2026-01-15T10:00:00Z {\"eventTime\":\"2026-01-15T10:00:00Z\"}\n"
      "bad 1 document at byte 67: no object \"detail\", which an event of EventBridge has\n");
  EXPECT_EQ(Read(LogFormat::kCustom, "2 111122223333 eni-0a\n"),
            R"(vpc - {"version":"2","account_id":"111122223333","interface_id":"eni-0a"})"
            "\n");
}

TEST(LogReader, DamageCostsItselfOnly) {
  EXPECT_EQ(Read(LogFormat::kWaf, ""), "");
  EXPECT_EQ(Read(LogFormat::kWaf, "{\"a\":1}\n{\"a\":}\n{\"a\":2}\n").substr(0, 60),
            "waf - {\"a\":1}\nwaf - {\"a\":2}\nbad 1 document at byte 8: no JSO");
  EXPECT_EQ(Read(LogFormat::kWaf, "{\"a\":1}\n{\"a\":"),
            "waf - {\"a\":1}\nfault x.gz: it ends in the middle of the document at byte 8\n");
  // A byte that is no UTF-8 is replaced.
  EXPECT_EQ(Read(LogFormat::kVpcFlow, "\xFF z"), "vpc - {\"version\":\"\xEF\xBF\xBD\",\"account_id\":\"z\"}\n");
  const Result<std::string> packed = Gzip("2 1\n2 2\n");
  ASSERT_TRUE(packed.ok());
  EXPECT_EQ(Read(LogFormat::kVpcFlow, *packed),
            "vpc - {\"version\":\"2\",\"account_id\":\"1\"}\nvpc - {\"version\":\"2\",\"account_id\":\"2\"}\n");
  EXPECT_NE(Read(LogFormat::kVpcFlow, packed->substr(0, packed->size() - 9)).find("fault x.gz: "), std::string::npos);
  // Whoever sends a million pieces of rubbish is not kept in memory piece by piece.
  const std::string rubbish = Read(LogFormat::kWaf, std::string(100'000, ','));
  EXPECT_NE(rubbish.find("fault x.gz: has more than 1000 pieces that can't be read; the rest is left out"), std::string::npos);
  EXPECT_LT(rubbish.size(), 100'000u);
}

TEST(LogReader, ALargeObjectComesInParts) {
  std::string text;
  for (int i = 0; i < 25'000; ++i)
    text += "2 " + std::to_string(i) + " eni-0a 192.0.2.9 10.0.0.5 49152 22 6 20 4249 1 2 REJECT OK\n";
  LogReader reader(LogFormat::kVpcFlow, text, "x");
  std::size_t parts = 0;
  std::uint32_t records = 0;
  while (const std::optional<LogPart> part = reader.Next()) {
    EXPECT_EQ(part->first, records);
    records += static_cast<std::uint32_t>(part->batch->records().size());
    EXPECT_EQ(FindText(part->batch->records().back(), "account_id"), std::to_string(records - 1));
    ++parts;
  }
  EXPECT_EQ(records, 25'000u);
  EXPECT_GT(parts, 1u);
}

TEST(LogFormats, EveryTypeOfSubscriberAndService) {
  for (const char* type : {"buckets", "security_hub", "security_lake"}) EXPECT_TRUE(FormatOfSubscriber(type).has_value()) << type;
  for (const char* type : {"inspector", "cloudwatchlogs"}) EXPECT_TRUE(FormatOfService(type).has_value()) << type;
  for (const char* type : {"", "cloudtrail", "custom"}) {
    EXPECT_FALSE(FormatOfSubscriber(type).has_value()) << type;
    EXPECT_FALSE(FormatOfService(type).has_value()) << type;
  }
}

TEST(LogFormats, EveryTypeOfBucketButCloudTrails) {
  for (const char* type :
       {"config", "vpcflow", "guardduty", "waf", "alb", "clb", "nlb", "server_access", "cisco_umbrella", "custom"})
    EXPECT_TRUE(FormatOfType(type).has_value()) << type;
  for (const char* type : {"cloudtrail", "", "Config", "alb "}) EXPECT_FALSE(FormatOfType(type).has_value()) << type;
}

}  // namespace
}  // namespace trailsift
