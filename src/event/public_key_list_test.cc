#include "event/public_key_list.h"

#include <gtest/gtest.h>

namespace trailsift {
namespace {

TEST(PublicKeyListTest, BothSpellings) {
  for (const char* text : {R"({"PublicKeyList":[{"Value":"AAAA","Fingerprint":"f1","ValidityStartTime":1.5},
                                {"Value":"BBBB","Fingerprint":"f2"}],"NextToken":null})",
                           R"({"publicKeyList":[{"value":"AAAA","fingerprint":"f1"},{"Value":"BBBB","fingerprint":"f2"}]})"}) {
    const Result<std::vector<PublicKeyEntry>> list = ReadPublicKeyList(text);
    ASSERT_TRUE(list.ok()) << list.status().message();
    ASSERT_EQ(list->size(), 2u);
    EXPECT_EQ(list->at(0).fingerprint, "f1");
    EXPECT_EQ(list->at(0).base64, "AAAA");
    EXPECT_EQ(list->at(1).fingerprint, "f2");
  }
}

TEST(PublicKeyListTest, Validity) {
  struct Case {
    const char* members;
    std::optional<Millis> from;
    std::optional<Millis> to;
  };
  const Case cases[] = {
      {"", {}, {}},
      {R"(,"ValidityStartTime":null)", {}, {}},
      {R"(,"ValidityStartTime":1768435200.5,"ValidityEndTime":1768438800)", 1'768'435'200'500, 1'768'438'800'000},
      {R"(,"ValidityStartTime":"1768435200.5","ValidityEndTime":"1768438800")", 1'768'435'200'500, 1'768'438'800'000},
      {R"(,"ValidityStartTime":"2026-01-15T00:00:00+00:00","ValidityEndTime":"2026-01-15T03:00:00+02:00")", 1'768'435'200'000,
       1'768'438'800'000},
  };
  for (const Case& c : cases) {
    const Result<std::vector<PublicKeyEntry>> list =
        ReadPublicKeyList(std::string(R"({"PublicKeyList":[{"Value":"A","Fingerprint":"f")") + c.members + "}]}");
    ASSERT_TRUE(list.ok()) << c.members << list.status().message();
    EXPECT_EQ(list->at(0).from, c.from) << c.members;
    EXPECT_EQ(list->at(0).to, c.to) << c.members;
  }
  EXPECT_TRUE(ReadPublicKeyList(R"({"PublicKeyList":[]})")->empty());
}

TEST(PublicKeyListTest, Faults) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no JSON object"},
      {"[]", "no JSON object"},
      {"{}", "no array PublicKeyList"},
      {R"({"PUBLICKEYLIST":[]})", "no array PublicKeyList"},
      {R"({"PublicKeyList":{}})", "no array PublicKeyList"},
      {R"({"PublicKeyList":[{"Value":"A","Fingerprint":"f","ValidityStartTime":"then"}]})", "ValidityStartTime is no time"},
      {R"({"PublicKeyList":[{"Value":"A","Fingerprint":"f","ValidityEndTime":[]}]})", "ValidityEndTime is no time"},
      {R"({"PublicKeyList":[{"Value":"A","Fingerprint":"f","ValidityEndTime":1e300}]})", "ValidityEndTime is no time"},
      {R"({"PublicKeyList":["x"]})", "PublicKeyList[0] lacks"},
      {R"({"PublicKeyList":[{"Value":"A","Fingerprint":"f"},{"Value":"A"}]})", "PublicKeyList[1] lacks"},
      {R"({"PublicKeyList":[{"Value":7,"Fingerprint":"f"}]})", "PublicKeyList[0] lacks"},
  };
  for (const auto& [text, said] : cases) {
    const Result<std::vector<PublicKeyEntry>> list = ReadPublicKeyList(text);
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_EQ(list.status().code(), Code::kCorrupt);
    EXPECT_NE(list.status().message().find(said), std::string::npos) << list.status().message();
  }
}

}  // namespace
}  // namespace trailsift
