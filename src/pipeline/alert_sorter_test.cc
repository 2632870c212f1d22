#include "pipeline/alert_sorter.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "source/source_testing.h"

namespace trailsift {
namespace {

struct Line {
  Millis time;
  Hash128 id;
  std::string text;
};

std::vector<Line> Random(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::vector<Line> lines;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text(random() % 40, 'x');
    if (!text.empty()) text[random() % text.size()] = static_cast<char>(random() % 256);
    lines.push_back({static_cast<Millis>(random() % 20) - 10, FastHash(std::to_string(i)), text + '#' + std::to_string(i)});
  }
  lines.push_back({0, FastHash("empty"), ""});
  return lines;
}

std::vector<std::string> Sorted(std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return std::tie(a.time, a.id) < std::tie(b.time, b.id); });
  std::vector<std::string> texts;
  for (const Line& line : lines) texts.push_back(line.text);
  return texts;
}

std::vector<std::string> Drain(AlertSorter& sorter) {
  std::vector<std::string> texts;
  const Status status = sorter.Drain([&](const Hash128&, const std::string& line) {
    texts.push_back(line);
    return Status::Ok();
  });
  EXPECT_TRUE(status.ok()) << status.message();
  return texts;
}

// How many temporary files of the sorter are open.
std::vector<std::string> Runs() {
  std::vector<std::string> runs;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (std::filesystem::read_symlink(entry.path(), gone).string().find("/trailsift-sort-") != std::string::npos)
      runs.push_back(entry.path());
  }
  return runs;
}

TEST(AlertSorter, SpilledOrNotTheOrderIsThatOfSort) {
  const std::vector<Line> lines = Random(3, 400);
  for (const auto& [bound, spills] : {std::pair<std::size_t, bool>{1, true}, {2000, true}, {20'000, true}, {1u << 20, false}}) {
    AlertSorter sorter(bound);
    for (const Line& line : lines) ASSERT_TRUE(sorter.Add(line.time, line.id, line.text).ok());
    EXPECT_EQ(!Runs().empty(), spills) << bound;
    EXPECT_EQ(Drain(sorter), Sorted(lines)) << bound;
    EXPECT_THAT(Runs(), testing::IsEmpty());
    EXPECT_THAT(Drain(sorter), testing::IsEmpty());
  }
}

TEST(AlertSorter, AfterDrainingItIsEmptyAndItsBoundIsWholeAgain) {
  AlertSorter sorter(3000);
  for (int round = 0; round < 5; ++round) {
    const std::vector<Line> lines = Random(static_cast<unsigned>(round), 10);
    for (const Line& line : lines) ASSERT_TRUE(sorter.Add(line.time, line.id, line.text).ok());
    EXPECT_THAT(Runs(), testing::IsEmpty()) << round;
    EXPECT_EQ(Drain(sorter), Sorted(lines));
  }
}

TEST(AlertSorter, AFailureOfTheVisitorEndsIt) {
  for (const std::size_t bound : {std::size_t{1}, std::size_t{1} << 20}) {
    AlertSorter sorter(bound);
    for (const Line& line : Random(1, 10)) ASSERT_TRUE(sorter.Add(line.time, line.id, line.text).ok());
    int seen = 0;
    const Status status = sorter.Drain(
        [&](const Hash128&, const std::string&) { return ++seen == 4 ? Status(Code::kIo, "disk full") : Status::Ok(); });
    EXPECT_EQ(status.message(), "disk full");
    EXPECT_EQ(seen, 4);
  }
}

class WithTmpdir {
 public:
  explicit WithTmpdir(const std::string& folder) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", folder.c_str(), 1);
  }
  ~WithTmpdir() {
    if (before_) setenv("TMPDIR", before_->c_str(), 1);
    else unsetenv("TMPDIR");
  }

 private:
  std::optional<std::string> before_;
};

TEST(AlertSorter, SpillsGoWhereTmpdirSays) {
  const TempFolder folder;
  {
    const WithTmpdir tmpdir(folder.path());
    AlertSorter sorter(1);
    ASSERT_TRUE(sorter.Add(1, FastHash("a"), "a").ok());
    ASSERT_EQ(Runs().size(), 1u);
    EXPECT_EQ(std::filesystem::read_symlink(Runs()[0]).string().rfind(folder.path(), 0), 0u);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing is left when the process is killed";
  }
  const WithTmpdir tmpdir(folder / "missing");
  AlertSorter sorter(1);
  const Status status = sorter.Add(1, FastHash("a"), "a");
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_THAT(status.message(), testing::HasSubstr(folder / "missing"));
}

TEST(AlertSorter, ATemporaryFileThatLostItsEndIsAFailureAndNotFewerAlerts) {
  AlertSorter sorter(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sorter.Add(i, FastHash(std::to_string(i)), "line").ok());
  const std::vector<std::string> runs = Runs();
  ASSERT_EQ(runs.size(), 3u);
  const int file = open(runs[1].c_str(), O_RDWR);
  ASSERT_GE(file, 0);
  ASSERT_EQ(ftruncate(file, 20), 0);
  close(file);
  EXPECT_EQ(sorter.Drain([](const Hash128&, const std::string&) { return Status::Ok(); }).code(), Code::kIo);
}

}  // namespace
}  // namespace trailsift
