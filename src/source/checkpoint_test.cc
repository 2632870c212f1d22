#include "source/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::HasSubstr;

FinishedObject Object(std::int64_t source, std::int64_t day, const std::string& key) { return {source, day, ObjectKeyHash(key)}; }

std::unique_ptr<Checkpoint> Open(const TempFolder& home) {
  Result<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(home.path());
  EXPECT_TRUE(opened.ok()) << opened.status().message();
  return opened.ok() ? std::move(opened).value() : nullptr;
}

bool IsFinished(Checkpoint& checkpoint, const FinishedObject& object) {
  const Result<bool> finished = checkpoint.IsFinished(object);
  EXPECT_TRUE(finished.ok()) << finished.status().message();
  return finished.ok() && *finished;
}

void Execute(const TempFolder& home, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((home / "state/trailsift.db").c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST(Checkpoint, IsMadeEmptyAndReopened) {
  const TempFolder home;
  {
    const auto checkpoint = Open(home);
    EXPECT_TRUE(checkpoint->alerts().file.empty());
    EXPECT_TRUE(checkpoint->state_log().file.empty());
    ASSERT_TRUE(checkpoint->Commit({Object(1, 20, "k")}, {"alerts", 7}, {"state", 1ull << 40}).ok());
  }
  const auto checkpoint = Open(home);
  EXPECT_EQ(checkpoint->alerts().file, "alerts");
  EXPECT_EQ(checkpoint->alerts().offset, 7u);
  EXPECT_EQ(checkpoint->state_log().file, "state");
  EXPECT_EQ(checkpoint->state_log().offset, 1ull << 40);
  EXPECT_TRUE(IsFinished(*checkpoint, Object(1, 20, "k")));
  // An object is (source, day, key), each of them.
  EXPECT_FALSE(IsFinished(*checkpoint, Object(2, 20, "k")));
  EXPECT_FALSE(IsFinished(*checkpoint, Object(1, 21, "k")));
  EXPECT_FALSE(IsFinished(*checkpoint, Object(1, 20, "K")));
}

TEST(Checkpoint, ANewerSchemaIsRefusedAndLeftAsItIs) {
  const TempFolder home;
  Open(home).reset();
  Execute(home, "pragma user_version=4");
  for (int i = 0; i < 2; ++i) {
    const Result<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(home.path());
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.status().code(), Code::kIo);
    EXPECT_THAT(opened.status().message(), HasSubstr("made by a newer trailsift (schema 4)"));
  }
  Execute(home, "pragma user_version=3");
  EXPECT_NE(Open(home), nullptr);
}

TEST(Checkpoint, WhatIsNoDatabaseIsRefusedWithItsName) {
  const TempFolder home;
  home.Write("state/trailsift.db", std::string(8192, 'x'));
  const Result<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(home.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), Code::kIo);
  EXPECT_THAT(opened.status().message(), HasSubstr("state/trailsift.db"));
}

TEST(Checkpoint, AHomeThatCannotBeMadeIsSaid) {
  const TempFolder home;
  home.Write("file", "");
  const Result<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(home / "file");
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.status().message(), HasSubstr(home / "file/state"));
}

TEST(Checkpoint, ObjectsAndPositionsCommitTogether) {
  const TempFolder home;
  const auto checkpoint = Open(home);
  ASSERT_TRUE(checkpoint->Commit({Object(1, 1, "a"), Object(1, 1, "b")}, {"alerts", 10}, {"state", 20}).ok());
  // The same object twice is no failure: a group may be done again.
  ASSERT_TRUE(checkpoint->Commit({Object(1, 1, "b"), Object(1, 1, "c")}, {"alerts-2", 1}, {"state", 30}).ok());
  EXPECT_EQ(checkpoint->alerts().file, "alerts-2");
  EXPECT_EQ(checkpoint->alerts().offset, 1u);
  EXPECT_EQ(checkpoint->state_log().offset, 30u);
  for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(IsFinished(*checkpoint, Object(1, 1, key))) << key;
  EXPECT_FALSE(IsFinished(*checkpoint, Object(1, 1, "d")));
}

TEST(Checkpoint, AFailedCommitChangesNothing) {
  const TempFolder home;
  Open(home).reset();
  Execute(home, "create trigger fail before insert on positions when new.offset=99 begin select raise(abort, 'made to fail'); end");
  const auto checkpoint = Open(home);
  ASSERT_TRUE(checkpoint->Commit({Object(1, 1, "a")}, {"alerts", 1}, {"state", 1}).ok());
  const Status failed = checkpoint->Commit({Object(1, 1, "b")}, {"alerts", 2}, {"state", 99});
  EXPECT_EQ(failed.code(), Code::kIo);
  EXPECT_THAT(failed.message(), HasSubstr("made to fail"));
  EXPECT_EQ(checkpoint->alerts().offset, 1u);
  EXPECT_EQ(checkpoint->state_log().offset, 1u);
  EXPECT_FALSE(IsFinished(*checkpoint, Object(1, 1, "b")));
  // And the next one goes.
  ASSERT_TRUE(checkpoint->Commit({Object(1, 1, "b")}, {"alerts", 2}, {"state", 2}).ok());
  EXPECT_TRUE(IsFinished(*checkpoint, Object(1, 1, "b")));
}

TEST(Checkpoint, NotesCommitWithTheGroupAndNeverAlone) {
  const TempFolder home;
  Open(home).reset();
  Execute(home, "create trigger fail before insert on positions when new.offset=99 begin select raise(abort, 'made to fail'); end");
  using Notes = std::map<std::string, std::string>;
  {
    const auto checkpoint = Open(home);
    checkpoint->SetNotes({{"a/1", "one"}, {"a/2", "two"}});
    checkpoint->SetNotes({{"a/1", "uno"}, {"b/1", "other"}, {"b/2", std::nullopt}});
    EXPECT_EQ(*checkpoint->ReadNotes("a/"), Notes()) << "before the commit";
    EXPECT_FALSE(checkpoint->Commit({}, {"alerts", 1}, {"state", 99}).ok());
    EXPECT_EQ(*checkpoint->ReadNotes(""), Notes()) << "after one that failed";
    ASSERT_TRUE(checkpoint->Commit({}, {"alerts", 1}, {"state", 1}).ok());
    EXPECT_EQ(*checkpoint->ReadNotes("a/"), (Notes{{"a/1", "uno"}, {"a/2", "two"}}));
    checkpoint->SetNotes({{"a/1", std::nullopt}});
    ASSERT_TRUE(checkpoint->Commit({}, {"alerts", 1}, {"state", 1}).ok());
    checkpoint->SetNotes({{"a/2", "lost"}});
  }
  EXPECT_EQ(*Open(home)->ReadNotes(""), (Notes{{"a/2", "two"}, {"b/1", "other"}}));
}

TEST(Checkpoint, SourcesKeepTheirNumberAndFirstDay) {
  const TempFolder home;
  std::int64_t one = 0;
  {
    const auto checkpoint = Open(home);
    const Result<std::int64_t> made = checkpoint->EnsureSource("s3://one/", 100);
    ASSERT_TRUE(made.ok());
    one = *made;
    const Result<std::int64_t> two = checkpoint->EnsureSource("s3://two/", 200);
    ASSERT_TRUE(two.ok());
    EXPECT_NE(one, *two);
    EXPECT_EQ(*checkpoint->EnsureSource("s3://one/", 300), one);
  }
  const auto checkpoint = Open(home);
  EXPECT_EQ(*checkpoint->EnsureSource("s3://one/", 400), one);
  EXPECT_EQ(checkpoint->EnsureStream(one, "a", "r")->from_day, 100);
}

TEST(Checkpoint, StreamsBeginWithTheirSourceAndRememberTheirLastWholePass) {
  const TempFolder home;
  std::int64_t source = 0;
  {
    const auto checkpoint = Open(home);
    source = *checkpoint->EnsureSource("s", 100);
    EXPECT_FALSE(checkpoint->EnsureStream(source, "a", "r")->done_day.has_value());
    ASSERT_TRUE(checkpoint->FinishStream(source, "a", "r", 105).ok());
    ASSERT_TRUE(checkpoint->FinishStream(source, "a", "r", 107).ok());
  }
  const auto checkpoint = Open(home);
  const Result<Stream> stream = checkpoint->EnsureStream(source, "a", "r");
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(stream->from_day, 100);
  EXPECT_EQ(stream->done_day, 107);
  // Near misses: another region, account, source.
  EXPECT_FALSE(checkpoint->EnsureStream(source, "a", "q")->done_day.has_value());
  EXPECT_FALSE(checkpoint->EnsureStream(source, "b", "r")->done_day.has_value());
  EXPECT_FALSE(checkpoint->EnsureStream(*checkpoint->EnsureSource("t", 1), "a", "r")->done_day.has_value());
  EXPECT_EQ(checkpoint->EnsureStream(99, "a", "r").status().code(), Code::kInternal);
}

TEST(Checkpoint, ForgetsOnlyEarlierDaysOfOneSource) {
  const TempFolder home;
  const auto checkpoint = Open(home);
  ASSERT_TRUE(checkpoint->Commit({Object(1, 9, "a"), Object(1, 10, "b"), Object(2, 9, "c")}, {"x", 1}, {"y", 1}).ok());
  ASSERT_TRUE(checkpoint->ForgetBefore(1, 10).ok());
  EXPECT_FALSE(IsFinished(*checkpoint, Object(1, 9, "a")));
  EXPECT_TRUE(IsFinished(*checkpoint, Object(1, 10, "b")));
  EXPECT_TRUE(IsFinished(*checkpoint, Object(2, 9, "c")));
}

// A child process that opens the home, tells that it did, and works until it is killed.
class Child {
 public:
  template <typename Work>
  Child(const TempFolder& home, Work work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      Result<std::unique_ptr<Checkpoint>> checkpoint = Checkpoint::Open(home.path());
      const char answer = checkpoint.ok() ? 'y' : 'n';
      if (write(ends[1], &answer, 1) == 1 && checkpoint.ok()) work(**checkpoint);
      _exit(0);
    }
    close(ends[1]);
    EXPECT_EQ(read(ends[0], &answer_, 1), 1);
    close(ends[0]);
  }
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool opened() const { return answer_ == 'y'; }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  char answer_ = '?';
};

TEST(Checkpoint, AStreamBeginsWhereAnotherCollectorStopped) {
  const TempFolder home;
  const auto checkpoint = Open(home);
  ASSERT_NE(checkpoint, nullptr);
  const std::int64_t source = *checkpoint->EnsureSource("s", 100);
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "r")->start_after, "");
  ASSERT_TRUE(checkpoint->BeginStream(source, "a", "r", "key").ok());
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "r")->start_after, "key");
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "q")->start_after, "");
  ASSERT_TRUE(checkpoint->BeginStream(source, "a", "r", "later").ok());
  ASSERT_TRUE(checkpoint->FinishStream(source, "a", "r", 120).ok());
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "r")->start_after, "later");
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "r")->done_day, 120);
  EXPECT_EQ(checkpoint->BeginStream(source, "a", "r", "again").code(), Code::kInvalid);
  EXPECT_EQ(checkpoint->EnsureStream(source, "a", "r")->start_after, "later");
}

TEST(Checkpoint, TheFirstVersionsDatabaseIsBroughtUpToDate) {
  const TempFolder home;
  std::filesystem::create_directories(home / "state");
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open((home / "state/trailsift.db").c_str(), &db), SQLITE_OK);
  const char* first =
      "create table sources (id integer primary key, name text not null unique, from_day integer not null);"
      "create table streams (source integer not null, account text not null, region text not null, done_day integer,"
      " primary key (source, account, region)) without rowid;"
      "create table objects (source integer not null, day integer not null, key blob not null,"
      " primary key (source, day, key)) without rowid;"
      "create table positions (name text primary key, file text not null, offset integer not null) without rowid;"
      "insert into sources values (1, 's', 100); insert into streams values (1, 'a', 'r', 120);"
      "insert into positions values ('alerts', 'f', 7); pragma user_version=1";
  ASSERT_EQ(sqlite3_exec(db, first, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
  for (int round = 0; round < 2; ++round) {
    const auto checkpoint = Open(home);
    ASSERT_NE(checkpoint, nullptr);
    EXPECT_EQ(checkpoint->alerts().offset, 7u);
    EXPECT_EQ(checkpoint->EnsureStream(1, "a", "r")->done_day, 120 + round);
    EXPECT_EQ(checkpoint->EnsureStream(1, "a", "r")->start_after, "");
    EXPECT_TRUE(checkpoint->ReadNotes("").ok());
    EXPECT_TRUE(checkpoint->FinishStream(1, "a", "r", 121).ok());
  }
}

TEST(Checkpoint, ASecondProcessIsKeptOffTheHome) {
  const TempFolder home;
  Child child(home, [](Checkpoint&) { pause(); });
  ASSERT_TRUE(child.opened());
  const Result<std::unique_ptr<Checkpoint>> second = Checkpoint::Open(home.path());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::kIo);
  EXPECT_THAT(second.status().message(), HasSubstr("in use by another process?"));
  EXPECT_THAT(second.status().message(), HasSubstr(home / "state/trailsift.db"));
  child.Kill();
  EXPECT_NE(Open(home), nullptr);
}

// Group n: the objects n/0 … n/9 and both positions at n.
TEST(Checkpoint, AKillAmongCommitsLeavesAllOrNothingOfEachGroup) {
  constexpr int kGroup = 10;
  const TempFolder home;
  std::uint64_t before = 0;
  for (int round = 0; round < 12; ++round) {
    Child child(home, [](Checkpoint& checkpoint) {
      for (std::uint64_t n = checkpoint.alerts().offset + 1;; ++n) {
        std::vector<FinishedObject> group;
        for (int i = 0; i < kGroup; ++i) group.push_back(Object(1, 1, std::to_string(n) + '/' + std::to_string(i)));
        if (!checkpoint.Commit(group, {"a", n}, {"s", n}).ok()) return;
      }
    });
    ASSERT_TRUE(child.opened());
    usleep(static_cast<useconds_t>(3000 + 7919 * round % 20000));
    child.Kill();
    const auto checkpoint = Open(home);
    ASSERT_NE(checkpoint, nullptr);
    const std::uint64_t n = checkpoint->alerts().offset;
    EXPECT_EQ(checkpoint->state_log().offset, n);
    EXPECT_GE(n, before);
    for (std::uint64_t group = before; group <= n + 2; ++group)
      for (int i = 0; i < kGroup; ++i)
        EXPECT_EQ(IsFinished(*checkpoint, Object(1, 1, std::to_string(group) + '/' + std::to_string(i))), group > 0 && group <= n)
            << "group " << group << " of " << n << ", object " << i;
    before = n;
  }
  EXPECT_GT(before, 0u);
}

}  // namespace
}  // namespace trailsift
