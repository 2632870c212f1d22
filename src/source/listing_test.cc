#include "source/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "source/folder_store.h"
#include "source/layout.h"
#include "source/source_testing.h"

namespace trailsift {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kOne = "111122223333";
constexpr const char* kTwo = "444455556666";
const std::int64_t kToday = DaysFromCivil(2026, 1, 20);

// The key of an object that was delivered `minute` minutes into the day.
std::string Key(const std::string& account, const std::string& region, std::int64_t day, int minute = 0,
                const std::string& random = "Aa") {
  std::string date = DayFolder(day);
  date.erase(std::remove(date.begin(), date.end(), '/'), date.end());
  char time[16];
  std::snprintf(time, sizeof time, "T%02d%02dZ", minute / 60, minute % 60);
  return "AWSLogs/" + account + "/CloudTrail/" + region + '/' + DayFolder(day) + '/' + account + "_CloudTrail_" + region + '_' +
         date + time + '_' + random + ".json.gz";
}

class ListingTest : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<Checkpoint>> opened = Checkpoint::Open(home_.path());
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    checkpoint_ = std::move(opened).value();
    source_ = *checkpoint_->EnsureSource("made", kToday - 10);
  }

  void Put(const std::string& key) { store_.objects[key] = "x"; }

  std::unique_ptr<Listing> Begin(std::int64_t today = kToday, Millis look_back = 2 * kDay) {
    return std::make_unique<Listing>(std::vector<BucketSource>{{&bucket_, &store_, source_}}, *checkpoint_, today, look_back);
  }
  static std::vector<std::string> Keys(Listing& listing) {
    std::vector<std::string> keys;
    while (std::optional<ObjectTask> task = listing.Next()) keys.push_back(task->key);
    return keys;
  }
  // A whole pass: what is handed out is committed as finished, but for the keys in `failing`.
  std::vector<std::string> Pass(std::int64_t today = kToday, Millis look_back = 2 * kDay,
                                const std::set<std::string>& failing = {}) {
    const auto listing = Begin(today, look_back);
    std::vector<std::string> keys;
    std::vector<FinishedObject> finished;
    while (std::optional<ObjectTask> task = listing->Next()) {
      keys.push_back(task->key);
      if (failing.contains(task->key)) listing->MarkFailed(*task);
      else finished.push_back({source_, task->day, ObjectKeyHash(task->key)});
    }
    EXPECT_TRUE(checkpoint_->Commit(finished, {"a", 1}, {"s", 1}).ok());
    EXPECT_TRUE(listing->Finish().ok());
    counters_ = listing->counters();
    return keys;
  }
  std::optional<std::int64_t> DoneDay(const std::string& account, const std::string& region) {
    return checkpoint_->EnsureStream(source_, account, region)->done_day;
  }

  TempFolder home_;
  std::unique_ptr<Checkpoint> checkpoint_;
  std::int64_t source_ = 0;
  MemoryStore store_;
  BucketSettings bucket_;
  ListingCounters counters_;
};

TEST_F(ListingTest, AccountsAndRegionsAreDiscoveredEachForItsOwn) {
  const std::vector<std::string> wanted = {Key(kOne, "eu-west-1", kToday, 1), Key(kOne, "us-east-1", kToday, 2),
                                           Key(kTwo, "ap-south-1", kToday, 3)};
  const TempFolder folder;
  for (const std::string& key : wanted) Put(key);
  // No accounts: 11 and 13 digits, letters, an organization, a file; no regions: digests; other services' folders.
  Put(Key("11112222333", "us-east-1", kToday));
  Put(Key("1111222233334", "us-east-1", kToday));
  Put(Key("11112222333x", "us-east-1", kToday));
  Put("AWSLogs/o-abc123/" + Key(kOne, "us-east-1", kToday).substr(8));
  Put("AWSLogs/111122223333");
  Put(std::string("AWSLogs/") + kOne + "/CloudTrail-Digest/us-east-1/2026/01/20/x.json.gz");
  Put(std::string("AWSLogs/") + kOne + "/Config/us-east-1/2026/01/20/x.json.gz");
  Put("other/" + Key(kOne, "us-east-1", kToday));
  for (const auto& [key, bytes] : store_.objects)
    if (key != "AWSLogs/111122223333") folder.Write(key, bytes);
  const auto whole = Begin();
  EXPECT_EQ(Keys(*whole), wanted);
  EXPECT_THAT(whole->accounts(), ElementsAre(kOne, kTwo));
  for (const StoreQuery& query : store_.queries)
    EXPECT_EQ(query.prefix.find(std::string(kTwo) + "/CloudTrail/us-east-1"), std::string::npos);

  FolderStore copy(folder.path());
  Listing listing({{&bucket_, &copy, source_}}, *checkpoint_, kToday, 2 * kDay);
  EXPECT_EQ(Keys(listing), wanted);
  EXPECT_EQ(listing.counters().failures, 0u);
}

std::string DigestKeyOf(const std::string& region, std::int64_t day, int hour) {
  std::string date = DayFolder(day);
  date.erase(std::remove(date.begin(), date.end(), '/'), date.end());
  char time[16];
  std::snprintf(time, sizeof time, "T%02d0030Z", hour);
  const std::string account = kOne;
  return "AWSLogs/" + account + "/CloudTrail-Digest/" + region + '/' + DayFolder(day) + '/' + account + "_CloudTrail-Digest_" +
         region + "_a_trail_us-east-1_" + date + time + ".json.gz";
}

// Each stands behind the logs of its time; those of the look-back only, each once.
TEST_F(ListingTest, DigestsComeBetweenTheLogs) {
  Put(Key(kOne, "us-east-1", kToday, 59));
  Put(Key(kOne, "us-east-1", kToday, 61));
  Put(Key(kTwo, "us-east-1", kToday, 30));
  for (const int hour : {1, 2}) Put(DigestKeyOf("us-east-1", kToday, hour));
  Put(DigestKeyOf("eu-west-1", kToday, 1));
  Put(DigestKeyOf("us-east-1", kToday - 2, 3));
  Put(DigestKeyOf("us-east-1", kToday - 3, 3));  // before the look-back
  Put(std::string("AWSLogs/") + kOne + "/CloudTrail-Digest/us-east-1/" + DayFolder(kToday) + "/other.json.gz");
  const auto pass = [&] {
    Listing listing({{&bucket_, &store_, source_}}, *checkpoint_, kToday, 2 * kDay, true);
    std::vector<std::string> keys;
    std::vector<FinishedObject> finished;
    while (std::optional<ObjectTask> task = listing.Next()) {
      const bool digest = task->key.find("Digest") != std::string::npos;
      EXPECT_EQ(task->digests_from, digest ? std::optional((kToday - 2) * kDay) : std::nullopt) << task->key;
      if (digest) EXPECT_EQ(task->account, kOne);
      keys.push_back(task->key);
      finished.push_back({source_, task->day, ObjectKeyHash(task->key)});
    }
    EXPECT_TRUE(checkpoint_->Commit(finished, {"a", 1}, {"s", 1}).ok());
    EXPECT_TRUE(listing.Finish().ok());
    return keys;
  };
  EXPECT_THAT(pass(), ElementsAre(DigestKeyOf("us-east-1", kToday - 2, 3), Key(kTwo, "us-east-1", kToday, 30),
                                  Key(kOne, "us-east-1", kToday, 59), DigestKeyOf("eu-west-1", kToday, 1),
                                  DigestKeyOf("us-east-1", kToday, 1), Key(kOne, "us-east-1", kToday, 61),
                                  DigestKeyOf("us-east-1", kToday, 2)));
  EXPECT_TRUE(pass().empty());
  Put(DigestKeyOf("us-east-1", kToday, 3));
  EXPECT_THAT(pass(), ElementsAre(DigestKeyOf("us-east-1", kToday, 3)));
  EXPECT_EQ(DoneDay(kOne, "CloudTrail-Digest/us-east-1"), kToday);
  // Named regions are those of the digests, too.
  Put(DigestKeyOf("us-east-1", kToday, 4));
  Put(DigestKeyOf("eu-west-1", kToday, 4));
  bucket_.regions = {"eu-west-1"};
  EXPECT_THAT(pass(), ElementsAre(DigestKeyOf("eu-west-1", kToday, 4)));
}

// What was read, and what no pass would read; not what the next one will.
TEST_F(ListingTest, ReadsAgain) {
  const std::string known = Key(kOne, "us-east-1", kToday - 1, 1);
  const std::string long_known = Key(kOne, "us-east-1", kToday - 9, 1);
  Put(known);
  Put(long_known);
  EXPECT_THAT(Pass(), ElementsAre(long_known, known));
  EXPECT_THAT(Pass(), IsEmpty());
  const std::string missed = Key(kOne, "us-east-1", kToday - 3, 2);
  const std::string before_all = Key(kOne, "us-east-1", kToday - 30, 2);
  const std::string next = Key(kOne, "us-east-1", kToday - 2, 3);
  const std::string other_region = Key(kOne, "eu-west-1", kToday - 5, 3);  // a pass begins there where its source began
  for (const std::string& key : {missed, before_all, next, other_region}) Put(key);
  const struct {
    std::int64_t from;
    std::vector<std::string> wanted;
    std::uint64_t left;
  } kCases[] = {
      {kToday - 40, {before_all, long_known, missed, known}, 2},
      {kToday - 9, {long_known, missed, known}, 2},
      {kToday - 8, {missed, known}, 2},
      {kToday - 1, {known}, 0},
      {kToday, {}, 0},
  };
  for (const auto& c : kCases) {
    const auto listing = Begin();
    listing->ReadAgainFrom(c.from);
    EXPECT_EQ(Keys(*listing), c.wanted) << kToday - c.from;
    EXPECT_EQ(listing->counters().left, c.left) << kToday - c.from;
  }
  // Passes go on as if nothing had been.
  EXPECT_THAT(Pass(), ElementsAre(other_region, next));
}

// Config writes no zeros, so that in byte order the 9th stands behind the 10th.
TEST_F(ListingTest, ConfigIsListedDayByDay) {
  bucket_.type = "config";
  const auto key = [](std::int64_t day) {
    return std::string("AWSLogs/") + kOne + "/Config/us-east-1/" + DayFolder(day, "config") + "/ConfigHistory/x.json.gz";
  };
  const std::int64_t tenth = DaysFromCivil(2026, 2, 10);
  source_ = *checkpoint_->EnsureSource("config", tenth - 1);
  for (const std::int64_t day : {tenth - 2, tenth - 1, tenth, tenth + 1}) Put(key(day));
  Put(Key(kOne, "us-east-1", tenth));
  EXPECT_THAT(Pass(tenth), ElementsAre(key(tenth - 1), key(tenth)));
  // Both days are within the look-back still; the eighth lies before the source began.
  Put(key(tenth - 1) + ".late");
  EXPECT_THAT(Pass(tenth + 1), ElementsAre(key(tenth - 1) + ".late", key(tenth + 1)));
  EXPECT_EQ(DoneDay(kOne, "us-east-1"), tenth + 1);
}

TEST_F(ListingTest, TypesWithoutAccountsAreListedByTheDateBehindThePath) {
  bucket_.type = "waf";
  bucket_.path = "logs/";
  source_ = *checkpoint_->EnsureSource("waf", kToday);
  Put("logs/2026/01/19/10/a");
  Put("logs/2026/01/20/10/b");
  Put("logs/other/c");
  Put("elsewhere/2026/01/20/d");
  EXPECT_THAT(Pass(), UnorderedElementsAre("logs/2026/01/20/10/b", "logs/other/c"));
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(DoneDay("", ""), kToday);
  EXPECT_THAT(Begin()->accounts(), IsEmpty());

  bucket_.type = "server_access";
  source_ = *checkpoint_->EnsureSource("access", kToday);
  store_.objects.clear();
  Put("logs/2026-01-19-23-59-59-A");
  Put("logs/2026-01-20-00-00-00-B");
  EXPECT_THAT(Pass(), ElementsAre("logs/2026-01-20-00-00-00-B"));
}

TEST_F(ListingTest, FindingsLieInAccountFoldersOrWhereFirehosePutsThem) {
  bucket_.type = "guardduty";
  Put("2026/01/20/10/by-firehose");
  EXPECT_THAT(Keys(*Begin()), ElementsAre("2026/01/20/10/by-firehose"));
  const std::string native = std::string("AWSLogs/") + kOne + "/GuardDuty/eu-west-1/2026/01/20/x.jsonl.gz";
  Put(native);
  EXPECT_THAT(Keys(*Begin()), ElementsAre(native));
}

TEST_F(ListingTest, AnEmptyBucketIsNoFailure) {
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(counters_.failures, 0u);
}

TEST_F(ListingTest, ConfiguredAccountsAndRegionsAreTakenAsTheyAre) {
  for (const char* account : {kOne, kTwo})
    for (const char* region : {"eu-west-1", "us-east-1"}) Put(Key(account, region, kToday));
  bucket_.account_ids = {kTwo, "777788889999"};
  EXPECT_THAT(Keys(*Begin()), ElementsAre(Key(kTwo, "eu-west-1", kToday), Key(kTwo, "us-east-1", kToday)));
  for (const StoreQuery& query : store_.queries) EXPECT_NE(query.prefix, "AWSLogs/");
  store_.queries.clear();
  bucket_.regions = {"ap-south-1", "us-east-1"};
  EXPECT_THAT(Keys(*Begin()), ElementsAre(Key(kTwo, "us-east-1", kToday)));
  for (const StoreQuery& query : store_.queries) EXPECT_EQ(query.delimiter, "") << query.prefix;
  bucket_.account_ids.clear();
  EXPECT_THAT(Keys(*Begin()), ElementsAre(Key(kOne, "us-east-1", kToday), Key(kTwo, "us-east-1", kToday)));
}

TEST_F(ListingTest, PathSuffixAndOrganizationStandWhereAwsPutsThem) {
  const std::string rest = Key(kOne, "us-east-1", kToday).substr(8);
  Put("AWSLogs/" + rest);
  Put("AWSLogs/o-abc123/" + rest);
  Put("p/AWSLogs/s/" + rest);
  Put("p/AWSLogs/s/o-abc123/" + rest);
  bucket_.organization_id = "o-abc123";
  EXPECT_THAT(Keys(*Begin()), ElementsAre("AWSLogs/o-abc123/" + rest));
  bucket_.path = "p/";
  bucket_.path_suffix = "s/";
  EXPECT_THAT(Keys(*Begin()), ElementsAre("p/AWSLogs/s/o-abc123/" + rest));
  bucket_.organization_id.clear();
  EXPECT_THAT(Keys(*Begin()), ElementsAre("p/AWSLogs/s/" + rest));
}

TEST_F(ListingTest, HistoryIsMergedByTheTimeInTheNames) {
  std::vector<std::string> wanted;
  int n = 0;
  for (std::int64_t day = kToday - 2; day <= kToday; ++day)
    for (int minute = 0; minute < 60; minute += 5, ++n)
      wanted.push_back(Key(n % 3 == 0 ? kTwo : kOne, n % 2 == 0 ? "us-east-1" : "eu-west-1", day, minute));
  for (const std::string& key : wanted) Put(key);
  store_.page_size = 4;
  const auto listing = Begin();
  std::vector<std::string> keys;
  while (std::optional<ObjectTask> task = listing->Next()) {
    EXPECT_EQ(task->account, ReadKey(task->key).account);
    EXPECT_EQ(task->name_time, *ReadKey(task->key).name_time);
    EXPECT_EQ(task->day, *ReadKey(task->key).day);
    EXPECT_EQ(task->size, 1u);
    keys.push_back(task->key);
  }
  EXPECT_EQ(keys, wanted);
  EXPECT_EQ(listing->counters().listed, wanted.size());
}

TEST_F(ListingTest, BeginsAtTheSourcesFirstDayAndAtOnlyLogsAfter) {
  for (std::int64_t day = kToday - 12; day <= kToday; ++day) Put(Key(kOne, "us-east-1", day));
  struct Case {
    std::optional<std::int64_t> only_after;
    std::int64_t first;
  };
  for (const Case& c : {Case{{}, kToday - 10}, Case{kToday - 12, kToday - 10}, Case{kToday - 10, kToday - 10},
                        Case{kToday - 9, kToday - 9}, Case{kToday, kToday}}) {
    bucket_.only_logs_after = c.only_after;
    const std::vector<std::string> keys = Keys(*Begin());
    ASSERT_FALSE(keys.empty());
    EXPECT_EQ(keys.front(), Key(kOne, "us-east-1", c.first));
    EXPECT_EQ(keys.size(), static_cast<std::size_t>(kToday - c.first + 1));
  }
  bucket_.only_logs_after = kToday + 1;
  EXPECT_THAT(Keys(*Begin()), IsEmpty());
}

TEST_F(ListingTest, WhatIsFinishedIsLeftOutAndCountedWithinTheLookBack) {
  for (std::int64_t day = kToday - 5; day <= kToday; ++day) Put(Key(kOne, "us-east-1", day));
  EXPECT_EQ(Pass().size(), 6u);
  EXPECT_EQ(counters_.known, 0u);
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(counters_.listed, 3u);  // today and two days back
  EXPECT_EQ(counters_.known, 3u);
  // The next day; one new object.
  Put(Key(kOne, "us-east-1", kToday + 1));
  EXPECT_THAT(Pass(kToday + 1), ElementsAre(Key(kOne, "us-east-1", kToday + 1)));
  EXPECT_EQ(counters_.listed, 4u);
  EXPECT_EQ(counters_.known, 3u);
  EXPECT_THAT(Pass(kToday + 1, 0), IsEmpty());
  EXPECT_EQ(counters_.listed, 1u);
  EXPECT_THAT(Pass(kToday + 1, kHour), IsEmpty());  // part of a day is a day
  EXPECT_EQ(counters_.listed, 2u);
}

TEST_F(ListingTest, ALateObjectIsFoundBeforeTheLastKeyAsFarAsTheLookBackReaches) {
  Put(Key(kOne, "us-east-1", kToday, 30, "m"));
  EXPECT_EQ(Pass().size(), 1u);
  Put(Key(kOne, "us-east-1", kToday, 30, "a"));
  Put(Key(kOne, "us-east-1", kToday, 5, "z"));
  Put(Key(kOne, "us-east-1", kToday - 2, 5));
  Put(Key(kOne, "us-east-1", kToday - 3, 5));  // too late
  EXPECT_THAT(Pass(), ElementsAre(Key(kOne, "us-east-1", kToday - 2, 5), Key(kOne, "us-east-1", kToday, 5, "z"),
                                  Key(kOne, "us-east-1", kToday, 30, "a")));
  EXPECT_EQ(counters_.known, 1u);
}

TEST_F(ListingTest, AfterDaysOfRestTheListingGoesOnWhereItStopped) {
  for (std::int64_t day = kToday - 9; day <= kToday + 6; ++day) Put(Key(kOne, "us-east-1", day));
  EXPECT_EQ(Pass(kToday - 1).size(), 16u);  // what a name says of the future does not matter
  Put(Key(kOne, "us-east-1", kToday - 3, 9));
  Put(Key(kOne, "us-east-1", kToday - 4, 9));
  EXPECT_THAT(Pass(kToday + 6), ElementsAre(Key(kOne, "us-east-1", kToday - 3, 9)));
}

TEST_F(ListingTest, AnAccountThatCannotBeListedDoesNotStopTheOthers) {
  Put(Key(kOne, "us-east-1", kToday));
  Put(Key(kTwo, "us-east-1", kToday));
  store_.failing[std::string("AWSLogs/") + kOne] = Status(Code::kDenied, "access denied");
  EXPECT_THAT(Pass(), ElementsAre(Key(kTwo, "us-east-1", kToday)));
  EXPECT_EQ(counters_.failures, 1u);
  EXPECT_EQ(counters_.local_failures, 0u);
  EXPECT_FALSE(DoneDay(kOne, "us-east-1").has_value());
  EXPECT_EQ(DoneDay(kTwo, "us-east-1"), kToday);
  store_.failing.clear();
  EXPECT_THAT(Pass(), ElementsAre(Key(kOne, "us-east-1", kToday)));
}

TEST_F(ListingTest, AFolderWithoutPermissionDoesNotStopTheOthers) {
  const TempFolder folder;
  for (const std::string& key : {Key(kOne, "us-east-1", kToday), Key(kTwo, "us-east-1", kToday), Key(kTwo, "eu-west-1", kToday)})
    folder.Write(key, "x");
  const std::string shut_account = folder / (std::string("AWSLogs/") + kOne);
  const std::string shut_region = folder / (std::string("AWSLogs/") + kTwo + "/CloudTrail/eu-west-1");
  chmod(shut_account.c_str(), 0);
  chmod(shut_region.c_str(), 0);
  {
    const AsNobody nobody;
    FolderStore copy(folder.path());
    Listing listing({{&bucket_, &copy, source_}}, *checkpoint_, kToday, 2 * kDay);
    EXPECT_THAT(Keys(listing), ElementsAre(Key(kTwo, "us-east-1", kToday)));
    EXPECT_EQ(listing.counters().failures, 2u);
    EXPECT_EQ(listing.counters().local_failures, 2u);
    // Which they are.
    ASSERT_EQ(listing.failures().size(), 2u);
    EXPECT_EQ(listing.failures()[0].account + '/' + listing.failures()[0].region, std::string(kOne) + '/');
    EXPECT_EQ(listing.failures()[1].account + '/' + listing.failures()[1].region, std::string(kTwo) + "/eu-west-1");
  }
  chmod(shut_account.c_str(), 0700);
  chmod(shut_region.c_str(), 0700);
}

TEST_F(ListingTest, ADaysFolderWithoutPermissionCostsItselfAndIsListedAgain) {
  const TempFolder folder;
  for (std::int64_t day = kToday - 8; day <= kToday; day += 4) folder.Write(Key(kOne, "us-east-1", day), "x");
  const std::string shut = folder / (DaysPrefix(bucket_, kOne, "us-east-1") + DayFolder(kToday - 4));
  chmod(shut.c_str(), 0);
  FolderStore copy(folder.path());
  {
    const AsNobody nobody;
    Listing listing({{&bucket_, &copy, source_}}, *checkpoint_, kToday, 2 * kDay);
    EXPECT_THAT(Keys(listing), ElementsAre(Key(kOne, "us-east-1", kToday - 8), Key(kOne, "us-east-1", kToday)));
    EXPECT_EQ(listing.counters().failures, 1u);
    EXPECT_EQ(listing.counters().local_failures, 1u);
    const Status done = listing.Finish();
    EXPECT_TRUE(done.ok()) << done.message();
  }
  EXPECT_FALSE(DoneDay(kOne, "us-east-1").has_value());
  chmod(shut.c_str(), 0700);
}

TEST_F(ListingTest, ABucketThatCannotBeListedDoesNotStopTheOthers) {
  MemoryStore broken("s3://broken/");
  broken.failing[""] = Status(Code::kAuth, "wrong secret");
  Put(Key(kOne, "us-east-1", kToday));
  BucketSettings other;
  Listing listing({{&other, &broken, *checkpoint_->EnsureSource("broken", kToday)}, {&bucket_, &store_, source_}}, *checkpoint_,
                  kToday, 2 * kDay);
  const std::optional<ObjectTask> task = listing.Next();
  ASSERT_TRUE(task.has_value());
  EXPECT_EQ(task->bucket, 1u);
  EXPECT_FALSE(listing.Next().has_value());
  EXPECT_EQ(listing.counters().failures, 1u);
  ASSERT_EQ(listing.failures().size(), 1u);
  EXPECT_EQ(listing.failures()[0].bucket, 0u);
  EXPECT_EQ(listing.failures()[0].account, "") << "all of it";
  EXPECT_NE(listing.failures()[0].reason.find("wrong secret"), std::string::npos);
}

TEST_F(ListingTest, ABrokenBucketDoesNotMakeTheOthersRememberForEver) {
  MemoryStore broken("s3://broken/");
  broken.failing[""] = Status(Code::kAuth, "wrong secret");
  BucketSettings other;
  const std::int64_t broken_source = *checkpoint_->EnsureSource("broken", kToday);
  const FinishedObject old{source_, kToday - 4, ObjectKeyHash("k")};
  const FinishedObject young{source_, kToday - 3, ObjectKeyHash("k")};
  const FinishedObject of_broken{broken_source, kToday - 9, ObjectKeyHash("k")};
  ASSERT_TRUE(checkpoint_->Commit({old, young, of_broken}, {"a", 1}, {"s", 1}).ok());
  Listing listing({{&other, &broken, broken_source}, {&bucket_, &store_, source_}}, *checkpoint_, kToday, 2 * kDay);
  EXPECT_THAT(Keys(listing), IsEmpty());
  ASSERT_TRUE(listing.Finish().ok());
  EXPECT_FALSE(*checkpoint_->IsFinished(old));
  EXPECT_TRUE(*checkpoint_->IsFinished(young));
  EXPECT_TRUE(*checkpoint_->IsFinished(of_broken));
}

TEST_F(ListingTest, EveryPageIsAskedFor) {
  std::vector<std::string> wanted;
  for (int minute = 0; minute < 50; minute += 5) wanted.push_back(Key(kOne, "us-east-1", kToday, minute));
  for (int region = 0; region < 7; ++region) wanted.push_back(Key(kTwo, "r-" + std::to_string(region), kToday, 60 + region));
  for (const std::string& key : wanted) Put(key);
  store_.page_size = 3;
  EXPECT_EQ(Keys(*Begin()), wanted);
  for (const StoreQuery& query : store_.queries) EXPECT_LE(query.max_keys, 1000);
}

TEST_F(ListingTest, AFailureAmongPagesKeepsWhatCameAndTheDayItBeganAt) {
  for (int minute = 0; minute < 50; minute += 5) Put(Key(kOne, "us-east-1", kToday - 5, minute));
  Put(Key(kOne, "eu-west-1", kToday));
  store_.page_size = 4;
  store_.failing[std::string("AWSLogs/") + kOne + "/CloudTrail/us-east-1"] = Status(Code::kUnavailable, "no answer");
  store_.pages_before_failure = 2;
  EXPECT_EQ(Pass().size(), 9u);
  EXPECT_EQ(counters_.failures, 1u);
  EXPECT_FALSE(DoneDay(kOne, "us-east-1").has_value());
  EXPECT_EQ(DoneDay(kOne, "eu-west-1"), kToday);
  store_.failing.clear();
  EXPECT_THAT(Pass(kToday + 4), ElementsAre(Key(kOne, "us-east-1", kToday - 5, 40), Key(kOne, "us-east-1", kToday - 5, 45)));
  EXPECT_EQ(DoneDay(kOne, "us-east-1"), kToday + 4);
}

TEST_F(ListingTest, ABranchOfWhichAnObjectFailedIsListedFromTheSameDayAgain) {
  const std::string failing = Key(kOne, "us-east-1", kToday - 8);
  Put(failing);
  Put(Key(kOne, "us-east-1", kToday));
  Put(Key(kTwo, "us-east-1", kToday));
  EXPECT_EQ(Pass(kToday, 2 * kDay, {failing}).size(), 3u);
  EXPECT_FALSE(DoneDay(kOne, "us-east-1").has_value());
  EXPECT_EQ(DoneDay(kTwo, "us-east-1"), kToday);
  // Days later and beyond the look-back it comes again, and only it.
  EXPECT_THAT(Pass(kToday + 3, 2 * kDay, {failing}), ElementsAre(failing));
  EXPECT_THAT(Pass(kToday + 3), ElementsAre(failing));
  EXPECT_EQ(DoneDay(kOne, "us-east-1"), kToday + 3);
  EXPECT_THAT(Pass(kToday + 3), IsEmpty());
}

TEST_F(ListingTest, APassThatIsNotFinishedBeginsTheNextOneAtTheSameDay) {
  Put(Key(kOne, "us-east-1", kToday - 9));
  EXPECT_EQ(Keys(*Begin()).size(), 1u);
  EXPECT_FALSE(DoneDay(kOne, "us-east-1").has_value());
  EXPECT_EQ(Keys(*Begin(kToday + 5)).size(), 1u);
}

TEST_F(ListingTest, AskedToStopIsNoFailure) {
  Put(Key(kOne, "us-east-1", kToday));
  store_.failing[""] = Status(Code::kCancelled, "cancelled");
  EXPECT_THAT(Pass(), IsEmpty());
  EXPECT_EQ(counters_.failures, 0u);
}

TEST_F(ListingTest, AnObjectOutsideADaysFolderIsReadOnce) {
  const std::string odd = std::string("AWSLogs/") + kOne + "/CloudTrail/us-east-1/odd name.json.gz";
  const std::string folder_mark = std::string("AWSLogs/") + kOne + "/CloudTrail/us-east-1/2026/01/20/";
  Put(odd);
  Put(folder_mark);
  EXPECT_THAT(Pass(), ElementsAre(odd));
  for (std::int64_t day = kToday; day < kToday + 5; ++day) EXPECT_THAT(Pass(day), IsEmpty()) << day - kToday;
  EXPECT_EQ(counters_.known, 1u);
}

}  // namespace
}  // namespace trailsift
