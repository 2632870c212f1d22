#include "source/folder_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Keys(const StorePage& page) {
  std::vector<std::string> keys;
  for (const StoredObject& object : page.objects) keys.push_back(object.key);
  return keys;
}

Result<StorePage> List(FolderStore& store, const std::string& prefix, const std::string& delimiter = "",
                       const std::string& start_after = "") {
  StoreQuery query;
  query.prefix = prefix;
  query.delimiter = delimiter;
  query.start_after = start_after;
  return store.List(query);
}

class FolderStoreTest : public testing::Test {
 protected:
  TempFolder folder_;
  FolderStore store_{folder_.path()};
};

// '-' and '.' sort before '/', '0' behind it, capitals before small letters, bytes above 0x7F last.
const std::vector<std::string> kKeys = {"B",     "a-b",  "a-b/z", "a.gz", "a/b-c", "a/b.gz", "a/b/c/d",
                                        "a/b/y", "a/b0", "a/x",   "a0",   "ab",    "b",      "\xC3\xA4/q"};

class FolderOrderTest : public FolderStoreTest {
 protected:
  FolderOrderTest() {
    for (const std::string& key : kKeys)
      if (key != "a-b") folder_.Write(key, key);  // a name is a file or a folder
  }
  static std::vector<std::string> All() {
    std::vector<std::string> keys = kKeys;
    keys.erase(std::find(keys.begin(), keys.end(), "a-b"));
    return keys;
  }
};

TEST_F(FolderOrderTest, KeysComeInByteOrderOverNestedFolders) {
  const Result<StorePage> page = List(store_, "");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_EQ(Keys(*page), All());
  EXPECT_TRUE(page->next.empty());
  for (const StoredObject& object : page->objects) EXPECT_EQ(object.size, object.key.size()) << object.key;
}

// Every prefix, with and without a delimiter, and every place to start after, against the plain reading of ListObjectsV2.
TEST_F(FolderOrderTest, PrefixDelimiterAndStartAfterAreThoseOfS3) {
  const std::vector<std::string> keys = All();
  const std::vector<std::string> prefixes = {"",        "a",        "a-",   "a-b/", "a.", "a/",   "a/b", "a/b/",
                                             "a/b/c/d", "a/b/c/d/", "a/bc", "b",    "b/", "c/d/", "\xC3"};
  const std::vector<std::string> starts = {"",     "B",     "a",      "a-b",  "a-b/",  "a.gz", "a/",  "a/b",
                                           "a/b/", "a/b/c", "a/b/zz", "a/b0", "a/zzz", "b",    "\xFF"};
  for (const std::string& prefix : prefixes) {
    for (const std::string& start : starts) {
      std::vector<std::string> wanted;
      for (const std::string& key : keys)
        if (key.compare(0, prefix.size(), prefix) == 0 && key > start) wanted.push_back(key);
      const Result<StorePage> page = List(store_, prefix, "", start);
      ASSERT_TRUE(page.ok()) << prefix << " after " << start << ": " << page.status().message();
      EXPECT_EQ(Keys(*page), wanted) << prefix << " after " << start;
      EXPECT_TRUE(page->prefixes.empty());
    }
    std::vector<std::string> objects;
    std::set<std::string> folders;
    for (const std::string& key : keys) {
      if (key.compare(0, prefix.size(), prefix) != 0) continue;
      const std::size_t slash = key.find('/', prefix.size());
      if (slash == std::string::npos) objects.push_back(key);
      else folders.insert(key.substr(0, slash + 1));
    }
    const Result<StorePage> page = List(store_, prefix, "/");
    ASSERT_TRUE(page.ok()) << prefix << ": " << page.status().message();
    EXPECT_EQ(Keys(*page), objects) << prefix;
    EXPECT_EQ(std::set<std::string>(page->prefixes.begin(), page->prefixes.end()), folders) << prefix;
    EXPECT_TRUE(std::is_sorted(page->prefixes.begin(), page->prefixes.end())) << prefix;
  }
}

TEST_F(FolderStoreTest, LinksToFilesAreReadAndLinksToFoldersAreNot) {
  const TempFolder elsewhere;
  elsewhere.Write("outside.gz", "outside");
  folder_.Write("real/inside.gz", "inside");
  std::filesystem::create_symlink(elsewhere / "outside.gz", folder_ / "linked.gz");
  std::filesystem::create_symlink(elsewhere.path(), folder_ / "linked-folder");
  std::filesystem::create_symlink(".", folder_ / "real/loop");
  std::filesystem::create_symlink("nowhere", folder_ / "broken.gz");
  ASSERT_EQ(mkfifo((folder_ / "pipe.gz").c_str(), 0600), 0);
  const Result<StorePage> page = List(store_, "");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_THAT(Keys(*page), ElementsAre("linked.gz", "real/inside.gz"));
  EXPECT_EQ(page->objects[0].size, 7u);
  const Result<std::string> bytes = store_.Get("linked.gz");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(*bytes, "outside");
}

TEST_F(FolderStoreTest, AFolderWithoutPermissionIsSaidWithItsPlaceAndItsNeighboursAreReadable) {
  folder_.Write("open/a.gz", "a");
  folder_.Write("shut/b.gz", "b");
  folder_.Write("open/shut.gz", "c");
  chmod((folder_ / "shut").c_str(), 0);
  chmod((folder_ / "open/shut.gz").c_str(), 0);
  {
    const AsNobody nobody;
    const Result<StorePage> shut = List(store_, "shut/");
    ASSERT_FALSE(shut.ok());
    EXPECT_EQ(shut.status().code(), Code::kDenied);
    EXPECT_THAT(shut.status().message(), HasSubstr(folder_ / "shut/"));
    const Result<StorePage> all = List(store_, "");
    ASSERT_TRUE(all.ok()) << all.status().message();
    EXPECT_THAT(Keys(*all), ElementsAre("open/a.gz", "open/shut.gz"));
    ASSERT_EQ(all->faults.size(), 1u);
    EXPECT_EQ(all->faults[0].code(), Code::kDenied);
    EXPECT_THAT(all->faults[0].message(), HasSubstr(folder_ / "shut/"));
    const Result<StorePage> open = List(store_, "open/");
    ASSERT_TRUE(open.ok()) << open.status().message();
    EXPECT_THAT(Keys(*open), ElementsAre("open/a.gz", "open/shut.gz"));
    EXPECT_EQ(store_.Get("open/shut.gz").status().code(), Code::kDenied);
    EXPECT_EQ(store_.Get("shut/b.gz").status().code(), Code::kDenied);
  }
  chmod((folder_ / "shut").c_str(), 0700);
}

TEST_F(FolderStoreTest, WhatIsNotThere) {
  folder_.Write("a.gz", "a");
  struct Case {
    const char* prefix;
    bool ok;
  };
  for (const Case& c : {Case{"none/", true}, Case{"none/deeper/", true}, Case{"a.gz/", true}, Case{"none", true}, Case{"", true}})
    EXPECT_EQ(List(store_, c.prefix).ok(), c.ok) << c.prefix << ": " << List(store_, c.prefix).status().message();
  FolderStore missing(folder_ / "missing");
  EXPECT_EQ(List(missing, "").status().code(), Code::kNotFound);
  EXPECT_EQ(List(missing, "AWSLogs/").status().code(), Code::kNotFound);
  EXPECT_EQ(store_.Get("b.gz").status().code(), Code::kNotFound);
  EXPECT_EQ(store_.Get("a.gz/b").status().code(), Code::kNotFound);
}

TEST_F(FolderStoreTest, AFileThatVanishesIsNotFoundAndMayBeDeletedTwice) {
  folder_.Write("a.gz", "a");
  ASSERT_THAT(Keys(*List(store_, "")), ElementsAre("a.gz"));
  EXPECT_TRUE(store_.Delete("a.gz").ok());
  EXPECT_TRUE(store_.Delete("a.gz").ok());
  Code code = Code::kOk;
  store_.GetAsync("a.gz", 1, [&](Result<std::string> bytes) { code = bytes.status().code(); });
  EXPECT_EQ(code, Code::kNotFound);
  EXPECT_THAT(Keys(*List(store_, "")), ElementsAre());
  folder_.Write("d/a.gz", "a");
  EXPECT_FALSE(store_.Delete("d").ok());
}

TEST(ReadWholeFile, TakesUpToTheLimitAndNotAByteMore) {
  const TempFolder folder;
  const std::string text(5000, 'x');
  folder.Write("f", text);
  folder.Write("empty", "");
  for (const std::uint64_t limit : {std::uint64_t{5000}, std::uint64_t{5001}, UINT64_MAX}) {
    const Result<std::string> bytes = ReadWholeFile(folder / "f", limit);
    ASSERT_TRUE(bytes.ok()) << limit << ": " << bytes.status().message();
    EXPECT_EQ(*bytes, text) << limit;
  }
  EXPECT_EQ(ReadWholeFile(folder / "f", 4999).status().code(), Code::kCorrupt);
  EXPECT_EQ(ReadWholeFile(folder / "f", 0).status().code(), Code::kCorrupt);
  ASSERT_TRUE(ReadWholeFile(folder / "empty", 0).ok());
  EXPECT_EQ(*ReadWholeFile(folder / "empty", 0), "");
  EXPECT_EQ(ReadWholeFile(folder.path(), 10).status().code(), Code::kIo);
  EXPECT_THAT(ReadWholeFile(folder / "none", 10).status().message(), HasSubstr(folder / "none"));
}

TEST(ReadWholeFile, AFileWhoseSizeIsNotKnownIsReadToItsEnd) {
  const Result<std::string> bytes = ReadWholeFile("/proc/self/maps", 64u << 20);
  ASSERT_TRUE(bytes.ok());
  EXPECT_GT(bytes->size(), 4096u);
  EXPECT_EQ(ReadWholeFile("/proc/self/maps", 100).status().code(), Code::kCorrupt);
}

TEST(ReadWholeFile, AGiantIsRefusedBeforeMemoryIsTaken) {
  const TempFolder folder;
  folder.Write("giant", "");
  ASSERT_EQ(truncate((folder / "giant").c_str(), off_t{1} << 42), 0);
  const Status status = ReadWholeFile(folder / "giant", 256u << 20).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("larger than 256 MiB"));
}

TEST_F(FolderStoreTest, MetadataStandsBesideTheObject) {
  using Metadata = std::map<std::string, std::string>;
  const auto get = [&](const std::string& key) {
    Result<ObjectWithMetadata> answer = Status(Code::kInternal, "no answer");
    store_.GetWithMetadata(key, [&](Result<ObjectWithMetadata> object) { answer = std::move(object); });
    return answer;
  };
  struct Case {
    std::string text;
    Metadata metadata;
  };
  const Case cases[] = {
      {R"({"x-amz-meta-signature": "0a", "x-amz-meta-signature-algorithm": "SHA256withRSA", "etag": "1"})",
       {{"signature", "0a"}, {"signature-algorithm", "SHA256withRSA"}}},
      {"{}", {}},
      {"no JSON", {}},
      {R"({"signature": "0a"})", {}},
      {std::string(70'000, ' ') + "{}", {}},
  };
  folder_.Write("a/b.gz", "bytes");
  ASSERT_TRUE(get("a/b.gz").ok());
  EXPECT_EQ(get("a/b.gz")->metadata, Metadata());
  for (const Case& c : cases) {
    folder_.Write("a/b.gz.meta.json", c.text);
    const Result<ObjectWithMetadata> object = get("a/b.gz");
    ASSERT_TRUE(object.ok()) << object.status().message();
    EXPECT_EQ(object->bytes, "bytes");
    EXPECT_EQ(object->metadata, c.metadata) << c.text.substr(0, 80);
  }
  EXPECT_EQ(get("a/c.gz").status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace trailsift
