#include "base/json.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <string>
#include <utility>

namespace trailsift {
namespace {

std::string Compact(JsonValue value) {
  std::string out;
  AppendJson(value, out);
  return out;
}

TEST(JsonDocument, TakesOneValueAndNothingElse) {
  const struct {
    std::string text;
    bool good;
  } cases[] = {
      {"{}", true},
      {" [1] ", true},
      {"1", true},
      {"", false},
      {" ", false},
      {"{} {}", false},
      {"{\"a\":1", false},
      {"\"\xff\"", false},
      {std::string(8, '[') + std::string(8, ']'), true},
      {std::string(9, '[') + std::string(9, ']'), false},
  };
  for (const auto& c : cases) EXPECT_EQ(JsonDocument::Parse(c.text, 8).has_value(), c.good) << c.text;
}

TEST(JsonDocument, ValuesSurviveItsMove) {
  std::optional<JsonDocument> first = JsonDocument::Parse(R"({"a":"x"})");
  const JsonValue root = first->root();
  const JsonDocument second = *std::move(first);
  first.reset();
  EXPECT_EQ(FindText(root, "a"), "x");
  EXPECT_EQ(FindText(second.root(), "a"), "x");
}

TEST(FindJson, Paths) {
  const JsonDocument doc = *JsonDocument::Parse(R"({"a":{"b":{"c":1}},"x.y":{"z":2},"list":[{"k":3}],"n":null,"k":1,"k":2,
                           "o":{"p":1},"o":{"q":2},"":{"":"e"},"d":{"e":{}},"d.e":{"f":7}})");
  const struct {
    const char* path;
    const char* expected;  // compact JSON; null for absent
  } cases[] = {
      {"a.b.c", "1"},      {"a.b", R"({"c":1})"}, {"a.b.c.d", nullptr},  {"a.c", nullptr}, {"A.b.c", nullptr},
      {"a.b.", nullptr},   {"x.y.z", "2"},        {"x.y", R"({"z":2})"}, {"x", nullptr},   {"list", R"([{"k":3}])"},
      {"list.k", nullptr}, {"n", "null"},         {"n.x", nullptr},      {"k", "1"},       {"o.p", "1"},
      {"o.q", nullptr},  // the first of two equal keys wins, whatever is in it
      {".", R"("e")"},     {"", R"({"":"e"})"},   {"d.e.f", "7"},
  };
  for (const auto& c : cases) {
    const auto found = FindJson(doc.root(), c.path);
    EXPECT_EQ(found.has_value(), c.expected != nullptr) << c.path;
    if (found && c.expected != nullptr) {
      EXPECT_EQ(Compact(*found), c.expected) << c.path;
    }
  }
  EXPECT_FALSE(FindJson(JsonDocument::Parse("[1]")->root(), "0"));
}

TEST(FindText, OnlyStrings) {
  const JsonDocument doc = *JsonDocument::Parse(R"({"s":"x","e":"","n":1,"o":{"s":"y"}})");
  EXPECT_EQ(FindText(doc.root(), "s"), "x");
  EXPECT_EQ(FindText(doc.root(), "e"), "");
  EXPECT_EQ(FindText(doc.root(), "o.s"), "y");
  EXPECT_FALSE(FindText(doc.root(), "n"));
  EXPECT_FALSE(FindText(doc.root(), "o"));
}

TEST(ScalarText, AsJsonWritesIt) {
  const struct {
    const char* json;
    const char* expected;
  } cases[] = {
      {R"("")", ""},
      {R"("a\"b")", "a\"b"},
      {"0", "0"},
      {"-0", "0"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "18446744073709551615"},
      {"1.0", "1.0"},
      {"-0.0", "-0.0"},
      {"1.5", "1.5"},
      {"0.1", "0.1"},
      {"0.0001", "0.0001"},
      {"0.00001", "1e-05"},
      {"123456.789", "123456.789"},
      {"1e15", "1000000000000000.0"},
      {"1e16", "1e+16"},
      {"-2.5e-7", "-2.5e-07"},
      {"1e300", "1e+300"},
      {"true", "true"},
      {"false", "false"},
      {"null", nullptr},
      {"[]", nullptr},
      {"{}", nullptr},
  };
  for (const auto& c : cases) {
    const JsonDocument doc = *JsonDocument::Parse(std::string("[") + c.json + "]");
    Arena arena;
    const auto text = ScalarText(doc.root().at(0), arena);
    EXPECT_EQ(text.has_value(), c.expected != nullptr) << c.json;
    if (text && c.expected != nullptr) {
      EXPECT_EQ(*text, c.expected) << c.json;
    }
  }
}

TEST(AppendJson, ReadsBackAsItself) {
  const char* text = R"({"a":[1,-2,3.5,true,false,null,"x\ny\u0001\"\\é"],"b":{},"c":[],"d":{"e":[[]]}})";
  const JsonDocument doc = *JsonDocument::Parse(text);
  EXPECT_EQ(Compact(doc.root()), text);
}

TEST(AppendJsonString, Escapes) {
  std::string out;
  AppendJsonString(std::string_view("a\0b\b\f\n\r\t\x1f\x7f/\"\\\xC3\xA9", 15), out);
  EXPECT_EQ(out, "\"a\\u0000b\\b\\f\\n\\r\\t\\u001f\x7f/\\\"\\\\\xC3\xA9\"");
}

}  // namespace
}  // namespace trailsift
