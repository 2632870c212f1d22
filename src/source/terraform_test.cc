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

// What doctor tries of a queue is more than what a run needs; the module allows both.
TEST(Terraform, WhatTheModuleMakesOfSettings) {
  const std::string role = "arn:aws:iam::111122223333:role/reader";
  Settings settings;
  settings.aws_s3.buckets.resize(4);
  for (BucketSettings& bucket : settings.aws_s3.buckets) {
    bucket.name = "trail";
    bucket.iam_role_arn = role;
  }
  settings.aws_s3.buckets[1].account_ids = {"444455556666"};
  settings.aws_s3.buckets[1].remove_from_bucket = true;
  settings.aws_s3.buckets[2].type = "config";
  settings.aws_s3.buckets[2].path = "config/";
  settings.aws_s3.buckets[3].iam_role_arn.clear();
  settings.aws_s3.subscribers.resize(2);
  settings.aws_s3.subscribers[0].type = settings.aws_s3.subscribers[1].type = "buckets";
  settings.aws_s3.subscribers[0].sqs_name = "of-another-role";
  settings.aws_s3.subscribers[1].sqs_name = "https://sqs.eu-west-1.amazonaws.com/111122223333/told";
  settings.aws_s3.subscribers[1].iam_role_arn = role;
  const std::string text = TerraformModule(settings, {});
  const auto has = [&](const char* part) { return text.find(part) != std::string::npos; };
  EXPECT_TRUE(has("default     = \"told\"\n"));
  EXPECT_TRUE(has("default     = true\n")) << "what one entry of the bucket removes may be removed";
  EXPECT_TRUE(has("resources = [\"arn:aws:s3:::trail/config/AWSLogs/*\"]"));
  EXPECT_FALSE(has("read by the same configuration: the bucket"));
  EXPECT_TRUE(has("read by the same configuration: the queue \"of-another-role\""));
  EXPECT_FALSE(has("FurtherReceive")) << "its role is another one";
  EXPECT_FALSE(has("# Give the <subscriber>"));
  settings.aws_s3.subscribers.pop_back();
  EXPECT_NE(TerraformModule(settings, {}).find("# Give the <subscriber> of \"of-another-role\" the role"), std::string::npos);
}

}  // namespace
}  // namespace trailsift
