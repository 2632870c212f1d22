// Where a list is taken from: the user's folders, what was learned, what is built in.
#include "rules/list_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rules/rule_set.h"

namespace trailsift {
namespace {

class ListStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() / ("trailsift-lists-" + std::to_string(getpid()));
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  std::string Folder(const std::string& name) const { return (root_ / name).string(); }

  std::filesystem::path root_;
};

// The value of the key `k`: which text the list was made of.
std::string WhoseList(ListStore& store, const std::string& name) {
  const Result<const ValueList*> list = store.Find(name);
  return list.ok() ? std::string((*list)->Find("k").value_or("no key")) : std::string(list.status().message());
}

TEST_F(ListStoreTest, GoesFromTheUserToTheProgram) {
  Write("one/trailsift/a", "k:one\n");
  Write("two/a", "k:two\n");
  Write("two/b.cdb", "k:compiled\n");
  Write("two/c", "k:two\n");
  Write("declared/x/c", "k:x\n");
  Write("declared/y/c", "k:y\n");
  Write("declared/y/not-declared", "k:y\n");
  ListStore store({Folder("declared/x/c"), Folder("declared/y/c")}, {Folder("one"), Folder("absent"), Folder("two")});
  store.SetLearned({{"etc/lists/trailsift/a", "k:learned\n"}, {"etc/lists/b", "k:learned\n"}});
  store.SetBuiltIn({{"etc/lists/trailsift/a", "k:built\n"}, {"etc/lists/b", "k:built\n"}, {"etc/lists/d", "k:built\n"}});
  const struct {
    const char* name;
    const char* whose;
  } cases[] = {
      {"etc/lists/trailsift/a", "one"},      // the longer ending goes before the earlier folder
      {"etc/lists/trailsift/a.cdb", "one"},  // named as Wazuh compiles it
      {"etc/lists/a", "two"},
      {"etc/lists/x/c", "x"},
      {"etc/lists/y/c", "y"},  // declared files are told apart by their folders
      {"etc/lists/other/c", "x"},
      {"etc/lists/xc", "no such list"},
      {"etc/lists/y/not-declared", "no such list"},
      {"etc/lists/b", "learned"},  // only the text counts: b.cdb is no file of that name
      {"etc/lists/d", "built"},
      {"lists/d", "no such list"},  // texts have their whole name
      {"etc/lists/e", "no such list"},
      {"../two/c", "no such list"},
      {"", "no such list"},
      {"/", "no such list"},
  };
  for (const auto& [name, whose] : cases) EXPECT_EQ(WhoseList(store, name), whose) << name;
  ListStore shipped({}, {Folder("one")}, {Folder("two")});
  shipped.SetLearned({{"etc/lists/trailsift/a", "k:learned\n"}, {"etc/lists/a", "k:learned\n"}});
  shipped.SetBuiltIn({{"etc/lists/c", "k:built\n"}, {"etc/lists/d", "k:built\n"}});
  EXPECT_EQ(WhoseList(shipped, "etc/lists/trailsift/a"), "one");
  EXPECT_EQ(WhoseList(shipped, "etc/lists/a"), "two") << "beside the rules, but filled";
  EXPECT_EQ(WhoseList(shipped, "etc/lists/c"), "two");
  EXPECT_EQ(WhoseList(shipped, "etc/lists/d"), "built");
  Write("three/c", "");
  Write("three/e", "");
  ListStore empty({}, {}, {Folder("three")});
  empty.SetLearned({{"etc/lists/c", "k:learned\n"}});
  EXPECT_EQ(WhoseList(empty, "etc/lists/c"), "learned");
  EXPECT_EQ(WhoseList(empty, "etc/lists/e"), "no key");
  EXPECT_EQ(store.used().at("etc/lists/trailsift/a").path, Folder("one") + "/trailsift/a");
  EXPECT_EQ(store.used().at("etc/lists/b").origin, ListUse::Origin::kLearned);
  EXPECT_EQ(store.used().at("etc/lists/d").origin, ListUse::Origin::kBuiltIn);
  EXPECT_FALSE(store.used().contains("etc/lists/e"));
}

TEST_F(ListStoreTest, AnEmptyFileOfTheUserWins) {
  Write("mine/a", "");
  ListStore store({}, {Folder("mine")});
  store.SetLearned({{"etc/lists/a", "k:learned\n"}});
  EXPECT_EQ(WhoseList(store, "etc/lists/a"), "no key");
}

TEST_F(ListStoreTest, AFileThatCanNotBeReadIsNotReplaced) {
  Write("mine/b", "k:v\n");
  std::filesystem::create_symlink("/proc/self/mem", root_ / "mine" / "a");
  ListStore store({}, {Folder("mine")});
  store.SetBuiltIn({{"etc/lists/a", "k:built\n"}});
  EXPECT_EQ(WhoseList(store, "etc/lists/a"), Folder("mine") + "/a: Input/output error");
  EXPECT_EQ(WhoseList(store, "etc/lists/b"), "v");
}

TEST_F(ListStoreTest, AReplacedListGoesBeforeAll) {
  Write("mine/a", "k:mine\n");
  ListStore store({}, {Folder("mine")});
  store.SetBuiltIn({{"etc/lists/ba", "k:built\n"}});
  store.SetReplaced({{"a", "k:replaced\n"}});
  EXPECT_EQ(WhoseList(store, "etc/lists/a"), "replaced");
  EXPECT_EQ(WhoseList(store, "etc/lists/other/a.cdb"), "replaced");
  EXPECT_EQ(WhoseList(store, "etc/lists/ba"), "built");
}

TEST_F(ListStoreTest, ACopyAsksNoFolderAgain) {
  Write("mine/a", "k:mine\n");
  ListStore store({}, {Folder("mine")});
  store.SetBuiltIn({{"etc/lists/b", "k:built\n"}});
  EXPECT_EQ(WhoseList(store, "etc/lists/a"), "mine");
  EXPECT_EQ(WhoseList(store, "etc/lists/b"), "built");
  ListStore copy = store;
  Write("mine/a", "k:changed\n");
  Write("mine/b", "k:new\n");
  copy.SetLearned({{"etc/lists/b", "k:learned\n"}, {"etc/lists/a", "k:learned\n"}});
  EXPECT_EQ(WhoseList(copy, "etc/lists/a"), "mine");
  EXPECT_EQ(WhoseList(copy, "etc/lists/b"), "learned");
  EXPECT_EQ(WhoseList(store, "etc/lists/b"), "built");
}

constexpr const char* kRules =
    "<group name=\"g,\"><rule id=\"100000\" level=\"3\"><decoded_as>json</decoded_as><description>d</description>\n"
    "<list field=\"aws.awsRegion\">etc/lists/regions</list></rule></group>";

TEST_F(ListStoreTest, RulesTakeOtherLearnedLists) {
  Write("rules/r.xml", kRules);
  RuleSources sources;
  sources.paths = {Folder("rules")};
  sources.learned_lists = {{"etc/lists/regions", "us-east-1:\n"}};
  Diagnostics diagnostics;
  const auto before = RuleSet::Load(sources, diagnostics);
  ASSERT_NE(before, nullptr);
  std::filesystem::remove(root_ / "rules" / "r.xml");
  const auto after = before->WithLearned({{"etc/lists/regions", "us-east-1:\neu-west-1:\n"}});
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(before->Find(100000)->lists[0].list->size(), 1u);
  EXPECT_EQ(after->Find(100000)->lists[0].list->size(), 2u);
}

TEST_F(ListStoreTest, RulesSayWhichListCanNotBeRead) {
  Write("lists/other", "");
  std::filesystem::create_symlink("/proc/self/mem", root_ / "lists" / "regions");
  RuleSources sources;
  sources.built_in = {{"r.xml", kRules}};
  sources.list_folders = {Folder("lists")};
  Diagnostics diagnostics;
  EXPECT_EQ(RuleSet::Load(sources, diagnostics), nullptr);
  ASSERT_EQ(diagnostics.items().size(), 1u);
  EXPECT_EQ(diagnostics.items()[0].ToString(),
            "r.xml:2:1: error: list `etc/lists/regions` can't be read: " + Folder("lists") + "/regions: Input/output error");
}

}  // namespace
}  // namespace trailsift
