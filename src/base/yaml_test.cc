#include "base/yaml.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

std::string AsJson(const std::string& text) {
  Diagnostics diagnostics;
  const std::optional<YamlNode> node = ParseYaml(text, "f.yaml", diagnostics);
  if (!node) return diagnostics.items().empty() ? "?" : diagnostics.items().front().ToString();
  std::string json;
  AppendYamlAsJson(*node, json);
  return json;
}

TEST(YamlTest, ReadsWhatJsonWouldCallIt) {
  struct Case {
    const char* text;
    const char* json;
  };
  for (const Case& c : {
           Case{"a: 1", R"({"a":1})"},
           {"a: -0.5e3", R"({"a":-0.5e3})"},
           {"a: 012345678901", R"({"a":"012345678901"})"},
           {"a: 0", R"({"a":0})"},
           {"a: 1.", R"({"a":"1."})"},
           {"a: .5", R"({"a":".5"})"},
           {"a: 1e", R"({"a":"1e"})"},
           {"a: +1", R"({"a":"+1"})"},
           {"a: 0x10", R"({"a":"0x10"})"},
           {"a: \"1\"", R"({"a":"1"})"},
           {"a: '1'", R"({"a":"1"})"},
           {"a: true", R"({"a":true})"},
           {"a: 'true'", R"({"a":"true"})"},
           {"a: yes", R"({"a":"yes"})"},
           {"a: True", R"({"a":"True"})"},
           {"a: null\nb: ~\nc:\nd: ''", R"({"a":null,"b":null,"c":null,"d":""})"},
           {"a: 2026-01-15T10:00:00Z", R"({"a":"2026-01-15T10:00:00Z"})"},
           {"a: {b: [1, x, {}], c: []}", R"({"a":{"b":[1,"x",{}],"c":[]}})"},
           {"a: |\n  line \"one\"\n  \tline\n", R"({"a":"line \"one\"\n\u0009line\n"})"},
           {"a: &x {b: 1}\nc: *x", R"({"a":{"b":1},"c":{"b":1}})"},
           {"", "null"},
           {"# nothing\n", "null"},
           {"text", "\"text\""},
       })
    // A line break within a text is written as an escape.
    EXPECT_EQ(AsJson(c.text), [&] {
      std::string json = c.json;
      for (std::size_t at; (at = json.find("\\n")) != std::string::npos;) json.replace(at, 2, "\\u000a");
      return json;
    }()) << c.text;
}

TEST(YamlTest, TellsWhereAFaultIs) {
  struct Case {
    const char* text;
    const char* fault;
  };
  for (const Case& c : {
           Case{"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: error: broken YAML: `a` stands twice in this map"},
           {"a:\n  - {[x]: 1}\n", "f.yaml:2:6: error: broken YAML: a key must be a plain word"},
           {"null: 1\n", "f.yaml:1:1: error: broken YAML: a key must be a plain word"},
           {"a: 1\n---\nb: 2\n", "f.yaml:3:1: error: a second document (one file holds one document: remove the `---`)"},
           {"a: &x [*x]\n", "f.yaml:1:8: error: broken YAML: an alias inside of what it names"},
       })
    EXPECT_EQ(AsJson(c.text), c.fault) << c.text;
  EXPECT_EQ(AsJson("a: [1, 2\n").rfind("f.yaml:2:1: error: broken YAML: ", 0), 0u) << AsJson("a: [1, 2\n");
  EXPECT_EQ(AsJson("a: *none\n").rfind("f.yaml:1:4: error: broken YAML: ", 0), 0u) << AsJson("a: *none\n");
}

TEST(YamlTest, KeepsPlaces) {
  Diagnostics diagnostics;
  const std::optional<YamlNode> node = ParseYaml("cases:\n  - name: x\n    by:  [user]\n", "f", diagnostics);
  ASSERT_TRUE(node);
  const YamlNode& first = node->Find("cases")->items.at(0);
  EXPECT_EQ(first.line, 2);
  EXPECT_EQ(first.column, 5);
  EXPECT_EQ(first.members[1].line, 3);
  EXPECT_EQ(first.members[1].column, 5);
  EXPECT_EQ(first.members[1].value.column, 10);
}

TEST(YamlTest, BoundsWhatAliasesAndNestingMake) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_NE(AsJson(bomb).find("more than a million values"), std::string::npos);
  EXPECT_EQ(AsJson(std::string(63, '[') + std::string(63, ']')), std::string(63, '[') + std::string(63, ']'));
  EXPECT_NE(AsJson(std::string(65, '[') + std::string(65, ']')).find("deeper than 64 levels"), std::string::npos);
  EXPECT_NE(AsJson(std::string(5000, '[')).find("error"), std::string::npos);
}

TEST(YamlTest, MergesMapsIntoMaps) {
  Diagnostics diagnostics;
  YamlNode into = *ParseYaml("a: {b: 1, c: {d: 2}}\ne: [1]\n", "f", diagnostics);
  into.Merge(*ParseYaml("a: {c: {f: 3}, b: [x]}\ne: [2]\ng: null\n", "f", diagnostics));
  std::string json;
  AppendYamlAsJson(into, json);
  EXPECT_EQ(json, R"({"a":{"b":["x"],"c":{"d":2,"f":3}},"e":[2],"g":null})");
}

TEST(Yaml, ReadsTheDocumentsOfAFile) {
  Diagnostics diagnostics;
  const auto documents = ParseYamlDocuments("---\na: 1\n---\n---\nb: [2]\n...\n", "f.yaml", diagnostics);
  ASSERT_TRUE(documents && diagnostics.empty());
  ASSERT_EQ(documents->size(), 2u);
  EXPECT_NE((*documents)[0].Find("a"), nullptr);
  EXPECT_EQ((*documents)[1].Find("b")->line, 5);
  EXPECT_TRUE(ParseYamlDocuments("# nothing\n", "f.yaml", diagnostics)->empty());
  EXPECT_EQ(ParseYamlDocuments("a: 1\n---\nb: [\n", "f.yaml", diagnostics), std::nullopt);
  ASSERT_EQ(diagnostics.items().size(), 1u);
  EXPECT_EQ(diagnostics.items()[0].line, 4);
  Diagnostics behind;
  EXPECT_EQ(ParseYamlDocuments("a: 1\n---\n{b: 2}, \n", "f.yaml", behind), std::nullopt);
  ASSERT_EQ(behind.items().size(), 1u);
  EXPECT_EQ(behind.items()[0].ToString(), "f.yaml:3: error: broken YAML: a sign behind the end of a document");
}

}  // namespace
}  // namespace trailsift
