// What the sink's tests share: a home in a temporary folder, small alerts, and reading files back.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "alert/alert_marks.h"
#include "sink/file_sink.h"

namespace trailsift {

class SinkTest : public testing::Test {
 protected:
  SinkTest() {
    setenv("TZ", "XYZ-02", 1);  // two hours east: the local day is not the UTC one
    tzset();
    char name[] = "/tmp/trailsift-sink-XXXXXX";
    home_ = mkdtemp(name);
    options_.home = home_;
    options_.origin = {"000", "sift", "sift"};
    rule_.id = "80250";
    rule_.level = 4;
    rule_.groups = {"amazon", "aws"};
  }
  ~SinkTest() override { std::filesystem::remove_all(home_); }

  // The alert number `n`; its id tells it.
  Alert Make(std::size_t n, Millis arrival) const {
    Alert alert;
    alert.id = IdOf(n);
    alert.event.bytes[0] = static_cast<std::uint8_t>(n);
    alert.arrival = arrival;
    alert.event_time = arrival - 5 * kMinute;
    alert.rule = &rule_;
    alert.description = "alert " + std::to_string(n);
    alert.data_json = R"({"n":")" + std::to_string(n) + R"("})";
    alert.fields = {{"n", std::to_string(n)}};
    return alert;
  }
  static Hash128 IdOf(std::size_t n) { return AlertId("test", {FastHash(std::to_string(n))}); }

  FileSink::Opened Open(const std::optional<AlertPosition>& committed, Millis now) const {
    Result<FileSink::Opened> opened = FileSink::Open(options_, committed, now);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    return opened.ok() ? std::move(*opened) : FileSink::Opened{};
  }
  static AlertPosition Sync(FileSink& sink) {
    const Result<AlertPosition> position = sink.Sync();
    EXPECT_TRUE(position.ok()) << position.status().message();
    return position.ok() ? *position : AlertPosition{};
  }

  std::string Full(const std::string& path) const { return home_ + '/' + path; }
  std::string Read(const std::string& path) const {
    std::ifstream in(Full(path), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void Write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(Full(path)).parent_path());
    std::ofstream(Full(path), std::ios::binary) << text;
  }
  bool Exists(const std::string& path) const { return std::filesystem::exists(Full(path)); }
  ino_t Inode(const std::string& path) const {
    struct stat info;
    return lstat(Full(path).c_str(), &info) == 0 ? info.st_ino : 0;
  }

  static std::vector<std::string> Lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  // The ids of the lines of alerts.json text; every line must be ours.
  static std::vector<Hash128> Ids(const std::string& text) {
    std::vector<Hash128> ids;
    AlertMarks marks;
    for (const std::string& line : Lines(text)) {
      EXPECT_EQ(ReadAlertMarks(line, marks), LineKind::kOurs) << line;
      ids.push_back(marks.id);
    }
    return ids;
  }
  static std::vector<Hash128> IdsOf(std::size_t from, std::size_t to) {
    std::vector<Hash128> ids;
    for (std::size_t n = from; n < to; ++n) ids.push_back(IdOf(n));
    return ids;
  }
  static std::vector<Hash128> Ids(const Recovery& recovery) {
    std::vector<Hash128> ids;
    for (const RecoveredAlert& alert : recovery.alerts) ids.push_back(alert.id);
    return ids;
  }
  // The alerts of alerts.log, in order, by their number.
  static std::vector<std::string> Blocks(const std::string& text) {
    std::vector<std::string> numbers;
    for (const std::string& line : Lines(text)) {
      if (line.starts_with("n: ")) numbers.push_back(line.substr(3));
    }
    return numbers;
  }
  static std::vector<std::string> Numbers(std::size_t from, std::size_t to) {
    std::vector<std::string> numbers;
    for (std::size_t n = from; n < to; ++n) numbers.push_back(std::to_string(n));
    return numbers;
  }

  static constexpr const char* kJson = "logs/alerts/alerts.json";
  static constexpr const char* kLog = "logs/alerts/alerts.log";
  static constexpr const char* kDayJson = "logs/alerts/2026/Jan/ossec-alerts-15.json";
  static constexpr const char* kDayLog = "logs/alerts/2026/Jan/ossec-alerts-15.log";
  const Millis noon_ = *ParseIsoTime("2026-01-15T10:00:00Z");  // local

  std::string home_;
  FileSinkOptions options_;
  RuleInfo rule_;
};

}  // namespace trailsift
