#include "pipeline/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SourcePlace, ComesBackFromItsText) {
  for (const SourcePlace& place : {SourcePlace{3, "", ""}, SourcePlace{3, "111122223333", ""}, SourcePlace{-1, "1", "eu-west-1"}}) {
    const auto back = SourcePlace::FromText(place.ToText());
    ASSERT_TRUE(back.has_value()) << place.ToText();
    EXPECT_EQ(*back, place);
  }
  for (const char* bad : {"", "/", "3", "3/", "3/a", "x/a/b", "3a/b/c"})
    EXPECT_FALSE(SourcePlace::FromText(bad).has_value()) << bad;
}

TEST(SourcePlace, LiesInItselfItsAccountAndItsBucket) {
  const SourcePlace region{1, "a", "r"};
  for (const SourcePlace& whole : {region, SourcePlace{1, "a", ""}, SourcePlace{1, "", ""}}) {
    EXPECT_TRUE(region.IsWithin(whole)) << whole.ToText();
    EXPECT_TRUE(IsCovered(region, {whole})) << whole.ToText();
    EXPECT_TRUE(Touches({region}, whole)) << whole.ToText();
  }
  for (const SourcePlace& other :
       {SourcePlace{2, "", ""}, SourcePlace{1, "b", ""}, SourcePlace{1, "a", "s"}, SourcePlace{1, "b", "r"}}) {
    EXPECT_FALSE(region.IsWithin(other)) << other.ToText();
    EXPECT_FALSE(IsCovered(region, {other})) << other.ToText();
    EXPECT_FALSE(Touches({region}, other)) << other.ToText();
  }
  EXPECT_FALSE(IsCovered({1, "a", ""}, {region})) << "a part does not cover the whole";
  EXPECT_STREQ(region.scope(), "region");
  EXPECT_STREQ((SourcePlace{1, "a", ""}).scope(), "account");
  EXPECT_STREQ((SourcePlace{1, "", ""}).scope(), "bucket");
}

TEST(WatchedSource, OfSeveralBlocksOverOneFolderHoldsWhatAnyOfThemAsks) {
  std::vector<WatchedSource> sources;
  BucketSettings settings;
  settings.name = "trail";
  settings.account_ids = {"a"};
  settings.regions = {"r"};
  AddSource(sources, 1, "s3://trail/AWSLogs/", settings);
  settings.account_ids = {"b"};
  AddSource(sources, 1, "s3://trail/AWSLogs/", settings);
  AddSource(sources, 2, "s3://other/AWSLogs/", settings);
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_THAT(sources[0].accounts, ElementsAre("a", "b"));
  settings.account_ids.clear();
  AddSource(sources, 1, "s3://trail/AWSLogs/", settings);
  settings.account_ids = {"c"};
  AddSource(sources, 1, "s3://trail/AWSLogs/", settings);
  EXPECT_THAT(sources[0].accounts, IsEmpty()) << "all";
  EXPECT_THAT(sources[1].accounts, ElementsAre("b"));
}

}  // namespace
}  // namespace trailsift
