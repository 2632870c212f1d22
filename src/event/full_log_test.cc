#include "event/full_log.h"

#include <cstdio>
#include <utility>

#include "event/event_testing.h"

namespace trailsift {
namespace {

// The text of the record's own members, the envelope's around them checked and cut off.
std::string Members(std::string_view record, const Envelope& envelope = {}) {
  const ParsedJson doc(record);
  std::string out;
  AppendFullLog(doc.root().get_object().value(), envelope, out);
  const std::string head =
      R"({"integration": "aws", "aws": {"log_info": {"aws_account_alias": "", "log_file": "", "s3bucket": ""}, )";
  const std::string tail = R"("source": "cloudtrail"}})";
  EXPECT_EQ(out.substr(0, head.size()), head);
  EXPECT_GE(out.size(), head.size() + tail.size());
  EXPECT_EQ(out.substr(out.size() - tail.size()), tail);
  return out.substr(head.size(), out.size() - head.size() - tail.size());
}

TEST(FullLog, Table) {
  const struct {
    const char* record;
    const char* members;
  } cases[] = {
      {"{}", ""},
      {R"({"a":1,"b":{"c":[1,2.0,{"d":[3]}],"e":{}}})", R"("a": 1, "b": {"c": [1, 2.0, {"d": [3]}], "e": {}}, )"},
      {R"({"a":null,"b":{"c":null},"d":[null],"e":[null,null]})", R"("b": {}, "d": null, "e": [null, null], )"},
      {R"({"a":["x"],"b":[{"c":["y"],"n":null}]})", R"("a": "x", "b": {"c": ["y"], "n": null}, )"},
      {R"({"a":true,"b":1700000000000,"c":1.5,"d":1e16,"e":18446744073709551615})",
       R"("a": true, "b": 1700000000000, "c": 1.5, "d": 1e+16, "e": 18446744073709551615, )"},
      {"{\"é\":\"日😀\\u007f\\u0001\\u0000\\\"\\\\\\/\\n\\t\"}", R"("\u00e9": "\u65e5\ud83d\ude00\u007f\u0001\u0000\"\\/\n\t", )"},
      {R"({"requestParameters":["a","é"],"tags":["x","y"],"source":"s"})",
       R"("requestParameters": {"string": "['a', '\u00e9']"}, "tags": {"value": ["x", "y"]}, )"},
      {R"({"requestParameters":{"disableApiTermination":true}})",
       R"("requestParameters": {"disableApiTermination": {"value": true}}, )"},
      {"{\"a\":1.7976931348623157e308}", "\"a\": 1e400, "},
  };
  for (const auto& c : cases) EXPECT_EQ(Members(c.record), c.members) << c.record;
}

TEST(FullLog, Envelope) {
  Envelope envelope;
  envelope.account_alias = "prod \"one\"";
  envelope.log_file = "AWSLogs/1/ü.json.gz";
  envelope.bucket = "b";
  envelope.account_id = "111122223333";
  const ParsedJson doc(R"({"eventName":"GetUser","sourceIPAddress":"192.0.2.1"})");
  std::string out;
  AppendFullLog(doc.root().get_object().value(), envelope, out);
  EXPECT_EQ(
      out,
      R"({"integration": "aws", "aws": {"log_info": {"aws_account_alias": "prod \"one\"", "log_file": "AWSLogs/1/\u00fc.json.gz", )"
      R"("s3bucket": "b"}, "eventName": "GetUser", "sourceIPAddress": "192.0.2.1", "source": "cloudtrail", )"
      R"("aws_account_id": "111122223333", "source_ip_address": "192.0.2.1"}})");
  envelope.log_file = "bad \xFF\xC3";  // a key need not be UTF-8
  out.clear();
  AppendFullLog(doc.root().get_object().value(), envelope, out);
  EXPECT_NE(out.find(R"("bad \ufffd\ufffd")"), std::string::npos) << out;
}

// Eight or sixteen bytes are looked at together: each byte of ASCII at each place among them.
TEST(FullLog, EveryByteAtEveryPlace) {
  for (int byte = 0; byte < 0x80; ++byte) {
    std::string escaped(1, static_cast<char>(byte));
    if (byte < 0x20 || byte == 0x7F) {
      char unit[8];
      std::snprintf(unit, sizeof unit, "\\u%04x", static_cast<unsigned>(byte));
      escaped = unit;
    }
    for (const auto& [plain, letter] :
         {std::pair('"', '"'), {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}})
      if (byte == plain) escaped = std::string(1, '\\') + letter;
    for (std::size_t before = 0; before < 18; ++before) {
      for (std::size_t after = 0; after < 18; ++after) {
        const std::string head(before, 'x');
        const std::string tail(after, '~');
        std::string out;
        AppendAsciiJsonString(head + static_cast<char>(byte) + tail, out);
        ASSERT_EQ(out, '"' + head + escaped + tail + '"') << byte;
      }
    }
  }
}

TEST(FullLog, WhatQueuesAndServicesDeliver) {
  Envelope envelope;
  envelope.collector = Envelope::Collector::kSubscriber;
  envelope.log_file = "k";
  envelope.bucket = "b";
  envelope.source = "securityhub";
  envelope.as_is = true;
  const ParsedJson doc(R"({"finding":{"Resources":[{"Id":"i"}]},"sourceIPAddress":"192.0.2.1","tags":["x"]})");
  const auto text = [&](const ParsedJson& record) {
    std::string out;
    AppendFullLog(record.root().get_object().value(), envelope, out);
    return out;
  };
  EXPECT_EQ(
      text(doc),
      R"({"integration": "aws", "aws": {"log_info": {"log_file": "k", "s3bucket": "b"}, "finding": {"Resources": [{"Id": "i"}]}, )"
      R"("sourceIPAddress": "192.0.2.1", "tags": ["x"], "source": "securityhub"}})");
  const ParsedJson own(R"({"source":"aws.ec2"})");
  envelope.source.clear();
  EXPECT_EQ(text(own), R"({"integration": "aws", "aws": {"log_info": {"log_file": "k", "s3bucket": "b"}, "source": "aws.ec2"}})");
  envelope.collector = Envelope::Collector::kService;
  EXPECT_EQ(text(own), R"({"integration": "aws", "aws": {"source": "aws.ec2"}})");
  envelope.source = "inspector2";
  EXPECT_EQ(text(ParsedJson("{}")), R"({"integration": "aws", "aws": {"source": "inspector2"}})");
}

}  // namespace
}  // namespace trailsift
