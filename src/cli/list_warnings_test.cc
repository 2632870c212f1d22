#include "cli/list_warnings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace trailsift {
namespace {

TEST(ListWarnings, NamesUnusedListsAndLinesThatAreNoEntries) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "list_warnings";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "own");
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; };
  write("own/used", "alice:\n\nbob\r\ncarol:x\n\"dave\n");
  write("own/clean", "alice:\r\n\"a:b\":c\n");
  write("unused", "x\n");
  write("used.cdb", "x");
  write("audit-keys", "x:y\n");
  write(".hidden", "x");
  Diagnostics ignored;
  const auto rules =
      RuleSet::LoadTexts({{"r.xml",
                           "<group name=\"g,\"><rule id=\"100001\" level=\"3\"><list field=\"a\">etc/lists/own/used</list><list "
                           "field=\"a\">etc/lists/clean.cdb</list><description>d</description></rule></group>"}},
                         {{"etc/lists/own/used", "a:"}, {"etc/lists/clean", "a:"}}, ignored);
  ASSERT_NE(rules, nullptr);
  const auto warnings = [&](const std::vector<ListFile>& files) {
    Diagnostics diagnostics;
    WarnOfLists(*rules, files, diagnostics);
    std::string text;
    for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
    return text;
  };
  const std::string no_entry = ": warning: the line is no entry and is passed over, as in Wazuh (write `key:` or `key:value`)\n";
  const std::string used = (folder / "own/used").string();
  const std::string unused = (folder / "unused").string();
  EXPECT_EQ(warnings(ListFilesIn({folder.string()})), used + ":3" + no_entry + used + ":5" + no_entry + unused +
                                                          ": warning: list `" + unused +
                                                          "` is used by no rule (name it in a <list>, or take it out)\n");
  EXPECT_EQ(warnings({{"/etc/lists/unused", {"ossec.conf", 7, 5}}}),
            "ossec.conf:7:5: warning: list `/etc/lists/unused` is used by no rule (name it in a <list>, or take it out)\n");
  EXPECT_EQ(warnings(ListFilesIn({"/nowhere"})), "");
}

}  // namespace
}  // namespace trailsift
