#include "sink/file_sink.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "sink/sink_testing.h"

namespace trailsift {
namespace {

TEST_F(SinkTest, WritesLineAndBlockAndLinksThem) {
  auto [sink, recovery] = Open(std::nullopt, noon_);
  EXPECT_TRUE(recovery.alerts.empty());
  ASSERT_TRUE(sink->Append(Make(0, noon_)).ok());
  ASSERT_TRUE(sink->Append(Make(1, noon_ + kSecond)).ok());
  EXPECT_EQ(Read(kJson), "");
  const AlertPosition position = Sync(*sink);
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(0, 2));
  EXPECT_EQ(position, (AlertPosition{kDayJson, Read(kJson).size()}));
  EXPECT_EQ(Inode(kJson), Inode(kDayJson));
  EXPECT_EQ(Inode(kLog), Inode(kDayLog));
  struct stat info;
  ASSERT_EQ(stat(Full(kJson).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  EXPECT_EQ(info.st_nlink, 2u);

  // Wazuh's ids: the second, and the offset of the block in alerts.log.
  const std::vector<std::string> lines = Lines(Read(kJson));
  const std::size_t second = Read(kLog).find("** Alert", 1);
  const std::string epoch = std::to_string(noon_ / kSecond);
  EXPECT_NE(lines[0].find("\"id\":\"" + epoch + ".0\""), std::string::npos);
  EXPECT_NE(lines[1].find("\"id\":\"" + std::to_string(noon_ / kSecond + 1) + '.' + std::to_string(second) + '"'),
            std::string::npos);
  EXPECT_TRUE(Read(kLog).starts_with("** Alert " + epoch + ".0: - amazon,aws,\n2026 Jan 15 12:00:00 sift->Wazuh-AWS\n"));
  EXPECT_TRUE(lines[0].starts_with("{\"timestamp\":\"2026-01-15T12:00:00.000+0200\"")) << lines[0];
  EXPECT_EQ(sink->counters().alerts, 2u);
  EXPECT_EQ(sink->counters().bytes, Read(kJson).size() + Read(kLog).size());
}

TEST_F(SinkTest, WithoutAlertsLogTheIdIsTheOffsetInTheJson) {
  options_.alerts_log = false;
  auto sink = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(sink->Append(Make(0, noon_)).ok());
  ASSERT_TRUE(sink->Append(Make(1, noon_)).ok());
  Sync(*sink);
  EXPECT_FALSE(Exists(kLog));
  const std::vector<std::string> lines = Lines(Read(kJson));
  EXPECT_NE(lines[1].find('.' + std::to_string(lines[0].size() + 1) + "\","), std::string::npos);
}

TEST_F(SinkTest, WithoutJsonoutTheRecordIsKeptInTheState) {
  options_.jsonout = false;
  auto sink = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(sink->Append(Make(0, noon_)).ok());
  const AlertPosition position = Sync(*sink);
  EXPECT_FALSE(Exists(kJson));
  EXPECT_EQ(position.file, "state/alerts/2026/Jan/ossec-alerts-15.json");
  EXPECT_EQ(Ids(Read("state/alerts/alerts.json")), IdsOf(0, 1));
  EXPECT_EQ(Blocks(Read(kLog)), Numbers(0, 1));
  EXPECT_EQ(Ids(Open(AlertPosition{position.file, 0}, noon_).recovery), IdsOf(0, 1));
}

TEST_F(SinkTest, Archives) {
  auto without = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(without->AppendArchive(Make(0, noon_)).ok());
  Sync(*without);
  EXPECT_FALSE(Exists("logs/archives"));
  without.reset();

  options_.archives = true;
  auto sink = Open(std::nullopt, noon_).sink;
  Alert record = Make(0, noon_);
  record.id = Hash128();
  record.rule = nullptr;
  record.full_log = "{}";
  ASSERT_TRUE(sink->AppendArchive(record).ok());
  Sync(*sink);
  const std::string line = Read("logs/archives/archives.json");
  EXPECT_EQ(Inode("logs/archives/archives.json"), Inode("logs/archives/2026/Jan/ossec-archive-15.json"));
  EXPECT_EQ(line.find("\"rule\""), std::string::npos);
  EXPECT_NE(line.find("\"full_log\":\"{}\""), std::string::npos);
  EXPECT_EQ(Read(kJson), "");
  EXPECT_EQ(sink->counters().archive_lines, 1u);
}

TEST_F(SinkTest, TheDayChangesAtLocalMidnight) {
  const Millis midnight = *ParseIsoTime("2026-01-15T22:00:00Z");
  auto sink = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(sink->Append(Make(0, midnight - 1)).ok());
  ASSERT_TRUE(sink->Append(Make(1, midnight)).ok());
  EXPECT_EQ(Ids(Read(kDayJson)), IdsOf(0, 1)) << "the day before is closed before anything of the new one is written";
  ASSERT_TRUE(sink->Append(Make(2, midnight - 1)).ok());  // late: never back to a closed file
  const AlertPosition position = Sync(*sink);
  EXPECT_EQ(position.file, "logs/alerts/2026/Jan/ossec-alerts-16.json");
  EXPECT_EQ(Ids(Read(kDayJson)), IdsOf(0, 1));
  EXPECT_EQ(Ids(Read(position.file)), IdsOf(1, 3));
  EXPECT_EQ(Inode(kJson), Inode(position.file));
  EXPECT_EQ(Inode(kLog), Inode("logs/alerts/2026/Jan/ossec-alerts-16.log"));
  EXPECT_FALSE(Exists("logs/alerts/alerts.json.new"));
}

TEST_F(SinkTest, AFileThatIsNoLinkIsKept) {
  Write(kJson, "{\"rule\":{}}\n");
  Open(std::nullopt, noon_);
  EXPECT_EQ(Read("logs/alerts/alerts.json.kept"), "{\"rule\":{}}\n");
  EXPECT_EQ(Inode(kJson), Inode(kDayJson));
}

TEST_F(SinkTest, NamesRemovedInUseComeBack) {
  auto sink = Open(std::nullopt, noon_).sink;
  std::size_t n = 0;
  const auto write = [&] {
    ASSERT_TRUE(sink->Append(Make(n++, noon_)).ok());
    ASSERT_TRUE(sink->Flush().ok());
    EXPECT_EQ(Inode(kJson), Inode(kDayJson));
  };
  write();
  unlink(Full(kJson).c_str());
  write();
  unlink(Full(kDayJson).c_str());
  write();
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(0, 3));
  std::filesystem::remove_all(Full("logs/alerts"));
  write();
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(3, 4));
  ASSERT_EQ(truncate(Full(kJson).c_str(), 0), 0);
  write();
  EXPECT_EQ(Ids(Read(kJson)), IdsOf(4, 5));
  EXPECT_EQ(Sync(*sink).offset, Read(kJson).size());
}

// Fills a disk of 64 KiB (as root), or runs into a limit on the size of files, until writing fails; frees it; goes on.
class FullDisk : public SinkTest {
 protected:
  void SetUp() override {
    options_.home = Full("disk");
    std::filesystem::create_directory(options_.home);
    mounted_ = mount("tmpfs", options_.home.c_str(), "tmpfs", 0, "size=64k") == 0;
    if (mounted_) return;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
  }
  void TearDown() override {
    if (mounted_) umount2(options_.home.c_str(), MNT_DETACH);
    else Free();
  }
  void Fill(std::size_t left) {
    if (mounted_) {
      const FileDescriptor fd(open((options_.home + "/ballast").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
      const std::string block(4096, 'x');
      while (write(fd.get(), block.data(), block.size()) == static_cast<ssize_t>(block.size())) {
      }
      struct stat info;
      ASSERT_EQ(fstat(fd.get(), &info), 0);
      ASSERT_EQ(ftruncate(fd.get(), std::max<off_t>(0, info.st_size - static_cast<off_t>(left))), 0);
    } else {
      const rlimit limit = {left, before_.rlim_max};
      ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
  }
  void Free() {
    if (mounted_) unlink((options_.home + "/ballast").c_str());
    else setrlimit(RLIMIT_FSIZE, &before_);
  }

  bool mounted_ = false;
  rlimit before_{};
};

TEST_F(FullDisk, NothingIsTornAndNothingIsDoubled) {
  auto sink = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(sink->Append(Make(0, noon_)).ok());
  Sync(*sink);
  Fill(8192);
  std::size_t n = 1;
  Status failure;
  for (; n < 1000 && failure.ok(); ++n) {
    ASSERT_TRUE(sink->Append(Make(n, noon_)).ok());
    if (n % 10 == 0) failure = sink->Flush();
  }
  ASSERT_FALSE(failure.ok()) << "the disk never filled";
  EXPECT_EQ(failure.code(), Code::kIo);
  EXPECT_NE(failure.message().find("ossec-alerts-15."), std::string::npos) << failure.message();
  EXPECT_NE(failure.message().find(mounted_ ? "No space left" : "File too large"), std::string::npos) << failure.message();
  const auto whole = [&](const std::string& path, const std::string& end) {
    const std::string text = Read("disk/" + path);
    return text.empty() || text.ends_with(end);
  };
  EXPECT_TRUE(whole(kJson, "\n"));
  EXPECT_TRUE(whole(kLog, "\n\n"));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(sink->Flush().ok());
  EXPECT_FALSE(sink->Sync().ok());
  EXPECT_EQ(sink->counters().write_errors, 5u);
  EXPECT_TRUE(whole(kJson, "\n"));
  EXPECT_TRUE(whole(kLog, "\n\n"));
  ASSERT_TRUE(sink->Append(Make(n++, noon_)).ok());

  Free();
  const AlertPosition position = Sync(*sink);
  EXPECT_EQ(Ids(Read("disk/" + std::string(kJson))), IdsOf(0, n));
  EXPECT_EQ(Blocks(Read("disk/" + std::string(kLog))), Numbers(0, n));
  EXPECT_EQ(position.offset, Read("disk/" + std::string(kJson)).size());
  EXPECT_EQ(sink->counters().alerts, n);
}

TEST_F(FullDisk, TheDayChangeWaits) {
  auto sink = Open(std::nullopt, noon_).sink;
  ASSERT_TRUE(sink->Append(Make(0, noon_)).ok());
  ASSERT_TRUE(sink->Flush().ok());
  for (std::size_t n = 1; n < 100; ++n) ASSERT_TRUE(sink->Append(Make(n, noon_)).ok());
  Fill(0);
  EXPECT_FALSE(sink->Append(Make(100, noon_ + kDay)).ok());
  EXPECT_FALSE(sink->Append(Make(100, noon_ + kDay)).ok());
  Free();
  ASSERT_TRUE(sink->Append(Make(100, noon_ + kDay)).ok());
  Sync(*sink);
  EXPECT_EQ(Ids(Read("disk/" + std::string(kDayJson))), IdsOf(0, 100));
  EXPECT_EQ(Ids(Read("disk/" + std::string(kJson))), IdsOf(100, 101));
}

TEST_F(SinkTest, AHomeThatCannotBeWrittenIsSaid) {
  Write("file", "");
  options_.home = Full("file");
  const Result<FileSink::Opened> opened = FileSink::Open(options_, std::nullopt, noon_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), Code::kIo);
  EXPECT_NE(opened.status().message().find(Full("file/logs") + ": Not a directory"), std::string::npos)
      << opened.status().message();
}

}  // namespace
}  // namespace trailsift
