#include "integrity/key_ring.h"

#include <gtest/gtest.h>

#include "integrity/signing_for_test.h"

namespace trailsift {
namespace {

struct Asked {
  std::string region;
  Millis from;
  Millis to;
  bool operator==(const Asked& other) const { return region == other.region && from == other.from && to == other.to; }
};

// CloudTrail, with a clock.
class KeyRingTest : public testing::Test {
 protected:
  // Whether the key is found; nothing where none can be had.
  std::optional<bool> Find(const std::string& region, const std::string& fingerprint, Millis from = 5 * kHour,
                           Millis to = 6 * kHour) {
    const Result<const PublicKeys*> found = ring_.Find(region, fingerprint, from, to);
    if (!found.ok()) return std::nullopt;
    return (*found)->Knows(fingerprint);
  }
  PublicKeyEntry Entry(const std::string& fingerprint) { return {fingerprint, key_.Base64(), {}, {}}; }

  Millis now_ = 10 * kHour;
  const SigningKey key_{"any"};
  Result<std::vector<PublicKeyEntry>> answer_ = std::vector<PublicKeyEntry>();
  std::vector<Asked> asked_;
  KeyRing ring_{[this](const std::string& region, Millis from, Millis to) {
                  asked_.push_back({region, from, to});
                  return answer_;
                },
                [this] { return now_; }};
};

TEST_F(KeyRingTest, AsksOnceForEachRegion) {
  answer_ = std::vector<PublicKeyEntry>{Entry("a")};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Find("us-east-1", "a"), true);
  EXPECT_EQ(Find("eu-west-1", "a"), true);
  EXPECT_EQ(asked_, (std::vector<Asked>{{"us-east-1", 5 * kHour, now_}, {"eu-west-1", 5 * kHour, now_}}));
}

TEST_F(KeyRingTest, ANewKeyIsFoundAndAStrangersIsNotAskedForEachTime) {
  answer_ = std::vector<PublicKeyEntry>{Entry("a")};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Find("us-east-1", "stranger" + std::to_string(i)), false);
  EXPECT_EQ(asked_.size(), 1u);
  answer_ = std::vector<PublicKeyEntry>{Entry("a"), Entry("b")};
  EXPECT_EQ(Find("us-east-1", "b"), false);
  now_ += 10 * kMinute;
  EXPECT_EQ(Find("us-east-1", "b"), true);
  EXPECT_EQ(Find("us-east-1", "a"), true);
  EXPECT_EQ(asked_.size(), 2u);
  // An older digest than all before: the time asked for grows.
  EXPECT_EQ(Find("us-east-1", "c", kHour), false);
  EXPECT_EQ(asked_.back(), (Asked{"us-east-1", kHour, now_}));
}

TEST_F(KeyRingTest, WithoutKeys) {
  struct Case {
    Status answer;
    Millis rest;  // before it is asked for again
  };
  const Case cases[] = {
      {Status(Code::kDenied, "may not"), kHour},
      {Status(Code::kUnavailable, "silent"), kMinute},
      {Status(), kHour},  // an empty list
  };
  for (const Case& c : cases) {
    const std::string region = c.answer.message() + "-region";
    if (c.answer.ok()) answer_ = std::vector<PublicKeyEntry>();
    else answer_ = c.answer;
    asked_.clear();
    EXPECT_EQ(Find(region, "a"), std::nullopt);
    now_ += c.rest - 1;
    EXPECT_EQ(Find(region, "a", 0), std::nullopt);
    EXPECT_EQ(asked_.size(), 1u) << c.answer.message();
    answer_ = std::vector<PublicKeyEntry>{Entry("a")};
    ++now_;
    EXPECT_EQ(Find(region, "a"), true) << c.answer.message();
    EXPECT_EQ(asked_.size(), 2u);
  }
}

}  // namespace
}  // namespace trailsift
