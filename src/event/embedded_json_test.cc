#include "event/embedded_json.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

struct EmbeddedCase {
  std::string text;
  const char* json;  // nullptr: nothing
};

TEST(EmbeddedJson, Parse) {
  const EmbeddedCase cases[] = {
      {R"({"a":[1,"x"]})", R"({"a":[1,"x"]})"},
      {" \n{\"a\":1}\n", R"({"a":1})"},
      {"%7B%22a%22%3A%20%22b%2Bc%25%22%7D", R"({"a":"b+c%"})"},
      {"%0A%7b%22a%22:1%7d%0A", R"({"a":1})"},
      {"%7B%22a%22%3A%22100%% 4%2\"%7D", R"({"a":"100%% 4%2"})"},
      {"%7B%22a%22%3A1%7", nullptr},
      {"%", nullptr},
      {R"({"a":1)", nullptr},
      {R"({"a":1} x)", nullptr},
      {"HIDDEN_DUE_TO_SECURITY_REASONS", nullptr},
      {"", nullptr},
      {std::string(100000, '['), nullptr},
      {"\"" + std::string(EmbeddedJson::kMaxSize, 'a') + "\"", nullptr},
  };
  EmbeddedJson embedded;
  for (const EmbeddedCase& c : cases) {
    const auto value = embedded.Parse(c.text);
    std::string json;
    if (value) AppendJson(*value, json);
    EXPECT_EQ(value.has_value(), c.json != nullptr) << c.text.substr(0, 80);
    if (c.json != nullptr) {
      EXPECT_EQ(json, c.json);
    }
  }
}

}  // namespace
}  // namespace trailsift
