#include "event/wazuh_view.h"

#include <gmock/gmock.h>

#include <random>
#include <utility>
#include <vector>

#include "event/event_testing.h"

namespace trailsift {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

Envelope TestEnvelope() {
  Envelope envelope;
  envelope.log_file = "k";
  envelope.bucket = "b";
  envelope.account_id = "111122223333";
  return envelope;
}

// The fields that a record adds to those of its envelope, `aws.` cut off.
Fields FieldsOf(std::string_view record) {
  const ParsedJson doc(record);
  const Envelope envelope = TestEnvelope();
  Arena arena;
  Fields all;
  WalkRecordView(doc.root().get_object().value(), envelope, arena, [&](const WazuhLeaf& leaf) {
    all.emplace_back(leaf.name, leaf.value);
    EXPECT_EQ(FindInRecordView(doc.root().get_object().value(), envelope, leaf.name, arena), leaf.value)
        << leaf.name << " of " << record;
  });
  const Fields first = {{"integration", "aws"},
                        {"aws.log_info.aws_account_alias", ""},
                        {"aws.log_info.log_file", "k"},
                        {"aws.log_info.s3bucket", "b"}};
  EXPECT_EQ(Fields(all.begin(), all.begin() + 4), first);
  all.erase(all.begin(), all.begin() + 4);
  Fields out;
  for (auto& [name, value] : all) {
    EXPECT_EQ(name.substr(0, 4), "aws.");
    if (name != "aws.source" && name != "aws.aws_account_id") out.emplace_back(name.substr(4), value);
  }
  EXPECT_THAT(all, ::testing::Contains(::testing::Pair("aws.source", "cloudtrail")));
  EXPECT_THAT(all, ::testing::Contains(::testing::Pair("aws.aws_account_id", "111122223333")));
  return out;
}

struct Case {
  const char* what;
  const char* record;
  Fields fields;
};

void Check(const std::vector<Case>& cases) {
  for (const auto& c : cases) EXPECT_EQ(FieldsOf(c.record), c.fields) << c.what << ": " << c.record;
}

TEST(RecordView, NullsAreDroppedInObjectsOnly) {
  Check({
      {"top", R"({"a":null,"b":"x"})", {{"b", "x"}}},
      {"nested", R"({"a":{"b":null,"c":{"d":null,"e":1}}})", {{"a.c.e", "1"}}},
      {"in a list", R"({"a":[null,{"b":null}]})", {{"a", "[null, {\n\t\t\"b\":\tnull\n\t}]"}}},
      {"the text null", R"({"a":"null"})", {{"a", "null"}}},
      {"an only element survives", R"({"a":[null]})", {{"a", "null"}}},
      {"inside an only element too", R"({"a":[{"b":null,"c":{"d":null}}]})", {{"a.b", "null"}, {"a.c.d", "null"}}},
  });
}

TEST(RecordView, ListsOfOneAreUnwrapped) {
  Check({
      {"scalar", R"({"a":["x"]})", {{"a", "x"}}},
      {"two stay", R"({"a":["x","y"]})", {{"a", R"(["x", "y"])"}}},
      {"none stays", R"({"a":[]})", {{"a", "[]"}}},
      {"at depth", R"({"a":{"b":{"c":["x"]}}})", {{"a.b.c", "x"}}},
      {"object", R"({"a":[{"b":"x"}]})", {{"a.b", "x"}}},
      {"the element is not visited again", R"({"a":[["x"]],"b":[{"c":["x"]}]})", {{"a", R"(["x"])"}, {"b.c", R"(["x"])"}}},
      {"not inside a list", R"({"a":[["x"],["y"]]})", {{"a", R"([["x"], ["y"]])"}}},
      {"nor in its objects", R"({"a":[{"b":["x"]},1]})", {{"a", "[{\n\t\t\"b\":\t[\"x\"]\n\t}, 1]"}}},
  });
}

TEST(RecordView, SourceIpAddress) {
  const struct {
    const char* value;  // JSON
    bool copied;
  } cases[] = {
      {R"("192.0.2.1")", true},
      {R"("075.050.255.67")", true},
      {R"("1.2.3.4 via proxy")", true},
      {R"(["192.0.2.1"])", true},
      {R"("1.2x3.4")", true},
      {R"("1.234.5")", true},
      {R"("1.23.5")", false},
      {R"("1.2\n3.4")", false},
      {R"("2001:db8::1")", false},
      {R"("cloudtrail.amazonaws.com")", false},
      {R"("AWS Internal")", false},
      {R"(" 192.0.2.1")", false},
      {R"("192.0.2")", false},
      {R"("192.0.2.")", false},
      {"192.02", false},
      {"null", false},
      {R"(["192.0.2.1","a"])", false},
      {R"("")", false},
      {R"("1.2.3")", false},
      {R"("1")", false},
  };
  for (const auto& c : cases) {
    const Fields fields = FieldsOf(std::string(R"({"sourceIPAddress":)") + c.value + "}");
    const bool copied = !fields.empty() && fields.back().first == "source_ip_address";
    EXPECT_EQ(copied, c.copied) << c.value;
    if (copied) {
      EXPECT_EQ(fields.back().second, fields.front().second) << c.value;
    }
  }
}

TEST(RecordView, MembersThatMustBeObjects) {
  Check({
      {"tags", R"({"tags":"x"})", {{"tags.value", "x"}}},
      {"tags as list", R"({"tags":["x","y"]})", {{"tags.value", R"(["x", "y"])"}}},
      {"tags as object", R"({"tags":{"a":"b"}})", {{"tags.a", "b"}}},
      {"tags of one object", R"({"tags":[{"a":"b"}]})", {{"tags.a", "b"}}},
      {"tags of a null", R"({"tags":[null],"x":{"tags":"y"}})", {{"tags.value", "null"}, {"x.tags", "y"}}},
      {"text",
       R"({"requestParameters":"x","responseElements":"","additionalEventData":"it's"})",
       {{"requestParameters.string", "x"}, {"responseElements.string", ""}, {"additionalEventData.string", "it's"}}},
      {"scalars",
       R"({"requestParameters":true,"responseElements":1.5,"additionalEventData":7})",
       {{"requestParameters.string", "True"}, {"responseElements.string", "1.5"}, {"additionalEventData.string", "7"}}},
      {"lists",
       R"({"requestParameters":["a",null],"responseElements":[],"additionalEventData":["one"]})",
       {{"requestParameters.string", "['a', None]"}, {"responseElements.string", "[]"}, {"additionalEventData.string", "one"}}},
      {"a list of null", R"({"responseElements":[null]})", {{"responseElements.string", "None"}}},
      {"objects and nulls",
       R"({"requestParameters":{"a":1},"responseElements":null,"additionalEventData":{}})",
       {{"requestParameters.a", "1"}}},
      {"only at the top, only by this spelling",
       R"({"x":{"requestParameters":"y"},"RequestParameters":"z"})",
       {{"x.requestParameters", "y"}, {"RequestParameters", "z"}}},
  });
}

TEST(RecordView, DisableApiTermination) {
  Check({
      {"true",
       R"({"requestParameters":{"disableApiTermination":true}})",
       {{"requestParameters.disableApiTermination.value", "true"}}},
      {"false",
       R"({"requestParameters":{"disableApiTermination":[false]}})",
       {{"requestParameters.disableApiTermination.value", "false"}}},
      {"object",
       R"({"requestParameters":{"disableApiTermination":{"value":true}}})",
       {{"requestParameters.disableApiTermination.value", "true"}}},
      {"text", R"({"requestParameters":{"disableApiTermination":"true"}})", {{"requestParameters.disableApiTermination", "true"}}},
      {"elsewhere",
       R"({"responseElements":{"disableApiTermination":true},"requestParameters":{"a":{"disableApiTermination":true}}})",
       {{"responseElements.disableApiTermination", "true"}, {"requestParameters.a.disableApiTermination", "true"}}},
  });
}

TEST(RecordView, NamesDuplicatesAndReplacedMembers) {
  Check({
      {"dotted key", R"({"a.b":"1","a":{"c.d":"2"}})", {{"a.b", "1"}, {"a.c.d", "2"}}},
      {"dotted and nested: the first", R"({"a":{"b":"1"},"a.b":"2"})", {{"a.b", "1"}}},
      {"nested and dotted: the first", R"({"a.b":"2","a":{"b":"1"}})", {{"a.b", "2"}}},
      {"equal keys", R"({"k":"1","k":"2"})", {{"k", "1"}}},
      {"case aside", R"({"k":"1","K":"2","k":"3"})", {{"k", "1"}}},
      {"equal objects", R"({"k":{"a":"1"},"k":{"a":"2","b":"3"}})", {{"k.a", "1"}, {"k.b", "3"}}},
      {"scalar, then object", R"({"k":"1","k":{"b":"2"}})", {{"k", "1"}, {"k.b", "2"}}},
      {"empty keys", R"({"":"1","a":{"":"2"}})", {{"", "1"}, {"a.", "2"}}},
      {"no leaf of an empty object", R"({"a":{},"b":""})", {{"b", ""}}},
      {"the collector's members win",
       R"({"source":"x","Source":{"a":"y"},"aws_account_id":"z","log_info":{"s3bucket":"w","own":"v"}})",
       {{"log_info.own", "v"}}},
      {"source_ip_address only when it is set", R"({"source_ip_address":"x"})", {{"source_ip_address", "x"}}},
      {"else it is replaced",
       R"({"source_ip_address":"x","sourceIPAddress":"192.0.2.1"})",
       {{"sourceIPAddress", "192.0.2.1"}, {"source_ip_address", "192.0.2.1"}}},
  });
}

TEST(RecordView, LookupIgnoresCaseAndMissesNearly) {
  const ParsedJson doc(
      R"({"userIdentity":{"type":"Root","arn":null,"sessionContext":{"attributes":{"mfa":"false"}}},"tags":"t","x.y":{"z":1},
                           "list":[{"a":1},{"a":2}]})");
  const Envelope envelope = TestEnvelope();
  const struct {
    const char* name;
    const char* expected;
  } cases[] = {
      {"integration", "aws"},
      {"INTEGRATION", "aws"},
      {"aws.source", "cloudtrail"},
      {"AWS.Source", "cloudtrail"},
      {"aws.log_info.S3Bucket", "b"},
      {"aws.log_info.aws_account_alias", ""},
      {"aws.AWS_ACCOUNT_ID", "111122223333"},
      {"aws.useridentity.TYPE", "Root"},
      {"aws.userIdentity.sessionContext.attributes.mfa", "false"},
      {"aws.tags.VALUE", "t"},
      {"aws.X.y.Z", "1"},
      {"aws.userIdentity.arn", nullptr},
      {"aws.userIdentity", nullptr},
      {"aws.userIdentity.typ", nullptr},
      {"aws.userIdentity.type.x", nullptr},
      {"aws.userIdentity.", nullptr},
      {"userIdentity.type", nullptr},
      {"aws", nullptr},
      {"aws.", nullptr},
      {"aws.tags", nullptr},
      {"aws.tags.", nullptr},
      {"aws.list.a", nullptr},
      {"aws.source_ip_address", nullptr},
      {"awsx.source", nullptr},
      {"", nullptr},
  };
  for (const auto& c : cases) {
    Arena arena;
    const auto value = FindInRecordView(doc.root().get_object().value(), envelope, c.name, arena);
    EXPECT_EQ(value.has_value(), c.expected != nullptr) << c.name;
    EXPECT_EQ(value.value_or(""), c.expected == nullptr ? "" : c.expected) << c.name;
  }
}

TEST(RecordView, WithoutAnAccountFolder) {
  const ParsedJson doc(R"({"aws_account_id":"own"})");
  const Envelope none;
  Arena arena;
  EXPECT_EQ(FindInRecordView(doc.root().get_object().value(), none, "aws.aws_account_id", arena), "own");
  const ParsedJson empty("{}");
  EXPECT_FALSE(FindInRecordView(empty.root().get_object().value(), none, "aws.aws_account_id", arena));
  std::vector<std::string> names;
  WalkRecordView(empty.root().get_object().value(), none, arena, [&](const WazuhLeaf& leaf) { names.emplace_back(leaf.name); });
  EXPECT_EQ(names.size(), 5u);
  EXPECT_EQ(names.back(), "aws.source");
}

TEST(MessageView, NothingIsChanged) {
  const ParsedJson doc(R"({"a":null,"b":["x"],"tags":"t","requestParameters":["y"],"n":{"c":null,"d":{}},"source":"s","B":1})");
  Arena arena;
  Fields fields;
  WalkMessageView(doc.root().get_object().value(), arena, [&](const WazuhLeaf& leaf) {
    fields.emplace_back(leaf.name, leaf.value);
    EXPECT_EQ(leaf.is_array, leaf.value.substr(0, 1) == "[") << leaf.name;
    EXPECT_EQ(FindInMessageView(doc.root().get_object().value(), leaf.name, arena), leaf.value);
  });
  const Fields expected = {{"a", "null"},   {"b", R"(["x"])"}, {"tags", "t"}, {"requestParameters", R"(["y"])"},
                           {"n.c", "null"}, {"source", "s"}};
  EXPECT_EQ(fields, expected);
}

TEST(RecordView, IsArrayTellsTextFromLists) {
  const ParsedJson doc(R"({"text":"[1,2]","list":[1,2],"one":["[x]"],"tags":[1,2],"requestParameters":[1,2]})");
  const Envelope envelope;
  Arena arena;
  std::vector<std::string> arrays;
  WalkRecordView(doc.root().get_object().value(), envelope, arena, [&](const WazuhLeaf& leaf) {
    if (leaf.is_array) arrays.emplace_back(leaf.name);
  });
  EXPECT_THAT(arrays, ::testing::ElementsAre("aws.list", "aws.tags.value"));
}

// Random JSON over few, colliding keys.
class RandomJson {
 public:
  explicit RandomJson(unsigned seed) : random_(seed) {}

  std::string Object(int depth) {
    std::string out = "{";
    const unsigned count = Below(6);
    for (unsigned i = 0; i < count; ++i) {
      if (i != 0) out += ',';
      static constexpr const char* kKeys[] = {"a",
                                              "A",
                                              "b",
                                              "a.b",
                                              "b.a",
                                              "",
                                              "tags",
                                              "requestParameters",
                                              "disableApiTermination",
                                              "source",
                                              "sourceIPAddress",
                                              "source_ip_address",
                                              "value",
                                              "string",
                                              "log_info",
                                              "s3bucket",
                                              "aws_account_id",
                                              "Source.x",
                                              "b."};
      out += '"';
      out += kKeys[Below(std::size(kKeys))];
      out += "\":" + Value(depth);
    }
    return out + "}";
  }

 private:
  unsigned Below(std::size_t n) { return static_cast<unsigned>(random_() % n); }

  std::string Value(int depth) {
    switch (Below(depth > 0 ? 9 : 7)) {
      case 0: return "null";
      case 1: return "true";
      case 2: return std::to_string(Below(5000));
      case 3: return "1.5";
      case 4: return "\"192.0.2.1\"";
      case 5: return "\"t\\u0000\"";
      case 6: return "[]";
      case 7: return Object(depth - 1);
      default: {
        std::string out = "[" + Value(depth - 1);
        for (unsigned i = Below(3); i > 1; --i) out += "," + Value(depth - 1);
        return out + "]";
      }
    }
  }

  std::mt19937 random_;
};

TEST(View, LookupAgreesWithTheWalk) {
  RandomJson random(20240305);
  Envelope subscribed;  // shown as it is, with its own `source`
  subscribed.collector = Envelope::Collector::kSubscriber;
  subscribed.as_is = true;
  subscribed.source.clear();
  const Envelope envelopes[] = {TestEnvelope(), Envelope(), subscribed};
  std::size_t leaves = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random.Object(4);
    const ParsedJson doc(text);
    const auto object = doc.root().get_object().value();
    Arena arena;
    const Envelope& envelope = envelopes[round % 3];
    WalkRecordView(object, envelope, arena, [&](const WazuhLeaf& leaf) {
      ++leaves;
      EXPECT_EQ(FindInRecordView(object, envelope, leaf.name, arena), leaf.value) << leaf.name << " of " << text;
    });
    WalkMessageView(object, arena, [&](const WazuhLeaf& leaf) {
      EXPECT_EQ(FindInMessageView(object, leaf.name, arena), leaf.value) << leaf.name << " of " << text;
    });
  }
  EXPECT_GT(leaves, 20000u);
}

}  // namespace
}  // namespace trailsift
