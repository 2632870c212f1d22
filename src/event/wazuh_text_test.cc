#include "event/wazuh_text.h"

#include "event/event_testing.h"

namespace trailsift {
namespace {

TEST(WazuhText, ScalarsAndArrays) {
  const struct {
    const char* json;
    const char* expected;
  } cases[] = {
      {R"("plain")", "plain"},
      {R"("")", ""},
      {R"("a\"b\\c/d")", "a\"b\\c/d"},
      {R"("a\u0000b")",
       "a\xEF\xBF\xBD"
       "b"},
      {"true", "true"},
      {"false", "false"},
      {"null", "null"},
      // numbers: a 32-bit integer, else six decimals
      {"0", "0"},
      {"-0.0", "0"},
      {"1.0", "1"},
      {"1e3", "1000"},
      {"2147483647", "2147483647"},
      {"-2147483648", "-2147483648"},
      {"2147483648", "2147483648.000000"},
      {"-2147483649", "-2147483649.000000"},
      {"1700000000000", "1700000000000.000000"},
      {"9007199254740993", "9007199254740992.000000"},
      {"18446744073709551615", "18446744073709551616.000000"},
      {"1.5", "1.500000"},
      {"-0.0000001", "-0.000000"},
      {"403.5", "403.500000"},
      {"1E+20", "100000000000000000000.000000"},
      {"1.7976931348623157e308", "inf"},
      {"-1.7976931348623157e308", "-inf"},
      // arrays: elements on one line, objects on lines of their own with tabs
      {"[]", "[]"},
      {"[[]]", "[[]]"},
      {"[1,\"a\",true,null,1.5]", "[1, \"a\", true, null, 1.5]"},
      {"[1700000000000,1.10,1e20,0.30000000000000004,1e-7]", "[1700000000000, 1.1, 1e+20, 0.3, 1e-07]"},
      {"[1.7976931348623157e308]", "[null]"},
      {R"(["q\"\\\n\u0001/é"])", "[\"q\\\"\\\\\\n\\u0001/é\"]"},
      {"[{}]", "[{\n\t}]"},
      {R"([{"a":1,"b":[{"c":"d"},2]}])", "[{\n\t\t\"a\":\t1,\n\t\t\"b\":\t[{\n\t\t\t\t\"c\":\t\"d\"\n\t\t\t}, 2]\n\t}]"},
      {R"([[{"a":{}}]])", "[[{\n\t\t\t\"a\":\t{\n\t\t\t}\n\t\t}]]"},
      {"{}", nullptr},
  };
  for (const auto& c : cases) {
    const ParsedJson doc(std::string("[") + c.json + "]");
    Arena arena;
    const auto text = WazuhText(doc.root().at(0), arena);
    ASSERT_EQ(text.has_value(), c.expected != nullptr) << c.json;
    EXPECT_EQ(text.value_or(""), c.expected == nullptr ? "" : c.expected) << c.json;
  }
}

TEST(AppendPythonStr, Table) {
  const struct {
    const char* json;
    const char* expected;
  } cases[] = {
      {R"("as it's")", "as it's"},
      {"5", "5"},
      {"1.0", "1.0"},
      {"1e16", "1e+16"},
      {"true", "True"},
      {"false", "False"},
      {"null", "None"},
      {"[]", "[]"},
      {R"(["a",1,true,null,[2.5]])", "['a', 1, True, None, [2.5]]"},
      {R"([{"k":"v","l":{}},"x"])", "[{'k': 'v', 'l': {}}, 'x']"},
      {R"(["it's"])", R"(["it's"])"},
      {R"(["say \"hi\""])", R"(['say "hi"'])"},
      {R"(["it's \"hi\""])", R"(['it\'s "hi"'])"},
      {R"(["a\\b\n\r\t\u0001\u007f"])", R"(['a\\b\n\r\t\x01\x7f'])"},
      {R"(["é日😀\u00a0\u200b"])", R"(['é日😀\xa0\u200b'])"},
      {"[1.7976931348623157e308]", "[inf]"},
  };
  for (const auto& c : cases) {
    const ParsedJson doc(std::string("[") + c.json + "]");
    std::string out;
    AppendPythonStr(doc.root().at(0), out);
    EXPECT_EQ(out, c.expected) << c.json;
  }
}

}  // namespace
}  // namespace trailsift
