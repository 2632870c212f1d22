#include "aws/flat_json.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

using Members = std::map<std::string, std::string>;

TEST(FlatJson, Reads) {
  struct Case {
    const char* text;
    Members members;
  };
  const Case cases[] = {
      {"{}", {}},
      {" { \"a\" : \"b\" ,\n\"c\":\"d\" } \n", {{"a", "b"}, {"c", "d"}}},
      {R"({"a":1,"b":-2.5,"c":true,"d":null,"e":[1,"x",{"y":[]}],"f":{"g":"h","k":{"l":7,"m":["n"]}},"i":"j"})",
       {{"a", "1"}, {"b", "-2.5"}, {"f.g", "h"}, {"f.k.l", "7"}, {"i", "j"}}},
      {R"({"a":"\"\\\/\b\f\n\r\t"})", {{"a", "\"\\/\b\f\n\r\t"}}},
      {R"({"a":"\u0041\u00fc\u20AC\uD83D\uDE00"})", {{"a", "A\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"}}},
      {R"({"a":"first","a":"second"})", {{"a", "first"}}},
  };
  for (const Case& c : cases) {
    const auto members = ParseFlatJson(c.text);
    ASSERT_TRUE(members.has_value()) << c.text;
    EXPECT_EQ(*members, c.members) << c.text;
  }
}

TEST(FlatJson, Refuses) {
  for (const char* text : {"", "[]", "\"a\"", "{", "{\"a\"}", "{\"a\":}", "{\"a\":\"b\"", "{\"a\":\"b\",}", "{a:\"b\"}",
                           "{\"a\":\"b\"} x", "{\"a\":\"b\\\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\uD83D\"}",
                           "{\"a\":\"\\uDE00\"}", "{\"a\":\"\n\"}", "{\"a\":[1}", "{\"a\":[1,]}", "<html>"}) {
    EXPECT_FALSE(ParseFlatJson(text).has_value()) << text;
  }
  std::string nested = "{\"a\":";
  EXPECT_TRUE(ParseFlatJson(nested + std::string(10, '[') + std::string(10, ']') + '}').has_value());
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(ParseFlatJson(objects).has_value());
  // Every member would hold the long name.
  const std::string long_name(200, 'n');
  EXPECT_TRUE(ParseFlatJson("{\"" + long_name + "\":{\"a\":\"b\"}}").has_value());
  EXPECT_FALSE(ParseFlatJson("{\"" + long_name + "\":{\"" + long_name + "\":\"b\"}}").has_value());
  EXPECT_FALSE(ParseFlatJson(nested + std::string(100000, '[') + std::string(100000, ']') + '}').has_value());
}

}  // namespace
}  // namespace trailsift
