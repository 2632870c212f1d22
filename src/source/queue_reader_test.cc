// The bookkeeping of messages, over a queue in memory that hides, gives out again and refuses to order. Real queues: tests/integration.
#include "source/queue_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <thread>

#include "source/queue_set.h"

namespace trailsift {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What is asked of it waits until the test answers.
class MadeQueue : public MessageQueue {
 public:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void(Result<std::vector<QueueMessage>>)>> receives;
    std::vector<std::vector<std::string>> deleted;
    std::vector<std::pair<std::vector<std::string>, seconds>> hidden;
    std::deque<std::function<void()>> later;
    Status delete_answer;
    bool delete_waits = false;  // until AnswerDelete
    std::deque<std::function<void(Status)>> deletes;
    bool ended = false;
  };
  explicit MadeQueue(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void Receive(seconds /*wait*/, seconds /*hidden*/, std::function<void(Result<std::vector<QueueMessage>>)> done) override {
    std::lock_guard lock(state_->mutex);
    state_->receives.push_back(std::move(done));
    state_->changed.notify_all();
  }
  void Delete(const std::vector<std::string>& receipts, std::function<void(Status)> done) override {
    Status answer;
    {
      std::lock_guard lock(state_->mutex);
      state_->deleted.push_back(receipts);
      answer = state_->delete_answer;
      if (state_->delete_waits) return state_->deletes.push_back(std::move(done));
    }
    done(answer);
  }
  void Hide(const std::vector<std::string>& receipts, seconds hidden, std::function<void(Status)> done) override {
    {
      std::lock_guard lock(state_->mutex);
      state_->hidden.emplace_back(receipts, hidden);
    }
    done(Status::Ok());
  }
  void After(milliseconds /*delay*/, std::function<void()> task) override {
    std::lock_guard lock(state_->mutex);
    if (!state_->ended) state_->later.push_back(std::move(task));
  }
  void Cancel() override {
    std::lock_guard lock(state_->mutex);
    state_->ended = true;
  }
  std::string name() const override { return "made"; }

 private:
  std::shared_ptr<State> state_;
};

std::string Body(const std::string& key) { return R"({"s3Bucket":"trail","s3ObjectKey":[")" + key + "\"]}"; }

class QueueReaderTest : public testing::Test {
 protected:
  void Make(QueueReaderOptions options = {}) {
    reader_ = std::make_unique<QueueReader>(std::make_unique<MadeQueue>(state_), options, [this] { ++changes_; });
    reader_->SetWanted(true);
  }
  std::size_t receives() {
    std::lock_guard lock(state_->mutex);
    return state_->receives.size();
  }
  // Answers the oldest receive.
  void Give(Result<std::vector<QueueMessage>> messages) {
    std::function<void(Result<std::vector<QueueMessage>>)> done;
    {
      std::lock_guard lock(state_->mutex);
      ASSERT_FALSE(state_->receives.empty());
      done = std::move(state_->receives.front());
      state_->receives.pop_front();
    }
    done(std::move(messages));
  }
  // Answers the oldest deletion.
  void AnswerDelete() {
    std::function<void(Status)> done;
    {
      std::lock_guard lock(state_->mutex);
      ASSERT_FALSE(state_->deletes.empty());
      done = std::move(state_->deletes.front());
      state_->deletes.pop_front();
    }
    done(Status::Ok());
  }
  void RunLater() {
    std::function<void()> task;
    {
      std::lock_guard lock(state_->mutex);
      ASSERT_FALSE(state_->later.empty());
      task = std::move(state_->later.front());
      state_->later.pop_front();
    }
    task();
  }
  std::vector<std::string> Deleted() {
    std::vector<std::string> all;
    for (const auto& batch : state_->deleted) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }

  std::shared_ptr<MadeQueue::State> state_ = std::make_shared<MadeQueue::State>();
  std::atomic<int> changes_{0};
  std::unique_ptr<QueueReader> reader_;
};

using Strings = std::vector<std::string>;

TEST_F(QueueReaderTest, AMessageGoesWhenAllOfItsObjectsAreDone) {
  Make();
  Give(std::vector<QueueMessage>{{"1", "r1", R"({"s3Bucket":"trail","s3ObjectKey":["a","b"]})", 5}});
  const auto first = reader_->Next();
  const auto second = reader_->Next();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(reader_->Next());
  EXPECT_EQ(first->object.key, "a");
  EXPECT_EQ(second->object.key, "b");
  EXPECT_EQ(second->sent, 5);
  reader_->Finish(first->message, false);
  EXPECT_EQ(Deleted(), Strings());
  reader_->Finish(second->message, false);
  EXPECT_EQ(Deleted(), Strings{"r1"});
  EXPECT_EQ(reader_->counters().deleted, 1u);
}

TEST_F(QueueReaderTest, AMessageWithAFailureStays) {
  Make();
  Give(std::vector<QueueMessage>{{"1", "r1", R"({"s3Bucket":"trail","s3ObjectKey":["a","b"]})", 0}, {"2", "r2", Body("c"), 0}});
  const auto a = reader_->Next();
  const auto b = reader_->Next();
  const auto c = reader_->Next();
  reader_->Finish(a->message, true);
  reader_->Finish(b->message, false);
  reader_->Finish(c->message, false);
  EXPECT_EQ(Deleted(), Strings{"r2"});
  EXPECT_EQ(reader_->counters().failed, 1u);
  // It is let go: the next time it is a message like any other.
  Give(std::vector<QueueMessage>{{"1", "r3", Body("a"), 0}});
  reader_->Finish(reader_->Next()->message, false);
  EXPECT_EQ(Deleted(), (Strings{"r2", "r3"}));
}

TEST_F(QueueReaderTest, GivenOutAgainWhileItIsHeld) {
  Make();
  Give(std::vector<QueueMessage>{{"1", "old", Body("a"), 0}});
  const auto object = reader_->Next();
  Give(std::vector<QueueMessage>{{"1", "new", Body("a"), 0}});
  EXPECT_FALSE(reader_->Next());
  reader_->Finish(object->message, false);
  EXPECT_EQ(Deleted(), Strings{"new"});
  EXPECT_EQ(reader_->counters().received, 2u);
}

// Full batches go side by side, a rest waits for one of them.
TEST_F(QueueReaderTest, SeveralBatchesAreDeletedAtOnce) {
  QueueReaderOptions options;
  options.deletions = 2;
  state_->delete_waits = true;
  Make(options);
  std::vector<QueueMessage> messages;
  for (int i = 0; i < 34; ++i) messages.push_back({std::to_string(i), "r" + std::to_string(i), Body("a"), 0});
  Give(std::move(messages));
  while (const auto object = reader_->Next()) reader_->Finish(object->message, false);
  const auto sizes = [this] {
    std::vector<std::size_t> all;
    for (const Strings& batch : state_->deleted) all.push_back(batch.size());
    return all;
  };
  // The first goes at once, a full one beside it.
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{1, 10}));
  AnswerDelete();
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{1, 10, 10}));
  AnswerDelete();
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{1, 10, 10, 10}));
  AnswerDelete();
  EXPECT_EQ(sizes().size(), 4u);
  AnswerDelete();
  EXPECT_EQ(sizes(), (std::vector<std::size_t>{1, 10, 10, 10, 3}));
  AnswerDelete();
  EXPECT_EQ(reader_->counters().deleted, 34u);
  EXPECT_EQ(Deleted().size(), 34u);
}

TEST_F(QueueReaderTest, StateOfWhatIsHeld) {
  Make();
  EXPECT_FALSE(reader_->state().oldest_sent);
  Give(std::vector<QueueMessage>{{"1", "r1", Body("a"), 7000}, {"2", "r2", Body("b"), 5000}, {"3", "r3", Body("c"), 0}});
  EXPECT_EQ(reader_->state().name, "made");
  EXPECT_EQ(reader_->state().held, 3u);
  EXPECT_EQ(reader_->state().oldest_sent, 5000);
  EXPECT_GT(reader_->state().age_at_receipt.value_or(0), kDay);
  const auto first = reader_->Next();
  const auto second = reader_->Next();
  reader_->Finish(second->message, false);
  EXPECT_EQ(reader_->state().held, 2u);
  EXPECT_EQ(reader_->state().oldest_sent, 7000);
  reader_->Finish(first->message, false);
  EXPECT_FALSE(reader_->state().oldest_sent);  // the third does not say
}

TEST_F(QueueReaderTest, TestMessagesGoAndUnknownOnesStay) {
  Make();
  Give(std::vector<QueueMessage>{{"1", "r1", R"({"Event":"s3:TestEvent"})", 0}, {"2", "r2", "hello", 0}});
  EXPECT_FALSE(reader_->Next());
  EXPECT_EQ(Deleted(), Strings{"r1"});
  EXPECT_EQ(reader_->counters().unknown, 1u);
  EXPECT_EQ(reader_->counters().nothing, 1u);
}

TEST_F(QueueReaderTest, NoMoreIsReceivedThanMayBeHeld) {
  QueueReaderOptions options;
  options.receives = 2;
  options.max_held = 20;
  Make(options);
  EXPECT_EQ(receives(), 2u);
  for (int n = 0; n < 2; ++n) {
    std::vector<QueueMessage> ten;
    for (int i = 0; i < 10; ++i) ten.push_back({std::to_string(10 * n + i), "r" + std::to_string(10 * n + i), Body("k"), 0});
    Give(std::move(ten));
  }
  EXPECT_EQ(receives(), 0u);
  for (int i = 0; i < 9; ++i) reader_->Finish(reader_->Next()->message, false);
  EXPECT_EQ(receives(), 0u);
  reader_->Finish(reader_->Next()->message, false);
  EXPECT_EQ(receives(), 1u);
}

TEST_F(QueueReaderTest, WhatIsHeldIsHiddenAgainInBatches) {
  QueueReaderOptions options;
  options.hidden = seconds(0);  // always due
  Make(options);
  for (int n = 0; n < 2; ++n) {
    std::vector<QueueMessage> some;
    for (int i = 0; i < 6; ++i) some.push_back({std::to_string(6 * n + i), "r" + std::to_string(6 * n + i), Body("k"), 0});
    Give(std::move(some));
  }
  RunLater();
  ASSERT_EQ(state_->hidden.size(), 2u);
  EXPECT_EQ(state_->hidden[0].first.size(), 10u);
  EXPECT_EQ(state_->hidden[1].first, (Strings{"r10", "r11"}));
  EXPECT_EQ(state_->later.size(), 1u);
}

TEST_F(QueueReaderTest, AFailedReceiveIsTriedAgainLater) {
  QueueReaderOptions options;
  options.receives = 1;
  Make(options);
  Give(Status(Code::kUnavailable, "queue made: busy"));
  EXPECT_EQ(receives(), 0u);
  EXPECT_EQ(reader_->counters().failures, 1u);
  RunLater();  // the renewal
  RunLater();
  EXPECT_EQ(receives(), 1u);
}

TEST_F(QueueReaderTest, NotWantedMeansNotAsked) {
  QueueReaderOptions options;
  options.receives = 1;
  Make(options);
  reader_->SetWanted(false);
  Give(std::vector<QueueMessage>{{"1", "r1", Body("a"), 0}});
  EXPECT_EQ(receives(), 0u);
  EXPECT_TRUE(reader_->Next());
  reader_->SetWanted(true);
  EXPECT_EQ(receives(), 1u);
}

TEST_F(QueueReaderTest, DrainedIsSaidWhenNothingIsUnderWay) {
  QueueReaderOptions options;
  options.receives = 2;
  options.drain = true;
  Make(options);
  Give(std::vector<QueueMessage>{});
  EXPECT_FALSE(reader_->drained());
  // The other receive brings something after all.
  Give(std::vector<QueueMessage>{{"1", "r1", Body("a"), 0}});
  const auto object = reader_->Next();
  Give(std::vector<QueueMessage>{});
  EXPECT_FALSE(reader_->drained());
  reader_->Finish(object->message, false);
  EXPECT_EQ(receives(), 0u);
  EXPECT_TRUE(reader_->drained());
}

TEST_F(QueueReaderTest, TheEndGivesBackWhatIsHeld) {
  Make();
  Give(std::vector<QueueMessage>{{"1", "r1", Body("a"), 0}, {"2", "r2", Body("b"), 0}});
  reader_->Finish(reader_->Next()->message, false);
  reader_ = nullptr;
  ASSERT_EQ(state_->hidden.size(), 1u);
  EXPECT_EQ(state_->hidden[0].first, Strings{"r2"});
  EXPECT_LE(state_->hidden[0].second, seconds(3));
}

TEST(QueueSet, WaitsForAnyOfThem) {
  const auto one = std::make_shared<MadeQueue::State>();
  const auto two = std::make_shared<MadeQueue::State>();
  QueueSet set;
  set.Add(std::make_unique<MadeQueue>(one), {});
  set.Add(std::make_unique<MadeQueue>(two), {});
  set.SetWanted(true);
  std::thread giver([&] {
    std::unique_lock lock(two->mutex);
    two->changed.wait(lock, [&] { return !two->receives.empty(); });
    auto done = std::move(two->receives.front());
    two->receives.pop_front();
    lock.unlock();
    done(std::vector<QueueMessage>{{"1", "r1", Body("a"), 0}});
  });
  const auto item = set.Next(INT64_MAX, {});
  giver.join();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->queue, 1u);
  EXPECT_EQ(item->object.object.key, "a");
  set.Finish(item->ticket, false);
  EXPECT_EQ(two->deleted.size(), 1u);
  EXPECT_TRUE(one->deleted.empty());

  // Its ends, each at once.
  set.Interrupt();
  EXPECT_FALSE(set.Next(INT64_MAX, {}));
  EXPECT_FALSE(set.Next(0, {}));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(set.Next(INT64_MAX, stop.get_token()));
}

}  // namespace
}  // namespace trailsift
