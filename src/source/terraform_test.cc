#include "source/terraform.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(Terraform, TextsAreNoTemplates) {
  struct Case {
    const char* text;
    const char* hcl;
  };
  for (const auto& [text, hcl] :
       {Case{"", "\"\""}, Case{"plain/", "\"plain/\""}, Case{"a\"b\\c", "\"a\\\"b\\\\c\""}, Case{"${x}", "\"$${x}\""},
        Case{"%{x}", "\"%%{x}\""}, Case{"$x{", "\"$x{\""}, Case{"{", "\"{\""}, Case{"a\nb", "\"a b\""}})
    EXPECT_EQ(HclString(text), hcl);
}

// What a parser and a check of the references say of it: tests/integration/init_terraform_test.py.
TEST(Terraform, NothingIsLeftToReplace) {
  const Settings none;
  Settings settings;
  settings.aws_s3.buckets.resize(1);
  settings.aws_s3.buckets[0].name = "b";
  const Settings* const both[] = {&none, &settings};
  for (const Settings* each : both) {
    const std::string text = TerraformModule(*each, {});
    EXPECT_EQ(text.find('@'), std::string::npos);
    for (int need = 0; need < kNeeds; ++need) {
      const bool here = need <= static_cast<int>(Need::kKeys);
      for (const std::string& action : ActionsOf(static_cast<Need>(need)))
        EXPECT_EQ(text.find('"' + action + '"') != std::string::npos, here) << action;
    }
  }
}

}  // namespace
}  // namespace trailsift
