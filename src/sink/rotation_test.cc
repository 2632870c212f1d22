#include "sink/rotation.h"

#include <zlib.h>

#include "sink/daily_name.h"
#include "sink/sink_testing.h"

namespace trailsift {
namespace {

class RotationTest : public SinkTest {
 protected:
  static std::string Path(std::int64_t day, const std::string& extension) { return DailyPath(kAlertFiles, day, extension); }

  std::string Gunzip(const std::string& path) const {
    gzFile gz = gzopen(Full(path).c_str(), "rb");
    std::string text(1 << 20, '\0');
    const int size = gz != nullptr ? gzread(gz, text.data(), static_cast<unsigned>(text.size())) : -1;
    EXPECT_GE(size, 0) << path;
    text.resize(static_cast<std::size_t>(std::max(size, 0)));
    if (gz != nullptr) gzclose(gz);
    return text;
  }

  const std::int64_t today_ = DayOf(noon_, false);
  const std::optional<AlertPosition> committed_ = AlertPosition{kDayJson, 0};
};

TEST_F(RotationTest, PastDaysAreGzippedInPlace) {
  auto sink = Open(std::nullopt, noon_ - kDay).sink;
  for (std::size_t n = 0; n < 300; ++n) ASSERT_TRUE(sink->Append(Make(n, noon_ - kDay)).ok());
  const AlertPosition yesterday = Sync(*sink);
  const std::string json = Read(yesterday.file);
  const std::string log = Read(Path(today_ - 1, "log"));
  ASSERT_TRUE(sink->Append(Make(300, noon_)).ok());
  const AlertPosition today = Sync(*sink);

  // The checkpoint still points into yesterday's file; without a checkpoint nothing may go at all.
  EXPECT_EQ(sink->Maintain(noon_, std::nullopt).compressed, 0u);
  EXPECT_EQ(sink->Maintain(noon_, yesterday).compressed, 1u);
  EXPECT_TRUE(Exists(yesterday.file));
  EXPECT_FALSE(Exists(Path(today_ - 1, "log")));
  EXPECT_EQ(Gunzip(Path(today_ - 1, "log.gz")), log);

  EXPECT_EQ(sink->Maintain(noon_, today).compressed, 1u);
  EXPECT_FALSE(Exists(yesterday.file));
  EXPECT_EQ(Gunzip(yesterday.file + ".gz"), json);
  EXPECT_LT(std::filesystem::file_size(Full(yesterday.file + ".gz")), json.size() / 4);
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(300, 301));
  EXPECT_EQ(sink->Maintain(noon_, today).compressed, 0u);
  EXPECT_EQ(sink->counters().files_compressed, 2u);
  EXPECT_EQ(Ids(Open(AlertPosition{yesterday.file, 0}, noon_).recovery), IdsOf(0, 301));
}

TEST_F(RotationTest, TheFilesInUseStayWhenMidnightPassesInSilence) {
  auto sink = Open(std::nullopt, noon_ - kDay).sink;
  ASSERT_TRUE(sink->Append(Make(0, noon_ - kDay)).ok());
  Sync(*sink);
  options_.keep_days = 1;
  const RotationReport report = RotateDailyFiles({home_, 1, 1, false}, noon_ + 100 * kDay, committed_);
  EXPECT_EQ(report.compressed + report.removed + report.failures, 0u);
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(0, 1));
}

TEST_F(RotationTest, ACrashBetweenRenameAndRemovalIsFinished) {
  const std::string path = Path(today_ - 1, "json");
  Write(path, "one\ntwo\n");
  EXPECT_EQ(RotateDailyFiles({home_, 0, 0, false}, noon_, committed_).compressed, 1u);
  Write(path, "one\ntwo\n");  // as if it had not been removed yet
  Write(path + ".gz.new", "half");
  EXPECT_EQ(RotateDailyFiles({home_, 0, 0, false}, noon_, committed_).compressed, 1u);
  EXPECT_FALSE(Exists(path));
  for (const char* other : {"one\ntwo\nthree\n", "one\n", "one\ntwO\n", ""}) {
    Write(path, other);
    const RotationReport report = RotateDailyFiles({home_, 0, 0, false}, noon_, committed_);
    EXPECT_EQ(report.failures, 1u) << other;
    EXPECT_EQ(Read(path), other);
    EXPECT_EQ(Gunzip(path + ".gz"), "one\ntwo\n");
  }
}

TEST_F(RotationTest, RetentionByDays) {
  const DailyFamily* families[] = {&kAlertFiles, &kArchiveFiles, &kStateAlertFiles};
  for (const DailyFamily* family : families) {
    for (const int age : {0, 1, 30, 31, 400}) {
      for (const char* extension : {"json", "log.gz"}) Write(DailyPath(*family, today_ - age, extension), "x\n");
    }
  }
  const std::string stranger = "logs/alerts/2024/Dec/notes.txt";
  Write(stranger, "mine");
  const RotationReport report = RotateDailyFiles({home_, 30, 0, false}, noon_, std::nullopt);
  EXPECT_EQ(report.removed, 12u);
  EXPECT_EQ(report.removed_bytes, 24u);
  for (const DailyFamily* family : families) {
    for (const int age : {0, 1, 30, 31, 400}) {
      for (const char* extension : {"json", "log.gz"}) {
        EXPECT_EQ(Exists(DailyPath(*family, today_ - age, extension)), age <= 30) << family->folder << age << extension;
      }
    }
  }
  EXPECT_TRUE(Exists(stranger));
  EXPECT_FALSE(Exists("logs/archives/2024"));
}

TEST_F(RotationTest, SizeCapTakesTheOldestFirstAndNeverTodays) {
  for (const int age : {0, 1, 2, 3}) Write(Path(today_ - age, "json.gz"), std::string(1000, 'x'));
  Write(Path(today_, "json"), std::string(1000, 'x'));
  EXPECT_EQ(RotateDailyFiles({home_, 0, 5000, false}, noon_, std::nullopt).removed, 0u);
  EXPECT_EQ(RotateDailyFiles({home_, 0, 4999, false}, noon_, std::nullopt).removed, 1u);
  EXPECT_FALSE(Exists(Path(today_ - 3, "json.gz")));
  EXPECT_TRUE(Exists(Path(today_ - 2, "json.gz")));
  EXPECT_EQ(RotateDailyFiles({home_, 0, 1, false}, noon_, std::nullopt).removed, 2u);
  EXPECT_TRUE(Exists(Path(today_, "json")));
  EXPECT_TRUE(Exists(Path(today_, "json.gz")));
}

TEST(DailyName, OnlyNamesOfDailyFiles) {
  const std::int64_t day = DaysFromCivil(2026, 1, 5);
  EXPECT_EQ(DailyPath(kAlertFiles, day, "json"), "logs/alerts/2026/Jan/ossec-alerts-05.json");
  EXPECT_EQ(DailyPath(kArchiveFiles, day, "json"), "logs/archives/2026/Jan/ossec-archive-05.json");
  const struct {
    const char* path;
    bool good;
  } cases[] = {
      {"logs/alerts/2026/Jan/ossec-alerts-05.json", true},
      {"logs/alerts/2026/Jan/ossec-alerts-05.log.gz", true},
      {"logs/alerts/2026/Jan/ossec-alerts-05-001.json", true},
      {"logs/alerts/2026/Jan/ossec-alerts-05.json.sum", true},
      {"logs/alerts/2026/Jan/ossec-alerts-05.json.new", false},
      {"logs/alerts/2026/Jan/ossec-alerts-5.json", false},
      {"logs/alerts/2026/Jan/ossec-alerts-00.json", false},
      {"logs/alerts/2026/Jan/ossec-alerts-32.json", false},
      {"logs/alerts/2026/jan/ossec-alerts-05.json", false},
      {"logs/alerts/26/Jan/ossec-alerts-05.json", false},
      {"logs/archives/2026/Jan/ossec-alerts-05.json", false},
      {"logs/alerts/2026/Jan/ossec-archive-05.json", false},
      {"logs/alerts/2026/Jan/../Jan/ossec-alerts-05.json", false},
      {"/logs/alerts/2026/Jan/ossec-alerts-05.json", false},
      {"logs/alerts/alerts.json", false},
      {"", false},
  };
  for (const auto& each : cases) {
    const std::optional<DailyName> name = ParseDailyPath(kAlertFiles, each.path);
    EXPECT_EQ(name.has_value(), each.good) << each.path;
    EXPECT_EQ(name ? name->day : day, day);
  }
}

}  // namespace
}  // namespace trailsift
