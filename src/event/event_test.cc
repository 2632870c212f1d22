#include "event/event.h"

#include "event/event_testing.h"
#include "event/message.h"

namespace trailsift {
namespace {

class NameDeriver : public Deriver {
 public:
  std::optional<std::string_view> Derive(const Event&, std::string_view name, Arena& arena) const override {
    if (name != "trailsift.actor.name") return std::nullopt;
    return arena.Copy("alice");
  }
};
const NameDeriver kDeriver;

TEST(Event, Record) {
  const ParsedJson doc(R"({"eventName":"GetUser","trailsift":{"actor":{"name":"forged"}}})");
  const Envelope envelope;
  Arena arena;
  const Event event = Event::Record(doc.root(), envelope, arena, &kDeriver);
  EXPECT_EQ(event.form(), EventForm::kRecord);
  EXPECT_TRUE(event.is_wazuh_json());
  EXPECT_EQ(event.Wazuh("aws.eventname"), "GetUser");
  EXPECT_EQ(event.Wazuh("trailsift.actor.name"), "alice");
  EXPECT_FALSE(event.Wazuh("trailsift.other"));
  EXPECT_EQ(FindText(*event.record(), "eventName"), "GetUser");
  EXPECT_EQ(event.full_log().data(), event.full_log().data()) << "built once";
  EXPECT_EQ(event.full_log().substr(0, 23), R"({"integration": "aws", )");
  EXPECT_FALSE(Event::Record(doc.root(), envelope, arena, nullptr).Wazuh("trailsift.actor.name"));
}

TEST(Event, Message) {
  const struct {
    const char* line;
    bool json;
    const char* name;
    const char* value;  // null: absent
    const char* record_member;
  } cases[] = {
      {R"({"integration":"aws","aws":{"eventName":"GetUser"}} tail)", true, "aws.eventName", "GetUser", "eventName"},
      {R"({"aws":"text","eventName":"x"})", true, "EVENTNAME", "x", "eventName"},
      {R"({"a":{"b":[1]}})", true, "a.b", "[1]", "a"},
      {R"({"a":)", true, "a", nullptr, nullptr},
      {"plain text", false, "a", nullptr, nullptr},
      {"{\t\"a\":1}", false, "a", nullptr, nullptr},
  };
  MessageParser parser;
  for (const auto& c : cases) {
    Arena arena;
    const Event event = Event::Message(c.line, parser.Parse(c.line), arena, &kDeriver);
    EXPECT_EQ(event.form(), EventForm::kMessage);
    EXPECT_EQ(event.is_wazuh_json(), c.json) << c.line;
    EXPECT_EQ(event.full_log(), c.line);
    EXPECT_EQ(event.envelope(), nullptr);
    EXPECT_EQ(event.Wazuh(c.name).has_value(), c.value != nullptr) << c.line;
    EXPECT_EQ(event.Wazuh(c.name).value_or(""), c.value == nullptr ? "" : c.value) << c.line;
    EXPECT_EQ(event.record().has_value(), c.record_member != nullptr) << c.line;
    if (event.record()) {
      EXPECT_TRUE(FindJson(*event.record(), c.record_member)) << c.line;
    }
    std::size_t leaves = 0;
    event.ForEachWazuhLeaf([&](const WazuhLeaf&) { ++leaves; });
    EXPECT_EQ(leaves != 0, c.value != nullptr) << c.line;
  }
}

TEST(Event, JsonThatTheDecoderWouldNotTake) {
  const ParsedJson doc(R"({"a":1})");
  Arena arena;
  const Event event = Event::Message(" {\"a\":1}", doc.root(), arena, nullptr);
  EXPECT_FALSE(event.Wazuh("a"));
  event.ForEachWazuhLeaf([](const WazuhLeaf&) { FAIL(); });
}

TEST(Event, AMessageCannotForgeDerivedNames) {
  const std::string_view line = R"({"trailsift":{"actor":{"name":"forged"}},"Trailsift.x":"y","trailsifted":"own"})";
  MessageParser parser;
  Arena arena;
  const Event event = Event::Message(line, parser.Parse(line), arena, &kDeriver);
  EXPECT_EQ(event.Wazuh("trailsift.actor.name"), "alice");
  EXPECT_FALSE(event.Wazuh("trailsift.x"));
  std::size_t leaves = 0;
  event.ForEachWazuhLeaf([&](const WazuhLeaf& leaf) {
    ++leaves;
    EXPECT_EQ(leaf.name, "trailsifted");
  });
  EXPECT_EQ(leaves, 1u);
}

TEST(Event, ThousandsOfLeaves) {
  std::string text = "{";
  for (int i = 0; i < 20000; ++i) text += "\"f" + std::to_string(i % 15000) + "\":" + std::to_string(i) + ",";
  text += "\"last\":1}";
  const ParsedJson doc(text);
  const Envelope envelope;
  Arena arena;
  const Event event = Event::Record(doc.root(), envelope, arena, nullptr);
  std::size_t leaves = 0;
  event.ForEachWazuhLeaf([&](const WazuhLeaf&) { ++leaves; });
  EXPECT_EQ(leaves, 15006u);
  EXPECT_EQ(event.Wazuh("aws.source"), "cloudtrail");
  EXPECT_EQ(event.Wazuh("aws.f14999"), "14999");
}

}  // namespace
}  // namespace trailsift
