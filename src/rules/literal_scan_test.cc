#include "rules/literal_scan.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace trailsift {
namespace {

std::set<std::uint32_t> Found(const std::vector<std::string>& literals, std::string_view text) {
  std::set<std::uint32_t> found;
  LiteralScan(literals).Scan(text, [&](std::uint32_t number) { found.insert(number); });
  return found;
}

TEST(LiteralScan, Finds) {
  struct ScanCase {
    std::vector<std::string> literals;
    std::string text;
    std::set<std::uint32_t> found;
  };
  const std::vector<ScanCase> cases = {
      {{"he", "she", "his", "hers"}, "USHERS", {0, 1, 3}},
      {{"he", "she", "his", "hers"}, "hi s", {}},
      {{"pacu"}, "Boto3 Pacu/1.5", {0}},
      {{"pacu"}, "pac", {}},
      {{"a", "aa", "aaa"}, "aa", {0, 1}},
      {{"b", "ab", "b"}, "xab", {0, 1, 2}},
      {{"\xC3\xA9"}, "caf\xC3\xA9", {0}},
      {{"a/b"}, "A/B", {0}},
      {{"a"}, "", {}},
      {{}, "text", {}},
  };
  for (const ScanCase& c : cases) EXPECT_EQ(Found(c.literals, c.text), c.found) << c.text;
}

TEST(LiteralScan, AgreesWithSearchingEach) {
  std::mt19937 random(1);
  const auto word = [&](std::size_t most, const char* letters) {
    std::string text;
    for (std::size_t size = 1 + random() % most; size > 0; --size) text += letters[random() % 3];
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> literals;
    for (std::size_t count = 1 + random() % 8; count > 0; --count) literals.push_back(word(5, "abc"));
    const std::string text = word(30, "abc");
    std::set<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < literals.size(); ++i)
      if (text.find(literals[i]) != std::string::npos) expected.insert(i);
    EXPECT_EQ(Found(literals, text), expected) << text;
  }
}

}  // namespace
}  // namespace trailsift
