#include <gtest/gtest.h>

#include "alert/alert.h"
#include "alert/json_scanner.h"

namespace trailsift {
namespace {

TEST(DataJson, Table) {
  const struct {
    const char* what;
    std::vector<Leaf> leaves;
    const char* expected;
  } cases[] = {
      {"nothing", {}, ""},
      {"only empty strings", {{"a", ""}, {"b.c", ""}}, ""},
      {"nesting",
       {{"integration", "aws"}, {"aws.a", "1"}, {"aws.b.c", "true"}},
       R"({"integration":"aws","aws":{"a":"1","b":{"c":"true"}}})"},
      {"interleaved", {{"m.a", "1"}, {"x", "2"}, {"m.b", "3"}}, R"({"m":{"a":"1","b":"3"},"x":"2"})"},
      {"scalar first", {{"m", "flat"}, {"m.c", "3"}}, R"({"m":"flat"})"},
      {"object first", {{"m.c", "3"}, {"m", "flat"}}, R"({"m":{"c":"3"}})"},
      {"scalar against a deeper object", {{"a.b", "1"}, {"a.b.c.d", "2"}}, R"({"a":{"b":"1"}})"},
      {"an empty string claims no name", {{"m", ""}, {"m.c", "3"}}, R"({"m":{"c":"3"}})"},
      {"duplicate", {{"k", "1"}, {"k", "2"}}, R"({"k":"1"})"},
      {"duplicate objects are one", {{"k.a", "1"}, {"k.b", "2"}}, R"({"k":{"a":"1","b":"2"}})"},
      {"case alone", {{"k", "1"}, {"K", "2"}}, R"({"k":"1"})"},
      {"case alone, in an object", {{"Key.a", "1"}, {"kEY.A", "2"}, {"key.b", "3"}}, R"({"Key":{"a":"1","b":"3"}})"},
      {"near: not the same name", {{"k", "1"}, {"k_", "2"}, {"k1", "3"}}, R"({"k":"1","k_":"2","k1":"3"})"},
      {"array", {{"a", "[\n\t\"x\", 1]", true}}, R"({"a":["x",1]})"},
      {"empty array", {{"a", "[]", true}}, R"({"a":[]})"},
      {"array keeps inner types",
       {{"a", "[1, \"a\", true, null, 1.5, {\"b\": 2}]", true}},
       R"({"a":[1,"a",true,null,1.5,{"b":2}]})"},
      {"a string that is an array", {{"a", "[1,2]"}}, R"({"a":[1,2]})"},
      {"a string that is none",
       {{"a", "[1] tail"}, {"b", "[not json"}, {"c", "{\"a\":1}"}},
       R"({"a":"[1] tail","b":"[not json","c":"{\"a\":1}"})"},
      {"array first", {{"a", "[1]", true}, {"a.b", "1"}}, R"({"a":[1]})"},
      {"empty names", {{"", "1"}, {"a.", "2"}, {".b", "3"}}, R"({"":"1","a":{"":"2"}})"},
      {"quotes in a name", {{"a\"b", "1"}}, R"({"a\"b":"1"})"},
      {"static names come first, in Wazuh's order and spelling, the last duplicate wins, empty stays",
       {{"x", "1"}, {"systemname", "s"}, {"id", "a"}, {"srcip", ""}, {"user", "u"}, {"id", "b"}, {"protocol", "tcp"}},
       R"({"protocol":"tcp","srcip":"","dstuser":"u","id":"b","system_name":"s","x":"1"})"},
      {"only at the top", {{"aws.user", "u"}, {"aws.srcip", ""}}, R"({"aws":{"user":"u"}})"},
      {"static before dynamic", {{"data.a", "1"}, {"data", "d"}}, R"({"data":"d"})"},
  };
  for (const auto& each : cases) EXPECT_EQ(DataJson(each.leaves), each.expected) << each.what;
}

// Twice the leaves may cost little more than twice the steps: a quadratic build of these would take minutes.
TEST(DataJson, ManyLeavesInOneObject) {
  std::vector<std::string> names;
  for (int i = 0; i < 200000; ++i) names.push_back("aws.n" + std::to_string(i));
  std::vector<Leaf> leaves;
  leaves.reserve(2 * names.size());
  for (const std::string& name : names) leaves.push_back({name, "v"});
  for (const std::string& name : names) leaves.push_back({name, "again"});
  const std::string json = DataJson(leaves);
  EXPECT_TRUE(json.starts_with(R"({"aws":{"n0":"v","n1":"v",)"));
  EXPECT_TRUE(json.ends_with(R"("n199999":"v"}})"));
  EXPECT_EQ(json.find("again"), std::string::npos);
}

TEST(DataJson, NestingIsBounded) {
  std::string name = "aws";
  for (int i = 0; i < 100000; ++i) name += ".a";
  const std::string deep = std::string(900, '[') + std::string(900, ']');
  const std::string json = DataJson({{name, "v"}, {"b", deep}, {"c", std::string_view(deep).substr(600, 600)}});
  JsonScanner scanner(json);
  EXPECT_TRUE(scanner.Value() && scanner.at_end());
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (const char c : json) {
    if (c == '{') deepest = std::max(deepest, ++depth);
    if (c == '}') --depth;
  }
  EXPECT_EQ(deepest, 500u);
  EXPECT_NE(json.find("\"b\":\"[[["), std::string::npos);
  EXPECT_NE(json.find("\"c\":[[["), std::string::npos);
}

}  // namespace
}  // namespace trailsift
