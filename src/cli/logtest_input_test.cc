#include "cli/logtest_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::HasSubstr;

TEST(OddLine, SaysWhatWasProbablyMeant) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"Records":[{"a":1},{"a":2}]})", "a whole CloudTrail object with 2 records is no event: `jq -c '.Records[]' FILE"},
      {R"({"Records":[{"a":1}]})", "with 1 record is no event"},
      {"{", "broken JSON, so there are no fields; each line is an event of its own: `jq -c . FILE"},
      {R"({"a":)", "broken JSON"},
      {R"(  {"a":1})", "blanks before {"},
      {R"([{"a":1}])", "an array of JSON is no event"},
      {"[", ""},
      {"[003] (host) text", ""},
      {R"({"Records":"x"})", ""},
      {R"({"a":1})", ""},
      {R"({"a":{"Records":[1]}})", ""},
      {"  \"a\": 1,", ""},
      {"plain { text", ""},
      {"", ""},
  };
  for (const auto& [line, says] : cases) {
    if (*says == '\0') EXPECT_EQ(OddLine(line), "") << line;
    else EXPECT_THAT(OddLine(line), HasSubstr(says)) << line;
  }
}

}  // namespace
}  // namespace trailsift
