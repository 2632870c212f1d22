#include "event/message.h"

#include "event/event_testing.h"

namespace trailsift {
namespace {

TEST(LooksLikeJsonMessage, OnlyBlanksBeforeTheFirstQuote) {
  for (const char* line : {R"({"a":1})", R"({   "a":1})", R"({"a)", R"({")"}) EXPECT_TRUE(LooksLikeJsonMessage(line)) << line;
  for (const char* line : {"", " {\"a\":1}", "{\t\"a\":1}", "{\n\"a\":1}", "{}", "{ }", "{a:1}", "[\"a\"]", "plain", "{"}) {
    EXPECT_FALSE(LooksLikeJsonMessage(line)) << line;
  }
}

TEST(MessageParser, Table) {
  const struct {
    const char* line;
    const char* expected;  // null: no fields
  } cases[] = {
      {R"({"a":1})", R"({"a":1})"},
      {R"({"a":1} tail)", R"({"a":1})"},
      {R"({"a":1}{"b":2})", R"({"a":1})"},
      {R"({"a":1}}})", R"({"a":1})"},
      {"{\"a\":\"x\ty\x01\"}", R"({"a":"x\ty\u0001"})"},
      {R"({"a":"\ud800","b":1})", "{\"a\":\"\xEF\xBF\xBD\",\"b\":1}"},
      {R"({"a":"\q","b":1})", "{\"a\":\"\xEF\xBF\xBD\",\"b\":1}"},
      {"{\"a\":\"\xFF\"}", "{\"a\":\"\xEF\xBF\xBD\"}"},
      {R"({"a":1e400})", R"({"a":1.7976931348623157e+308})"},
      {R"({"a":007})", R"({"a":7})"},
      {R"({"a":+1})", nullptr},
      {R"({"a")", nullptr},
      {R"({"a":1)", nullptr},
      {R"({"a":})", nullptr},
      {R"({"a":1,})", nullptr},
      {R"({"a":True})", nullptr},
      {R"( {"a":1})", nullptr},
      {R"(["a"])", nullptr},
  };
  MessageParser parser;
  for (const auto& c : cases) {
    const auto value = parser.Parse(c.line);
    ASSERT_EQ(value.has_value(), c.expected != nullptr) << c.line;
    if (!value) continue;
    std::string out;
    AppendJson(*value, out);
    EXPECT_EQ(out, c.expected) << c.line;
  }
}

}  // namespace
}  // namespace trailsift
