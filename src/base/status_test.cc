#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace trailsift {
namespace {

TEST(Status, OkHasNoMessageAndNoPrefix) {
  const Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_TRUE(Status::Ok().ok());
  EXPECT_TRUE(ok.Annotate("bucket/key").ok());
  EXPECT_EQ(ok.Annotate("bucket/key").message(), "");
}

TEST(Status, AnnotatePutsThePlaceInFront) {
  const Status failure(Code::kDenied, "access denied");
  EXPECT_FALSE(failure.ok());
  const Status placed = failure.Annotate("s3://bucket/key");
  EXPECT_EQ(placed.code(), Code::kDenied);
  EXPECT_EQ(placed.message(), "s3://bucket/key: access denied");
}

Status Through(const Status& inner, bool& reached) {
  TRAILSIFT_RETURN_IF_ERROR(inner);
  reached = true;
  return Status(Code::kIo, "later");
}

TEST(Status, ReturnIfErrorLeavesOnlyOnFailure) {
  bool reached = false;
  EXPECT_EQ(Through(Status(Code::kAuth, "first"), reached).message(), "first");
  EXPECT_FALSE(reached);
  EXPECT_EQ(Through(Status::Ok(), reached).message(), "later");
  EXPECT_TRUE(reached);
}

Result<std::string> Converted(const Status& inner) {
  TRAILSIFT_RETURN_IF_ERROR(inner);
  return std::string("value");
}

TEST(Result, HoldsAValueOrAFailure) {
  Result<std::string> value = Converted(Status::Ok());
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value.status().ok());
  EXPECT_EQ(*value, "value");
  EXPECT_EQ(value->size(), 5u);

  const Result<std::string> failure = Converted(Status(Code::kNotFound, "gone"));
  ASSERT_FALSE(failure.ok());
  EXPECT_EQ(failure.status().code(), Code::kNotFound);
  EXPECT_EQ(failure.status().message(), "gone");
}

TEST(Result, GivesUpWhatOnlyMoves) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  ASSERT_TRUE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

}  // namespace
}  // namespace trailsift
