#include "pipeline/object_flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/pipeline_testing.h"

namespace trailsift {
namespace {

constexpr std::chrono::milliseconds kPatience(20);

// Shared by the stores below: what was asked for, and a way to wait for it.
class TestStore : public ObjectStore {
 public:
  Result<StorePage> List(const StoreQuery& /*query*/) override { return StorePage{}; }
  Result<std::string> Get(const std::string& key) override {
    Asked();
    return Answer(key);
  }
  void GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) override {
    Asked();
    done(Answer(key));
  }
  Status Delete(const std::string& /*key*/) override { return Status::Ok(); }
  std::string name() const override { return "made/"; }
  bool local() const override { return true; }

  // Key 7 holds the record `id-7`; 5 is not there.
  static Result<std::string> Answer(const std::string& key) {
    if (key == "5") return Status(Code::kNotFound, "gone");
    return MakeObject({{.id = "id-" + key}});
  }
  void Asked() {
    std::lock_guard lock(mutex_);
    ++asked_;
    changed_.notify_all();
  }
  int asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  void WaitUntilAsked(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= count; });
  }

 protected:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
};

// Holds the first object back until `others` further ones were asked for.
class SlowFirstStore : public TestStore {
 public:
  explicit SlowFirstStore(int others) : others_(others) {}
  Result<std::string> Get(const std::string& key) override {
    Asked();
    if (key == "0") WaitUntilAsked(1 + others_);
    return Answer(key);
  }

 private:
  int others_;
};

// Answers from a thread of its own, the newest request first, once `at_once` of them wait or ServeAll was called.
class ThreadStore : public TestStore {
 public:
  explicit ThreadStore(std::size_t at_once) : at_once_(at_once), thread_([this](const std::stop_token& stop) { Serve(stop); }) {}
  ~ThreadStore() override { thread_.request_stop(); }

  void GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) override {
    std::lock_guard lock(mutex_);
    waiting_.emplace_back(key, std::move(done));
    ++asked_;
    changed_.notify_all();
    more_.notify_all();
  }
  bool local() const override { return false; }
  void ServeAll() {
    std::lock_guard lock(mutex_);
    at_once_ = 1;
    more_.notify_all();
  }

 private:
  void Serve(const std::stop_token& stop) {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (!more_.wait(lock, stop, [&] { return !waiting_.empty() && waiting_.size() >= at_once_; })) return;
      auto [key, done] = std::move(waiting_.back());
      waiting_.pop_back();
      lock.unlock();
      done(Answer(key));
    }
  }

  std::size_t at_once_;
  std::condition_variable_any more_;
  std::deque<std::pair<std::string, std::function<void(Result<std::string>)>>> waiting_;
  std::jthread thread_;
};

class ObjectFlowTest : public PipelineTest {
 protected:
  // Names the objects 0, 1, 2 …, `count` of them.
  std::function<std::optional<FlowObject>()> Objects(ObjectStore& store, int count, std::uint64_t size = 0) {
    return [this, &store, count, size, n = 0]() mutable -> std::optional<FlowObject> {
      if (n == count) return std::nullopt;
      FlowObject object;
      object.store = &store;
      object.key = std::to_string(n);
      object.tag = static_cast<std::uint64_t>(n);
      object.size = size;
      object.envelope = envelope_;
      ++n;
      return object;
    };
  }
  static FlowOptions Options(unsigned threads, std::size_t max_objects = 512, std::size_t max_bytes = 48u << 20) {
    FlowOptions options;
    options.threads = threads;
    options.max_objects = max_objects;
    options.max_bytes = max_bytes;
    return options;
  }
  // All reports; each is checked to be the right object's.
  static int Drain(ObjectFlow& flow, int first = 0) {
    int n = first;
    FlowReport report;
    for (;;) {
      const ObjectFlow::State state = flow.Next(report, kPatience);
      if (state == ObjectFlow::State::kEnd) return n;
      if (state == ObjectFlow::State::kWaiting) continue;
      EXPECT_EQ(report.object.tag, static_cast<std::uint64_t>(n));
      if (n == 5) {
        EXPECT_EQ(report.fetch.code(), Code::kNotFound);
        EXPECT_TRUE(report.report.records.empty());
      } else {
        EXPECT_TRUE(report.fetch.ok()) << report.fetch.message();
        EXPECT_EQ(report.report.findings.empty() ? "" : report.report.findings[0].event_id, "id-" + std::to_string(n));
      }
      ++n;
    }
  }
};

TEST_F(ObjectFlowTest, ReportsComeInOrderWhateverTakesLong) {
  SlowFirstStore store(20);
  ObjectFlow flow(Options(4), options_, Objects(store, 50));
  EXPECT_EQ(Drain(flow), 50);
  FlowReport report;
  EXPECT_EQ(flow.Next(report, kPatience), ObjectFlow::State::kEnd);
}

TEST_F(ObjectFlowTest, NothingToReadIsTheEnd) {
  TestStore store;
  ObjectFlow flow(Options(2), options_, Objects(store, 0));
  EXPECT_EQ(Drain(flow), 0);
}

TEST_F(ObjectFlowTest, AnotherThreadsAnswersInAnyOrderAreSortedBack) {
  ThreadStore store(1000);
  ObjectFlow flow(Options(4), options_, Objects(store, 64));
  store.WaitUntilAsked(64);
  store.ServeAll();
  EXPECT_EQ(Drain(flow), 64);
}

TEST_F(ObjectFlowTest, WhatIsAtHandIsNotFetched) {
  TestStore store;
  ObjectFlow flow(Options(2), options_, [next = Objects(store, 20)]() -> std::optional<FlowObject> {
    std::optional<FlowObject> object = next();
    if (object && object->tag % 2 == 0) {
      object->store = nullptr;
      object->bytes = MakeObject({{.id = "id-" + object->key}});
    }
    return object;
  });
  EXPECT_EQ(Drain(flow), 20);
  EXPECT_EQ(store.asked(), 10);
}

TEST_F(ObjectFlowTest, WaitingIsSaidWhenNothingCame) {
  ThreadStore store(1000);
  ObjectFlow flow(Options(1), options_, Objects(store, 3));
  FlowReport report;
  EXPECT_EQ(flow.Next(report, kPatience), ObjectFlow::State::kWaiting);
  store.ServeAll();
  EXPECT_EQ(Drain(flow), 3);
}

// A store that notes how many objects were asked for beyond those that the test has begun to take.
class CountingStore : public TestStore {
 public:
  explicit CountingStore(bool local) : local_(local) {}
  bool local() const override { return local_; }
  Result<std::string> Get(const std::string& key) override {
    Note();
    return TestStore::Get(key);
  }
  void GetAsync(const std::string& key, std::uint64_t size, std::function<void(Result<std::string>)> done) override {
    Note();
    TestStore::GetAsync(key, size, std::move(done));
  }
  std::atomic<int> taking{0};
  std::atomic<int> most{0};

 private:
  void Note() {
    const int under_way = ++begun_ - taking;
    int most_before = most;
    while (under_way > most_before && !most.compare_exchange_weak(most_before, under_way)) {
    }
  }
  bool local_;
  std::atomic<int> begun_{0};
};

TEST_F(ObjectFlowTest, WhatIsUnderWayIsBounded) {
  struct Case {
    std::size_t max_objects;
    std::size_t max_bytes;
    std::uint64_t size;
    int most;
  };
  for (const bool local : {true, false})
    for (const Case& c :
         {Case{4, 48u << 20, 0, 4}, Case{512, 25'000, 10'000, 2}, Case{512, 25'000, 100'000, 1}, Case{512, 8192, 1, 2}}) {
      CountingStore store(local);
      ObjectFlow flow(Options(4, c.max_objects, c.max_bytes), options_, Objects(store, 40, c.size));
      store.WaitUntilAsked(c.most);
      int taken = 0;
      for (bool end = false; !end;) {
        ++store.taking;
        FlowReport report;
        ObjectFlow::State state;
        while ((state = flow.Next(report, kPatience)) == ObjectFlow::State::kWaiting) {
        }
        end = state == ObjectFlow::State::kEnd;
        taken += end ? 0 : 1;
      }
      EXPECT_EQ(taken, 40);
      EXPECT_LE(store.most, c.most) << c.max_objects << ' ' << c.max_bytes << ' ' << c.size << ' ' << local;
      EXPECT_GT(store.most, 0);
    }
}

TEST_F(ObjectFlowTest, AfterStopFeedingWhatIsUnderWayStillComes) {
  TestStore store;
  std::atomic<int> named{0};
  auto objects = Objects(store, 1'000'000);
  ObjectFlow flow(Options(2, 8), options_, [&] {
    ++named;
    return objects();
  });
  FlowReport report;
  for (std::uint64_t n = 0; n < 3;) {
    if (flow.Next(report, kPatience) != ObjectFlow::State::kReport) continue;
    EXPECT_EQ(report.object.tag, n++);
  }
  flow.StopFeeding();
  const int end = Drain(flow, 3);
  EXPECT_GE(end, 3);
  EXPECT_LE(end, named);
  EXPECT_LE(named, 3 + 8 + 1);
}

// One flow after another over the same objects, each with other rules: every object is in exactly one of them, in order.
TEST_F(ObjectFlowTest, WhatOneFlowLeavesOutTheNextOneTakes) {
  Diagnostics diagnostics;
  const std::string text = kPipelineRules;
  AnalyzerOptions other = options_;
  other.rules = RuleSet::LoadTexts({{"test.xml", text}}, {}, diagnostics);
  other.MakePlans();
  TestStore store;
  constexpr int kCount = 400;
  auto objects = Objects(store, kCount);
  std::optional<FlowObject> unfed;
  int taken = 0;
  int flows = 0;
  std::size_t handed_over = 0;
  while (taken < kCount) {
    ++flows;
    const AnalyzerOptions& analyzer = flows % 2 == 0 ? other : options_;
    ObjectFlow flow(Options(3, 4), analyzer, [&] { return unfed ? std::exchange(unfed, std::nullopt) : objects(); });
    FlowReport report;
    int here = 0;
    for (;;) {
      const ObjectFlow::State state = flow.Next(report, kPatience);
      if (state == ObjectFlow::State::kEnd) break;
      if (state == ObjectFlow::State::kWaiting) continue;
      EXPECT_EQ(report.object.tag, static_cast<std::uint64_t>(taken));
      for (const Finding& finding : report.report.findings)
        EXPECT_EQ(finding.alternatives.back().result, analyzer.rules->Find(101)) << "by the rules of its flow";
      ++taken;
      if (++here == 5) flow.StopFeeding();
    }
    unfed = flow.TakeUnfed();
    handed_over += unfed ? 1 : 0;
    EXPECT_FALSE(flow.TakeUnfed());
  }
  EXPECT_EQ(taken, kCount);
  EXPECT_GT(flows, 10);
  EXPECT_GT(handed_over, 0u);
}

TEST_F(ObjectFlowTest, ADamagedObjectKeepsItsBytesAndASoundOneDoesNot) {
  class DamagedStore : public TestStore {
   public:
    Result<std::string> Get(const std::string& key) override {
      return key == "0" ? Result<std::string>("{\"Other\":1}") : Answer(key);
    }
  } store;
  ObjectFlow flow(Options(1), options_, Objects(store, 2));
  FlowReport report;
  while (flow.Next(report, kPatience) == ObjectFlow::State::kWaiting) {
  }
  EXPECT_FALSE(report.report.object_fault.ok());
  EXPECT_EQ(report.bytes, "{\"Other\":1}");
  while (flow.Next(report, kPatience) == ObjectFlow::State::kWaiting) {
  }
  EXPECT_TRUE(report.report.object_fault.ok());
  EXPECT_EQ(report.bytes, "");
}

TEST_F(ObjectFlowTest, CanBeDestroyedInTheMiddle) {
  for (int taken = 0; taken < 6; ++taken) {
    SlowFirstStore slow(3);
    ObjectFlow flow(Options(4, 16), options_, Objects(slow, 1000));
    FlowReport report;
    slow.WaitUntilAsked(4);
    for (int n = 0; n < taken;) n += flow.Next(report, kPatience) == ObjectFlow::State::kReport ? 1 : 0;
  }
}

TEST_F(ObjectFlowTest, ItsEndWaitsForRequestsThatStillCallBack) {
  for (int round = 0; round < 10; ++round) {
    ThreadStore store(1000);
    std::jthread answering;
    {
      ObjectFlow flow(Options(2, 16), options_, Objects(store, 1000));
      store.WaitUntilAsked(16);
      answering = std::jthread([&] { store.ServeAll(); });
    }
  }
}

}  // namespace
}  // namespace trailsift
