#include "rules/definition.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(DefinitionTest, TakesTheTextOfOneRule) {
  constexpr std::string_view kText =
      "<group name=\"x,\">\n"
      "  <rule id=\"1\" level=\"0\"><description>a</description></rule> <rule id=\"2\" level=\"3\">\n"
      "    <!-- no </rule> here -->\n"
      "    <if_sid>1</if_sid>\n"
      "\n"
      " <description>b</description>\n"
      "  </rule>\n"
      "</group>\n";
  struct Case {
    int line, column;
    const char* text;
  };
  for (const Case& c : {
           Case{2, 3, "<rule id=\"1\" level=\"0\"><description>a</description></rule>"},
           {2, 62,
            "<rule id=\"2\" level=\"3\">\n<!-- no </rule> here -->\n<if_sid>1</if_sid>\n\n<description>b</description>\n</rule>"},
           {2, 4, ""},
           {1, 1, ""},
           {9, 1, ""},
           {10, 1, ""},
           {2, 500, ""},
           {0, 0, ""},
       })
    EXPECT_EQ(DefinitionAt(kText, c.line, c.column), c.text) << c.line << ':' << c.column;
  EXPECT_EQ(DefinitionAt("<rule id=\"1\">\r\n  cut", 1, 1), "<rule id=\"1\">\r\n  cut");
}

}  // namespace
}  // namespace trailsift
