#include "pipeline/quarantine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event/batch.h"
#include "source/folder_store.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

const Millis kNow = *ParseIsoTime("2026-01-15T23:59:59Z");

// The members of the index, line by line.
std::vector<std::map<std::string, std::string>> Index(const TempFolder& home) {
  std::string text = *ReadWholeFile(home / "quarantine/index.ndjson", UINT64_MAX);
  EXPECT_EQ(text.back(), '\n');
  text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text[at] = ',';
  const std::unique_ptr<Batch> batch = Batch::Decode("{\"Records\":[" + text + "]}", "index");
  EXPECT_TRUE(batch->object_fault().ok()) << batch->object_fault().message();
  EXPECT_TRUE(batch->bad_records().empty());
  std::vector<std::map<std::string, std::string>> lines;
  for (const JsonValue record : batch->records()) {
    std::map<std::string, std::string> line;
    for (const char* name : {"time", "place", "record", "reason", "file", "bytes"}) {
      const std::optional<JsonValue> value = FindJson(record, name);
      if (!value) continue;
      line[name] = value->is_string() ? std::string(std::string_view(value->get_string().value_unsafe()))
                                      : std::to_string(std::int64_t(*value));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

TEST(Quarantine, KeepsTheBytesAndALineThatSaysWhereTheyAreFrom) {
  const TempFolder home;
  Quarantine quarantine(home.path());
  const std::string bytes("\x1F\x8B\0cut", 6);
  ASSERT_TRUE(quarantine.Keep("s3://bucket/key.json.gz", -1, "cut gzip", bytes, kNow).ok());
  ASSERT_TRUE(quarantine.Keep("s3://bucket/key.json.gz", 0, "record 0 at byte 12: no object", "5", kNow).ok());
  ASSERT_TRUE(quarantine.Keep("s3://bucket/key.json.gz", 7, "record 7 at byte 99: no object", "", kNow).ok());
  const auto index = Index(home);
  ASSERT_EQ(index.size(), 3u);
  EXPECT_EQ(index[0].at("time"), "2026-01-15T23:59:59Z");
  EXPECT_EQ(index[0].at("place"), "s3://bucket/key.json.gz");
  EXPECT_FALSE(index[0].contains("record"));
  EXPECT_EQ(index[0].at("reason"), "cut gzip");
  EXPECT_EQ(index[0].at("bytes"), "6");
  EXPECT_THAT(index[0].at("file"), testing::MatchesRegex("quarantine/2026-01-15/[0-9a-f]+\\.object"));
  EXPECT_EQ(index[1].at("record"), "0");
  EXPECT_EQ(index[2].at("record"), "7");
  EXPECT_THAT(index[1].at("file"), testing::EndsWith(".record"));
  EXPECT_NE(index[1].at("file"), index[2].at("file"));
  EXPECT_EQ(*ReadWholeFile(home / index[0].at("file"), 100), bytes);
  EXPECT_EQ(*ReadWholeFile(home / index[1].at("file"), 100), "5");
  EXPECT_EQ(*ReadWholeFile(home / index[2].at("file"), 100), "");
}

TEST(Quarantine, TheSameThingAgainReplacesItsFileAndAnotherThingDoesNot) {
  const TempFolder home;
  Quarantine quarantine(home.path());
  ASSERT_TRUE(quarantine.Keep("s3://b/k", -1, "why", "long bytes", kNow).ok());
  ASSERT_TRUE(quarantine.Keep("s3://b/k", -1, "why", "short", kNow + 500).ok());
  ASSERT_TRUE(quarantine.Keep("s3://b/l", -1, "why", "other", kNow).ok());
  const auto index = Index(home);
  ASSERT_EQ(index.size(), 3u);
  EXPECT_EQ(index[0].at("file"), index[1].at("file"));
  EXPECT_NE(index[0].at("file"), index[2].at("file"));
  EXPECT_EQ(*ReadWholeFile(home / index[0].at("file"), 100), "short");
  EXPECT_EQ(*ReadWholeFile(home / index[2].at("file"), 100), "other");
}

TEST(Quarantine, WhateverAPlaceAndAReasonHoldTheIndexIsJsonLines) {
  const TempFolder home;
  Quarantine quarantine(home.path());
  const std::vector<std::string> texts = {"quote \" backslash \\", "line\nfeed\r\ttab \x1b[31m", "../../../etc/passwd",
                                          "not UTF-8 \xFF\xC0\xAF", std::string("nul\0x", 5)};
  for (const std::string& text : texts) ASSERT_TRUE(quarantine.Keep("s3://b/" + text, 1, text, "x", kNow).ok());
  const auto index = Index(home);
  ASSERT_EQ(index.size(), texts.size());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(index[i].at("place"), "s3://b/" + texts[i]);
    EXPECT_EQ(index[i].at("reason"), texts[i]);
  }
  for (const auto& line : index) EXPECT_TRUE(std::filesystem::exists(home / line.at("file")));
}

TEST(Quarantine, AFolderThatCannotBeMadeIsSaid) {
  const TempFolder home;
  home.Write("quarantine", "in the way");
  const Status status = Quarantine(home.path()).Keep("s3://b/k", -1, "why", "x", kNow);
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_THAT(status.message(), testing::HasSubstr(home / "quarantine"));
}

}  // namespace
}  // namespace trailsift
