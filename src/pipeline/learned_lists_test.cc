#include "pipeline/learned_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Millis At(const char* time) { return *ParseIsoTime(time); }

class LearnedListsTest : public testing::Test {
 protected:
  LearnedListsTest() {
    Diagnostics diagnostics;
    std::string text = "<group name=\"g,\">";
    int id = 100000;
    for (const char* name : {"accounts_own", "own_log_buckets", "own_log_keys", "regions_used"})
      text += "<rule id=\"" + std::to_string(id++) + "\" level=\"3\"><decoded_as>json</decoded_as><description>d</description>" +
              "<list field=\"f\">etc/lists/trailsift/" + name + "</list></rule>";
    RuleSources sources;
    sources.built_in = {{"r.xml", text + "</group>"}};
    for (const char* name : {"accounts_own", "own_log_buckets", "own_log_keys", "regions_used"})
      sources.built_in_lists.emplace_back(std::string("etc/lists/trailsift/") + name, "");
    rules_ = RuleSet::Load(sources, diagnostics);
    if (rules_ == nullptr) std::abort();
  }

  // What rules find in the list now, sorted.
  std::vector<std::string> Keys(LearnedLists& lists, const std::string& name) {
    rules_ = lists.ApplyTo(*rules_);
    std::vector<std::string> keys;
    for (const auto& [key, value] : rules_->lists().at("etc/lists/trailsift/" + name).list->values()) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  std::string File(const std::string& name) const {
    std::ifstream file(home_.path() + "/lists/trailsift/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TempFolder home_;
  std::shared_ptr<const RuleSet> rules_;
};

TEST_F(LearnedListsTest, AreKeptInTheHome) {
  const std::string arn = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-aaaa";
  {
    LearnedLists lists(home_.path());
    lists.Read();
    EXPECT_FALSE(lists.IsNewTo(*rules_));
    lists.AddAccount("444455556666");
    lists.AddAccount("111122223333");
    lists.AddLogKey(arn);
    lists.SetLogBuckets({"trail-logs"});
    lists.AddRegion("eu-west-1", At("2026-01-15T10:00:00Z"));
    EXPECT_TRUE(lists.IsNewTo(*rules_));
    ASSERT_TRUE(lists.Save().ok());
  }
  EXPECT_EQ(File("accounts_own"), "111122223333:\n444455556666:\n");
  EXPECT_EQ(File("own_log_keys"), "0f1e2d3c-aaaa:\n\"" + arn + "\":\n");
  EXPECT_EQ(File("own_log_buckets"), "trail-logs:\n");
  EXPECT_EQ(File("regions_used"), "eu-west-1:2026-01-15T10:00:00Z\n");
  LearnedLists lists(home_.path());
  lists.Read();
  EXPECT_TRUE(lists.IsNewTo(*rules_));
  EXPECT_THAT(Keys(lists, "accounts_own"), ElementsAre("111122223333", "444455556666"));
  EXPECT_THAT(Keys(lists, "own_log_keys"), ElementsAre("0f1e2d3c-aaaa", arn));
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  lists.AddAccount("111122223333");
  EXPECT_FALSE(lists.IsNewTo(*rules_)) << "known already";
  lists.SetLogBuckets({"trail-logs"});
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  lists.SetLogBuckets({"other-logs"});
  EXPECT_TRUE(lists.IsNewTo(*rules_)) << "another bucket in its place";
  EXPECT_THAT(Keys(lists, "own_log_buckets"), ElementsAre("other-logs"));
}

TEST_F(LearnedListsTest, LearningEndsWithThePeriodOfEventTime) {
  LearnedLists lists({}, 2 * kDay);
  lists.Advance(At("2026-01-15T10:00:00Z"));
  EXPECT_THAT(Keys(lists, "regions_used"), IsEmpty()) << "nothing was seen: the period has not begun";
  lists.AddRegion("eu-west-1", At("2026-01-15T10:00:00Z"));
  lists.AddRegion("us-east-1", At("2026-01-15T09:00:00Z"));  // later read, earlier happened
  EXPECT_FALSE(lists.IsNewTo(*rules_)) << "nobody asks for regions yet";
  lists.Advance(At("2026-01-17T08:59:59Z"));
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  EXPECT_THAT(Keys(lists, "regions_used"), ElementsAre("eu-west-1", "us-east-1"));
  lists.Advance(At("2026-01-17T09:00:00Z"));
  EXPECT_TRUE(lists.IsNewTo(*rules_));
  EXPECT_THAT(Keys(lists, "regions_used"), ElementsAre("cloudtrail", "eu-west-1", "us-east-1"));
  lists.AddRegion("us-east-1", At("2026-01-18T00:00:00Z"));
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  lists.AddRegion("sa-east-1", At("2026-01-18T00:00:00Z"));
  EXPECT_TRUE(lists.IsNewTo(*rules_));
  EXPECT_THAT(Keys(lists, "regions_used"), ElementsAre("cloudtrail", "eu-west-1", "sa-east-1", "us-east-1"));
}

TEST_F(LearnedListsTest, ANameInTheFutureDoesNotEndLearning) {
  LearnedLists lists({}, 2 * kDay);
  lists.AddRegion("eu-west-1", NowMillis());
  lists.Advance(NowMillis() + 30 * kDay);
  EXPECT_THAT(Keys(lists, "regions_used"), ElementsAre("eu-west-1"));
}

TEST_F(LearnedListsTest, WhatIsNoNameIsLeftOut) {
  LearnedLists lists;
  for (const char* bad : {"", "a b", "a\"b", "a\nb:", "\xc3\xa4", "cloudtrail"}) {
    lists.AddRegion(bad, 0);
    lists.AddLogKey(std::string(bad) == "cloudtrail" ? "" : bad);
    lists.AddAccount(std::string(bad) == "cloudtrail" ? "" : bad);
  }
  lists.AddLogKey(std::string(257, 'k'));
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  lists.AddLogKey(std::string(256, 'k'));
  EXPECT_TRUE(lists.IsNewTo(*rules_));
}

TEST_F(LearnedListsTest, AreBoundedAndCounted) {
  LearnedLists lists;
  for (std::size_t i = 0; i < kMaxLearnedKeys + 5; ++i) lists.AddAccount(std::to_string(i));
  EXPECT_EQ(lists.left_out(), 5u);
  EXPECT_EQ(Keys(lists, "accounts_own").size(), kMaxLearnedKeys);
}

TEST_F(LearnedListsTest, AUsersListIsNoReasonForOtherRules) {
  std::filesystem::create_directories(home_.path() + "/mine");
  std::ofstream(home_.path() + "/mine/accounts_own") << "999999999999:\n";
  RuleSources sources;
  sources.built_in = {
      {"r.xml",
       "<group name=\"g,\"><rule id=\"100000\" level=\"3\"><decoded_as>json</decoded_as><description>d</description>"
       "<list field=\"f\">etc/lists/trailsift/accounts_own</list></rule></group>"}};
  sources.list_folders = {home_.path() + "/mine"};
  Diagnostics diagnostics;
  rules_ = RuleSet::Load(sources, diagnostics);
  ASSERT_NE(rules_, nullptr);
  LearnedLists lists;
  lists.AddAccount("111122223333");
  lists.AddLogKey("k");  // no rule asks for it
  EXPECT_FALSE(lists.IsNewTo(*rules_));
  EXPECT_THAT(Keys(lists, "accounts_own"), ElementsAre("999999999999"));
}

TEST_F(LearnedListsTest, AFileThatIsTornCostsItsLastLine) {
  std::filesystem::create_directories(home_.path() + "/lists/trailsift");
  std::ofstream(home_.path() + "/lists/trailsift/accounts_own") << "111122223333:\n4444";
  std::ofstream(home_.path() + "/lists/trailsift/accounts_own.new") << "7777";  // of a process that was killed
  LearnedLists lists(home_.path());
  lists.Read();
  EXPECT_THAT(Keys(lists, "accounts_own"), ElementsAre("111122223333"));
  lists.AddAccount("777788889999");
  ASSERT_TRUE(lists.Save().ok());
  EXPECT_EQ(File("accounts_own"), "111122223333:\n777788889999:\n");
  EXPECT_FALSE(std::filesystem::exists(home_.path() + "/lists/trailsift/accounts_own.new"));
}

TEST_F(LearnedListsTest, AHomeThatCanNotBeWrittenIsSaid) {
  std::ofstream(home_.path() + "/lists") << "a file where the folder should be";
  LearnedLists lists(home_.path());
  lists.AddAccount("111122223333");
  const Status status = lists.Save();
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_NE(status.message().find(home_.path() + "/lists"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace trailsift
