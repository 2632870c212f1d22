#include "sink/alert_recovery.h"

#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <random>

#include "sink/sink_testing.h"

namespace trailsift {
namespace {

class RecoveryTest : public SinkTest {
 protected:
  // Writes alerts [from, to) at `moment` and closes the sink.
  AlertPosition WriteAlerts(std::size_t from, std::size_t to, Millis moment) {
    auto sink = Open(std::nullopt, moment).sink;
    for (std::size_t n = from; n < to; ++n) EXPECT_TRUE(sink->Append(Make(n, moment)).ok());
    return Sync(*sink);
  }
  void Gzip(const std::string& path) {
    const std::string text = Read(path);
    gzFile gz = gzopen(Full(path + ".gz").c_str(), "wb");
    EXPECT_EQ(gzwrite(gz, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
    gzclose(gz);
    std::filesystem::remove(Full(path));
  }
};

TEST_F(RecoveryTest, ReadsWhatStandsBehindThePosition) {
  const AlertPosition committed = WriteAlerts(0, 2, noon_);
  {
    auto sink = Open(committed, noon_).sink;
    Alert alert = Make(2, noon_);
    alert.supersedes = {IdOf(0), IdOf(1)};
    ASSERT_TRUE(sink->Append(alert).ok());
    alert = Make(3, noon_);
    alert.retracts = IdOf(2);
    ASSERT_TRUE(sink->Append(alert).ok());
    Sync(*sink);
  }
  const Recovery recovery = Open(committed, noon_).recovery;
  ASSERT_EQ(Ids(recovery), IdsOf(2, 4));
  EXPECT_EQ(recovery.alerts[0].supersedes, IdsOf(0, 2));
  EXPECT_EQ(recovery.alerts[0].event, Make(2, 0).event);
  EXPECT_FALSE(recovery.alerts[0].retracts);
  EXPECT_EQ(recovery.alerts[1].retracts, IdOf(2));
  EXPECT_TRUE(recovery.warnings.empty());
  EXPECT_EQ(Ids(Open(std::nullopt, noon_).recovery), IdsOf(0, 4));
}

TEST_F(RecoveryTest, LaterDaysAndCompressedOnesCount) {
  const AlertPosition committed = WriteAlerts(0, 2, noon_);
  WriteAlerts(2, 4, noon_);
  WriteAlerts(4, 6, noon_ + kDay);
  WriteAlerts(6, 8, noon_ + 40 * kDay);
  WriteAlerts(8, 10, noon_ - kDay);  // before: committed long ago
  EXPECT_EQ(Ids(Open(committed, noon_ + 40 * kDay).recovery), IdsOf(2, 8));
  Gzip(committed.file);
  Gzip("logs/alerts/2026/Jan/ossec-alerts-16.json");
  EXPECT_EQ(Ids(Open(committed, noon_ + 40 * kDay).recovery), IdsOf(2, 8));
  EXPECT_EQ(Ids(Open(AlertPosition{committed.file, 0}, noon_ + 40 * kDay).recovery), IdsOf(0, 8));
}

// Nothing of them comes again, so nobody waits for it.
TEST_F(RecoveryTest, ReparsedAlertsAreNotWaitedFor) {
  const AlertPosition committed = WriteAlerts(0, 1, noon_);
  {
    auto sink = Open(committed, noon_).sink;
    Alert alert = Make(1, noon_);
    alert.reparsed = true;
    ASSERT_TRUE(sink->Append(alert).ok());
    ASSERT_TRUE(sink->Append(Make(2, noon_)).ok());
    Sync(*sink);
  }
  const std::string before = Read(kJson);
  EXPECT_EQ(Ids(Open(committed, noon_).recovery), IdsOf(2, 3));
  EXPECT_EQ(Read(kJson), before);
}

TEST_F(RecoveryTest, VisitsWhatIsWritten) {
  const AlertPosition committed = WriteAlerts(0, 2, noon_);
  WriteAlerts(2, 4, noon_ + kDay);
  WriteAlerts(4, 6, noon_ + 2 * kDay);
  Gzip(committed.file);
  const auto visited = [&](std::int64_t from_day) {
    std::vector<Hash128> ids;
    EXPECT_TRUE(VisitWrittenAlerts(home_, from_day, [&](const AlertMarks& marks) {
                  ids.push_back(marks.id);
                  EXPECT_FALSE(marks.rule_id.empty());
                }).ok());
    return ids;
  };
  const std::int64_t day = noon_ / kDay;
  EXPECT_EQ(visited(0), IdsOf(0, 6));
  EXPECT_EQ(visited(day), IdsOf(0, 6));
  EXPECT_EQ(visited(day + 1), IdsOf(2, 6));
  EXPECT_EQ(visited(day + 3), IdsOf(0, 0));
  // What can't be read may hold anything.
  std::string gz = Read(committed.file + ".gz");
  Write(committed.file + ".gz", gz.substr(0, gz.size() / 2));
  const Status status = VisitWrittenAlerts(home_, 0, [](const AlertMarks&) {});
  EXPECT_EQ(status.code(), Code::kIo);
  EXPECT_NE(status.message().find(committed.file), std::string::npos) << status.message();
}

TEST_F(RecoveryTest, OtherProgramsLinesAreLeftAlone) {
  const AlertPosition committed = WriteAlerts(0, 1, noon_);
  const std::string foreign = "{\"rule\":{\"id\":\"5710\"}}\n";
  const std::string damaged = "not json\n";
  Write(kJson, Read(kJson) + foreign + damaged);
  WriteAlerts(1, 2, noon_);
  const std::string before = Read(kJson);
  const Recovery recovery = Open(committed, noon_).recovery;
  EXPECT_EQ(Ids(recovery), IdsOf(1, 2));
  EXPECT_EQ(Read(kJson), before);
  ASSERT_EQ(recovery.warnings.size(), 1u);
  EXPECT_NE(recovery.warnings[0].find("1 lines are not JSON"), std::string::npos);
}

TEST_F(RecoveryTest, APositionThatDoesNotFitIsAWarning) {
  const AlertPosition committed = WriteAlerts(0, 2, noon_);
  const struct {
    AlertPosition position;
    const char* warning;
    std::vector<Hash128> recovered;
  } cases[] = {
      {{committed.file, committed.offset + 1}, "is shorter than the checkpoint's position", {}},
      {{committed.file, 5}, "is not the begin of a line", IdsOf(1, 2)},
      {{"logs/alerts/2026/Jan/ossec-alerts-14.json", 10}, "is missing", IdsOf(0, 2)},
      {{"../../etc/passwd", 0}, "is not the name of one", {}},
  };
  for (const auto& each : cases) {
    const Recovery recovery = Open(each.position, noon_).recovery;
    EXPECT_EQ(Ids(recovery), each.recovered) << each.position.file;
    ASSERT_EQ(recovery.warnings.size(), 1u) << each.position.file;
    EXPECT_NE(recovery.warnings[0].find(each.warning), std::string::npos) << recovery.warnings[0];
    EXPECT_EQ(Ids(Read(kJson)), IdsOf(0, 2));
  }
}

TEST_F(RecoveryTest, ATornLineIsCutWhereverItTears) {
  const AlertPosition committed = WriteAlerts(0, 1, noon_);
  WriteAlerts(1, 3, noon_);
  const std::string json = Read(kDayJson);
  const std::string log = Read(kDayLog);
  const std::size_t last_line = json.rfind('\n', json.size() - 2) + 1;
  const std::size_t last_block = log.rfind("** Alert");
  for (std::size_t size = last_line; size <= json.size(); ++size) {
    Write(kDayJson, json.substr(0, size));
    Write(kDayLog, log);
    const std::size_t whole = size == json.size() ? 3 : 2;
    auto [sink, recovery] = Open(committed, noon_);
    ASSERT_EQ(Ids(recovery), IdsOf(1, whole)) << size;
    ASSERT_EQ(Ids(Read(kDayJson)), IdsOf(0, whole)) << size;
    ASSERT_EQ(Blocks(Read(kDayLog)), Numbers(0, whole)) << size;
    if (whole == 2) {
      ASSERT_TRUE(sink->Append(Make(2, noon_)).ok());
      ASSERT_TRUE(sink->Flush().ok());
    }
    ASSERT_EQ(Read(kDayJson), json) << size;
    ASSERT_EQ(Read(kDayLog), log) << size;
  }
  for (std::size_t size = last_block; size < log.size(); ++size) {
    Write(kDayJson, json.substr(0, last_line));
    Write(kDayLog, log.substr(0, size));
    Open(committed, noon_);
    ASSERT_EQ(Read(kDayLog), log.substr(0, last_block)) << size;
  }
}

TEST_F(RecoveryTest, TheFirstBlockOfADayWithoutItsLineGoes) {
  const AlertPosition committed = WriteAlerts(0, 1, noon_ - kDay);
  WriteAlerts(1, 2, noon_);
  const std::string log = Read(kDayLog);
  Write(kDayJson, "");
  Open(AlertPosition{kDayJson, 100}, noon_);
  EXPECT_EQ(Read(kDayLog), log) << "somebody emptied the file of record: the blocks stay";
  Open(committed, noon_);
  EXPECT_EQ(Read(kDayLog), "");
}

TEST_F(RecoveryTest, SwitchingJsonoutWithinADayCutsNothing) {
  AlertPosition committed = WriteAlerts(0, 2, noon_);
  options_.jsonout = false;
  Open(committed, noon_);
  committed = WriteAlerts(2, 4, noon_);
  options_.jsonout = true;
  EXPECT_EQ(Ids(Open(AlertPosition{committed.file, 0}, noon_).recovery), IdsOf(0, 4));
  EXPECT_EQ(Blocks(Read(kDayLog)), Numbers(0, 4));
}

// A child writes without end and reports each committed position; it is killed at a random moment; the next one goes on as a
// replay does: from the last position it knows, without the alerts found behind it. In the end each alert stands there once, in
// order, in both files.
TEST_F(RecoveryTest, KilledAtAnyMoment) {
  std::mt19937 random(20260115);
  struct Report {
    std::uint64_t offset;
    std::uint64_t next;
  };
  Report committed = {0, 0};
  for (int round = 0; round < 25; ++round) {
    const AlertPosition position = {kDayJson, committed.offset};
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Result<FileSink::Opened> opened = FileSink::Open(options_, position, noon_);
      if (!opened.ok()) _exit(1);
      std::size_t n = committed.next + opened->recovery.alerts.size();
      for (;;) {
        for (int i = 0; i < 40; ++i) {
          if (!opened->sink->Append(Make(n++, noon_)).ok() || (i % 3 == 0 && !opened->sink->Flush().ok())) _exit(1);
        }
        const Result<AlertPosition> synced = opened->sink->Sync();
        if (!synced.ok()) _exit(1);
        const Report report = {synced->offset, n};
        if (write(pipe_ends[1], &report, sizeof report) != sizeof report) _exit(1);
      }
    }
    close(pipe_ends[1]);
    Report report;
    ASSERT_EQ(read(pipe_ends[0], &report, sizeof report), static_cast<ssize_t>(sizeof report));
    usleep(static_cast<useconds_t>(random() % 5000));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    // Some of its reports count, some get lost with the checkpoint's own transaction.
    do {
      if (random() % 2 == 0) committed = report;
    } while (read(pipe_ends[0], &report, sizeof report) == static_cast<ssize_t>(sizeof report));
    close(pipe_ends[0]);
  }
  const Recovery recovery = Open(AlertPosition{kDayJson, committed.offset}, noon_).recovery;
  const std::size_t total = committed.next + recovery.alerts.size();
  EXPECT_GE(total, 25u * 40u);
  EXPECT_EQ(Ids(recovery), IdsOf(committed.next, total));
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(0, total));
  EXPECT_EQ(Blocks(Read(kLog)), Numbers(0, total));
}

}  // namespace
}  // namespace trailsift
