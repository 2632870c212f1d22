#include "detect/packed_id.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(PackedId, GivesBackWhatItTook) {
  for (const std::string text :
       {"", "7f3c0a91-12de-4b5a-8c6f-00ff9e21abcd", "00000000-0000-0000-0000-000000000000", "7F3C0A91-12DE-4B5A-8C6F-00FF9E21ABCD",
        "7f3c0a91-12de-4b5a-8c6f-00ff9e21abc", "7f3c0a91x12de-4b5a-8c6f-00ff9e21abcd", "7f3c0a91-12de-4b5a-8c6f-00ff9e21abcg",
        "key of an object#12", "\xc3\xbc"})
    EXPECT_EQ(PackedId(text).ToString(), text);
  EXPECT_EQ(PackedId().ToString(), "");
}

}  // namespace
}  // namespace trailsift
