#include "event/text_repair.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

#define FFFD "\xEF\xBF\xBD"

TEST(RepairJson, Table) {
  const struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {R"({"a":"b\"\\\/\b\f\n\r\t\u00e9"})", R"({"a":"b\"\\\/\b\f\n\r\t\u00e9"})"},
      {"\"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80\"", "\"caf\xC3\xA9 \xE6\x97\xA5 \xF0\x9F\x98\x80\""},
      // UTF-8: maximal parts, as the Unicode standard counts them (3.9, table 3-8)
      {"\"\xFF\"", "\"" FFFD "\""},
      {"\"a\xC3\"", "\"a" FFFD "\""},
      {"\"\xE6\x97\"", "\"" FFFD "\""},
      {"\"\xE6\x97z\"", "\"" FFFD "z\""},
      {"\"\xC0\xAF\"", "\"" FFFD FFFD "\""},
      {"\"\xED\xA0\x80\"", "\"" FFFD FFFD FFFD "\""},
      {"\"\xF0\x9F\x98\"", "\"" FFFD "\""},
      {"\"\xF4\x91\x92\x93\"", "\"" FFFD FFFD FFFD FFFD "\""},
      {"\"\xF1\x80\x80\xE1\x80\xC2\"", "\"" FFFD FFFD FFFD "\""},
      {"\xFF{}", FFFD "{}"},
      // escapes
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\ud83d")", "\"" FFFD "\""},
      {R"("\ude00\ud83d")", "\"" FFFD FFFD "\""},
      {R"("\ud83d\u0041")", "\"" FFFD "\\u0041\""},
      {R"("\ud83d\ud83d\ude00")", "\"" FFFD "\\ud83d\\ude00\""},
      {R"("\q\x41")", "\"" FFFD FFFD "41\""},
      {R"("\u12G4")", "\"" FFFD "12G4\""},
      {R"("\u")", "\"" FFFD "\""},
      {"\"\\\x01\"", "\"" FFFD "\\u0001\""},
      {"\"\\", "\"" FFFD},
      {"\"\\u+123\"", "\"" FFFD "+123\""},
      // control bytes are escaped inside strings only
      {"{\t\"a\tb\n\x01\":1}\n", "{\t\"a\\u0009b\\u000a\\u0001\":1}\n"},
      {std::string("\"\0\"", 3), "\"\\u0000\""},
      // numbers
      {"[9223372036854775807]", "[9223372036854775807e0]"},
      {"[123456789012345678]", "[123456789012345678]"},
      {"[123456789012345678901234567890]", "[123456789012345678901234567890e0]"},
      {"[1e400,-1e400]", "[1.7976931348623157e308,-1.7976931348623157e308]"},
      {"[1e-400]", "[1e-400]"},
      {"[1e308]", "[1e308]"},
      {"[0." + std::string(400, '0') + "1]", "[0." + std::string(400, '0') + "1]"},
      {"[1" + std::string(400, '0') + "]", "[1.7976931348623157e308]"},
      {"[007,-0012.50,00,0,-0,0.5,00.5,0e1]", "[7,-12.50,0,0,-0,0.5,0.5,0e1]"},
      {R"(["123456789012345678901234567890"])", R"(["123456789012345678901234567890"])"},
      // what it does not know stays
      {"{a:tru,}", "{a:tru,}"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(RepairJson(c.text), c.expected) << c.text;
}

}  // namespace
}  // namespace trailsift
