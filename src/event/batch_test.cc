#include "event/batch.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "event/event.h"
#include "event/event_testing.h"

namespace trailsift {
namespace {

using ::testing::HasSubstr;

// The records' `n` members (`?` where there is none), joined by blanks.
std::string Numbers(const Batch& batch) {
  std::string out;
  for (const JsonValue record : batch.records()) {
    std::string text = "?";
    if (const auto n = FindJson(record, "n")) {
      text.clear();
      AppendJson(*n, text);
    }
    out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

std::string Record(int n, std::string_view more = "") {
  return "{\"eventVersion\":\"1.08\",\"n\":" + std::to_string(n) + std::string(more) + "}";
}

std::string Records(int count, std::string_view more = "") {
  std::string out = "{\"Records\":[";
  for (int n = 0; n < count; ++n) out += (n == 0 ? "" : ",") + Record(n, more);
  return out + "]}";
}

TEST(Decode, Shapes) {
  const std::string r0 = Record(0);
  const std::string r1 = Record(1);
  const struct {
    const char* what;
    std::string bytes;
    ObjectKind kind;
    const char* numbers;
    const char* fault;  // "" = none
  } cases[] = {
      {"records", Records(3), ObjectKind::kRecords, "0 1 2", ""},
      {"among other keys", R"({"x":{"Records":[]},"Records":[{"n":7}],"y":[1]})", ObjectKind::kRecords, "7", ""},
      {"the first of two equal keys", R"({"Records":[{"n":1}],"Records":[{"n":2}]})", ObjectKind::kRecords, "1", ""},
      {"white space, byte-order mark", "\xEF\xBB\xBF \n{ \"Records\" : [ {\"n\":1} ] }\n", ObjectKind::kRecords, "1", ""},
      {"array", "[" + r0 + "," + r1 + "]", ObjectKind::kRecords, "0 1", ""},
      {"one record", r1, ObjectKind::kRecords, "1", ""},
      {"one record by name and source", R"({"eventName":"a","eventSource":"b","n":5})", ObjectKind::kRecords, "5", ""},
      {"one record by time", R"({"eventTime":"a","n":5})", ObjectKind::kRecords, "5", ""},
      {"lines", r0 + "\n" + r1 + "\r\n\n" + r0, ObjectKind::kRecords, "0 1 0", ""},
      {"lines of documents", Records(2) + "\n" + r1 + "\n" + Records(1), ObjectKind::kRecords, "0 1 1 0", ""},
      {"concatenated", r0 + r1 + Records(2), ObjectKind::kRecords, "0 1 0 1", ""},
      {"lines without records", "{\"Records\":[]}\n{\"Records\":[]}\n", ObjectKind::kEmpty, "", ""},
      {"zero bytes", "", ObjectKind::kEmpty, "", ""},
      {"white space", " \n", ObjectKind::kEmpty, "", ""},
      {"zero records", R"({"Records":[]})", ObjectKind::kEmpty, "", ""},
      {"empty array", "[]", ObjectKind::kEmpty, "", ""},
      {"digest", R"({"awsAccountId":"1","digestStartTime":"x","digestS3Object":"k","logFiles":[]})", ObjectKind::kDigest, "", ""},
      {"first digest of a trail", R"({"previousDigestS3Object":null})", ObjectKind::kDigest, "", ""},
      {"no Records", R"({"Service":"Amazon S3","Event":"s3:TestEvent"})", ObjectKind::kRecords, "", "no \"Records\" array"},
      {"other case", R"({"records":[{"n":1}]})", ObjectKind::kRecords, "", "no \"Records\" array"},
      {"Records null", R"({"Records":null})", ObjectKind::kRecords, "", "\"Records\" is no array"},
      {"Records object", R"({"Records":{"n":1}})", ObjectKind::kRecords, "", "\"Records\" is no array"},
      {"a name without a source", R"({"eventName":"a"})", ObjectKind::kRecords, "", "no \"Records\" array"},
      {"scalar", "12", ObjectKind::kRecords, "", "no \"Records\" array"},
      {"text", "hello\nworld\n", ObjectKind::kRecords, "", "no \"Records\" array; no JSON: "},
      {"page", "<html><body>503</body></html>", ObjectKind::kRecords, "", "no \"Records\" array; no JSON: "},
  };
  for (const auto& c : cases) {
    for (const bool gzip : {false, true}) {
      const auto batch = Batch::Decode(gzip ? GzipOf(c.bytes) : c.bytes, "the/key");
      EXPECT_EQ(batch->kind(), c.kind) << c.what;
      EXPECT_EQ(Numbers(*batch), c.numbers) << c.what;
      EXPECT_EQ(batch->inflated_size(), c.bytes.size()) << c.what;
      EXPECT_EQ(batch->bad_records().size(), 0u) << c.what;
      EXPECT_EQ(batch->indexes().size(), batch->records().size()) << c.what;
      EXPECT_EQ(batch->object_fault().ok(), *c.fault == '\0') << c.what << ": " << batch->object_fault().message();
      if (*c.fault != '\0') {
        EXPECT_EQ(batch->object_fault().code(), Code::kCorrupt) << c.what;
        EXPECT_THAT(batch->object_fault().message(), HasSubstr(std::string("the/key: ") + c.fault)) << c.what;
      }
    }
  }
}

TEST(Decode, SeveralMembers) {
  const std::string text = Records(50);
  const auto batch = Batch::Decode(GzipOf(text.substr(0, 100)) + GzipOf(text.substr(100)), "k");
  EXPECT_TRUE(batch->object_fault().ok());
  EXPECT_EQ(batch->records().size(), 50u);
}

TEST(Decode, CutFiles) {
  const std::string text = Records(1000);
  const std::string gz = GzipOf(text);
  const struct {
    const char* what;
    std::string bytes;
    std::size_t records;
    const char* fault;
  } cases[] = {
      {"half a record", text.substr(0, text.find("\"n\":700")), 700,
       "k: it ends in the middle of record 700 at byte 22302; the 700 records"},
      {"between records", text.substr(0, text.find("{\"eventVersion\":\"1.08\",\"n\":7}")), 7,
       "k: it ends inside the array of records, after 7 records"},
      {"without the last bracket", text.substr(0, text.size() - 1), 1000,
       "k: it ends inside the array of records, after 1000 records"},
      {"in the first key", text.substr(0, 5), 0, "k: it ends in the middle of record 0 at byte 0"},
      {"cut line", Record(0) + "\n" + Record(1).substr(0, 9), 1, "k: it ends in the middle of record 1 at byte 30"},
      {"gzip without trailer", gz.substr(0, gz.size() - 8), 1000, "k: gzip is cut off: it ends after"},
      {"a second member cut",
       GzipOf(text.substr(0, text.find("\"n\":700"))) + GzipOf(text.substr(text.find("\"n\":700"))).substr(0, 12), 700,
       "k: gzip is cut off: it ends after "},
      {"zeros after it", gz + std::string(100, '\0'), 1000, "k: 100 bytes that are no gzip follow its last member at byte "},
  };
  for (const auto& c : cases) {
    const auto batch = Batch::Decode(c.bytes, "k");
    EXPECT_EQ(batch->records().size(), c.records) << c.what;
    EXPECT_EQ(batch->bad_records().size(), 0u) << c.what;
    EXPECT_EQ(batch->kind(), ObjectKind::kRecords) << c.what;
    EXPECT_EQ(batch->object_fault().code(), Code::kCorrupt) << c.what;
    EXPECT_THAT(batch->object_fault().message(), ::testing::StartsWith(c.fault)) << c.what;
    for (std::size_t i = 0; i < batch->records().size(); ++i) {
      EXPECT_EQ(batch->records()[i]["n"].get_uint64().value(), i);
      EXPECT_EQ(batch->indexes()[i], i);
    }
  }
}

TEST(Decode, EveryCutOfAGzipKeepsWholeRecordsAndSaysSo) {
  const std::string text = Records(40);
  const std::string gz = GzipOf(text);
  std::size_t most = 0;
  for (std::size_t size = 2; size < gz.size(); ++size) {
    const auto batch = Batch::Decode(gz.substr(0, size), "k");
    EXPECT_FALSE(batch->object_fault().ok()) << size;
    EXPECT_EQ(batch->bad_records().size(), 0u) << size;
    EXPECT_GE(batch->records().size(), most);
    most = batch->records().size();
    for (std::size_t i = 0; i < most; ++i) EXPECT_EQ(batch->records()[i]["n"].get_uint64().value(), i);
  }
  EXPECT_EQ(most, 40u);
}

TEST(Decode, WhatCanBeReadIsKept) {
  const struct {
    const char* what;
    std::string more;
    const char* path;
    const char* value;
  } cases[] = {
      {"invalid UTF-8", ",\"v\":\"a\xFF\xC3z\"", "v", "a\xEF\xBF\xBD\xEF\xBF\xBDz"},
      {"lone surrogate", R"(,"v":"a\ud800z")", "v", "a\xEF\xBF\xBDz"},
      {"bad escape", R"(,"v":"a\qz")", "v", "a\xEF\xBF\xBDz"},
      {"bare control", ",\"v\":\"a\tz\"", "v", "a\tz"},
      {"NUL escape", R"(,"v":"a\u0000z")", "v", nullptr},
      {"NUL byte", std::string(",\"v\":\"a\0z\"", 10), "v", nullptr},
      {"number beyond 64 bits", R"(,"x":123456789012345678901234567890,"v":"y")", "v", "y"},
      {"number beyond a double", R"(,"x":1e999,"v":"y")", "v", "y"},
      {"equal keys", R"(,"v":"first","v":"second")", "v", "first"},
      {"dotted key", R"(,"a.b":"y")", "a.b", "y"},
  };
  for (const auto& c : cases) {
    const std::string shapes[] = {"{\"Records\":[" + Record(0) + "," + Record(1, c.more) + "," + Record(2) + "]}",
                                  Record(0) + "\n" + Record(1, c.more) + "\n" + Record(2)};
    for (const std::string& text : shapes) {
      const auto batch = Batch::Decode(text, "k");
      EXPECT_TRUE(batch->object_fault().ok()) << c.what << ": " << batch->object_fault().message();
      EXPECT_EQ(batch->bad_records().size(), 0u) << c.what;
      ASSERT_EQ(Numbers(*batch), "0 1 2") << c.what;
      const auto value = FindText(batch->records()[1], c.path);
      ASSERT_TRUE(value) << c.what;
      EXPECT_EQ(*value, c.value == nullptr ? std::string_view("a\0z", 3) : c.value) << c.what;
    }
  }
}

std::string Nested(int depth) {
  std::string out = ",\"d\":";
  for (int i = 0; i < depth; ++i) out += "{\"d\":";
  return out + "1" + std::string(static_cast<std::size_t>(depth), '}');
}

TEST(Decode, ABadRecordCostsItselfOnly) {
  const struct {
    const char* what;
    std::string bad;
    const char* reason;
  } cases[] = {
      {"a number", "5", "no object"},
      {"text", "\"x\"", "no object"},
      {"null", "null", "no object"},
      {"a list", "[1]", "no object"},
      {"a bad literal", Record(1, ",\"x\":tru"), "a bad literal"},
      {"a bad number", Record(1, ",\"x\":1.e"), "a bad number"},
      {"a missing comma", Record(1, ",\"x\":\"1\"\"y\":2"), "no JSON: a comma, bracket or key is missing or too many"},
      {"a bracket too many", Record(1) + "}", "no JSON: a comma, bracket or key is missing or too many"},
      {"a bracket missing", R"({"eventVersion":"1","x":{"y":1})", "no JSON"},
      {"a wrong bracket", R"({"eventVersion":"1","x":[1})", "no JSON"},
      {"a quote missing", R"({"eventVersion":"1","x":"y})", "its end is missing"},
      {"too deep", Record(1, Nested(1100)), "nested deeper than 1024 levels"},
      {"nothing", "", "no JSON: a comma, bracket or key is missing or too many"},
  };
  for (const auto& c : cases) {
    const std::string text = "{\"Records\":[" + Record(0) + "," + c.bad + "," + Record(2) + "," + Record(3) + "]}";
    const auto batch = Batch::Decode(text, "k");
    EXPECT_TRUE(batch->object_fault().ok()) << c.what << ": " << batch->object_fault().message();
    EXPECT_EQ(Numbers(*batch), "0 2 3") << c.what;
    EXPECT_THAT(batch->indexes(), ::testing::ElementsAre(0, 2, 3)) << c.what;
    ASSERT_EQ(batch->bad_records().size(), 1u) << c.what;
    const BadRecord& bad = batch->bad_records()[0];
    EXPECT_EQ(bad.index, 1u) << c.what;
    EXPECT_THAT(bad.reason, HasSubstr(c.reason)) << c.what;
    EXPECT_THAT(bad.reason, ::testing::StartsWith("record 1 at byte 42: ")) << c.what;
    if (!c.bad.empty()) {
      EXPECT_EQ(bad.bytes, c.bad) << c.what;
    }
  }
}

TEST(Decode, ABadLineCostsItselfOnly) {
  const struct {
    const char* bad;
    const char* reason;
  } cases[] = {
      {"garbage", "no JSON"},
      {R"({"eventVersion":"1)", "its end is missing"},
      {R"({"eventVersion":})", "no JSON"},
      {R"({"a":1})", "neither a record nor an object with a \"Records\" array"},
      {"17", "no object"},
  };
  for (const auto& c : cases) {
    const auto batch = Batch::Decode(Record(0) + "\n" + c.bad + "\n" + Record(2) + "\n" + Record(3) + "\n", "k");
    EXPECT_TRUE(batch->object_fault().ok()) << c.bad << ": " << batch->object_fault().message();
    EXPECT_EQ(Numbers(*batch), "0 2 3") << c.bad;
    ASSERT_EQ(batch->bad_records().size(), 1u) << c.bad;
    EXPECT_THAT(batch->bad_records()[0].reason, HasSubstr(std::string("record 1 at byte 30: ") + c.reason));
    EXPECT_EQ(batch->bad_records()[0].bytes, c.bad);
  }
}

TEST(Decode, LargeAndDeepRecords) {
  for (const std::size_t size : {std::size_t{300} << 10, std::size_t{5} << 20}) {
    const std::string more = ",\"v\":\"" + std::string(size, 'x') + "\"";
    for (const char* bad : {"", ",7"}) {
      const auto batch = Batch::Decode("{\"Records\":[" + Record(0, more) + bad + "," + Record(2) + "]}", "k");
      ASSERT_EQ(Numbers(*batch), "0 2");
      EXPECT_EQ(FindText(batch->records()[0], "v")->size(), size);
    }
  }
  for (const int depth : {64, 1000}) {
    const auto batch = Batch::Decode("{\"Records\":[" + Record(0, Nested(depth)) + "]}", "k");
    ASSERT_EQ(Numbers(*batch), "0");
    const Envelope envelope;
    Arena arena;
    const Event event = Event::Record(batch->records()[0], envelope, arena, nullptr);
    std::string name = "aws.d";
    for (int i = 0; i < depth; ++i) name += ".d";
    EXPECT_EQ(event.Wazuh(name), "1");
    std::size_t leaves = 0;
    event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) { leaves += leaf.name == name ? 1 : 0; });
    EXPECT_EQ(leaves, 1u);
    EXPECT_THAT(std::string(event.full_log()), HasSubstr("{\"d\": 1}"));
  }
}

TEST(Decode, ABadRecordIsKeptUpToAMebibyte) {
  const auto batch = Batch::Decode("[{\"v\":tru,\"w\":\"" + std::string(3 << 20, 'x') + "\"}," + Record(1) + "]", "k");
  ASSERT_EQ(batch->bad_records().size(), 1u);
  EXPECT_EQ(batch->bad_records()[0].bytes.size(), Batch::kMaxBadBytes);
  EXPECT_EQ(Numbers(*batch), "1");
}

TEST(Decode, TooLarge) {
  const auto batch = Batch::Decode(GzipOf(std::string(Batch::kMaxInflated + 1, ' ')), "k");
  EXPECT_EQ(batch->object_fault().code(), Code::kCorrupt);
  EXPECT_EQ(batch->object_fault().message(), "k: inflates to more than 256 MiB");
  EXPECT_EQ(batch->records().size(), 0u);
  EXPECT_EQ(batch->kind(), ObjectKind::kRecords);
}

TEST(Decode, OtherKindsAreRecords) {
  const auto batch =
      Batch::Decode(R"({"Records":[{"eventCategory":"Insight"},{"eventCategory":"NetworkActivity"},{"eventCategory":"Aggregated"},)"
                    R"({"eventName":"x"},{}]})",
                    "k");
  std::vector<RecordKind> kinds;
  for (const JsonValue record : batch->records()) kinds.push_back(KindOf(ReadHeader(record)));
  EXPECT_THAT(kinds, ::testing::ElementsAre(RecordKind::kInsight, RecordKind::kNetworkActivity, RecordKind::kAggregated,
                                            RecordKind::kApiCall, RecordKind::kOther));
}

std::filesystem::path SharedData() {
  if (const char* env = std::getenv("TRAILSIFT_SHARED")) return std::filesystem::path(env) / "data/cloudtrail";
  return "../shared/data/cloudtrail";
}

TEST(Decode, RealFiles) {
  const auto folder = SharedData() / "real/invictus-ir";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  std::size_t records = 0;
  std::size_t files = 0;
  const Envelope envelope;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const auto batch = Batch::Decode({std::istreambuf_iterator<char>(in), {}}, entry.path().filename().string());
    EXPECT_TRUE(batch->object_fault().ok()) << batch->object_fault().message();
    EXPECT_TRUE(batch->bad_records().empty());
    ++files;
    records += batch->records().size();
    Arena arena;
    for (const JsonValue record : batch->records()) {
      const RecordHeader header = ReadHeader(record);
      EXPECT_EQ(KindOf(header), RecordKind::kApiCall);
      EXPECT_FALSE(header.event_id.empty());
      const Event event = Event::Record(record, envelope, arena, nullptr);
      event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) { EXPECT_EQ(event.Wazuh(leaf.name), leaf.value) << leaf.name; });
      const ParsedJson again(event.full_log());
      EXPECT_EQ(FindText(again.root(), "aws.eventID"), header.event_id);
    }
  }
  EXPECT_EQ(files, 55u);
  EXPECT_EQ(records, 2900u);
}

}  // namespace
}  // namespace trailsift
