#include "base/queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

namespace trailsift {
namespace {

TEST(BoundedQueue, FirstInFirstOut) {
  BoundedQueue<int> queue(100);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push(i, 1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(queue.Pop(), i);
}

TEST(BoundedQueue, MovesWhatOnlyMoves) {
  BoundedQueue<std::unique_ptr<int>> queue(10);
  EXPECT_TRUE(queue.Push(std::make_unique<int>(7), 4));
  EXPECT_EQ(**queue.Pop(), 7);
}

TEST(BoundedQueue, ClosedGivesWhatIsLeftThenNothing) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1));
  queue.Close();
  EXPECT_FALSE(queue.Push(2, 1));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, AnItemAboveTheCapacityPassesAlone) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 1000));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_TRUE(queue.Push(2, 1000));
  EXPECT_EQ(queue.Pop(), 2);
}

// The writer counts what it has put in after Push came back, the reader what it is about to take: the difference never exceeds the
// capacity by more than the one item that was let in.
TEST(BoundedQueue, AFullQueueHoldsItsWriterBack) {
  constexpr int kItems = 2000;
  BoundedQueue<int> queue(10);
  std::atomic<int> taken = 0;
  std::atomic<int> most = 0;
  std::jthread writer([&] {
    for (int i = 0; i < kItems; ++i) {
      EXPECT_TRUE(queue.Push(i, 3));
      const int ahead = i + 1 - taken.load();
      if (ahead > most.load()) most = ahead;
    }
    queue.Close();
  });
  int expected = 0;
  while (const std::optional<int> item = queue.Pop()) {
    taken.fetch_add(1);
    ASSERT_EQ(*item, expected++);
  }
  EXPECT_EQ(expected, kItems);
  EXPECT_LE(most.load(), 3 + 1);  // three fit; one may be out but not yet counted
}

TEST(BoundedQueue, StopWakesAWaitingReader) {
  BoundedQueue<int> queue(10);
  std::stop_source stop;
  std::jthread reader([&] { EXPECT_EQ(queue.Pop(stop.get_token()), std::nullopt); });
  stop.request_stop();
}

TEST(BoundedQueue, StopWakesAWaitingWriter) {
  BoundedQueue<int> queue(10);
  EXPECT_TRUE(queue.Push(1, 10));
  std::stop_source stop;
  std::jthread writer([&] { EXPECT_FALSE(queue.Push(2, 10, stop.get_token())); });
  stop.request_stop();
  writer.join();
  EXPECT_EQ(queue.Pop(), 1);
}

TEST(BoundedQueue, CloseWakesAWaitingWriterAndReader) {
  BoundedQueue<int> full(10);
  EXPECT_TRUE(full.Push(1, 10));
  BoundedQueue<int> empty(10);
  std::jthread writer([&] { EXPECT_FALSE(full.Push(2, 10)); });
  std::jthread reader([&] { EXPECT_EQ(empty.Pop(), std::nullopt); });
  full.Close();
  empty.Close();
}

TEST(BoundedQueue, ManyWritersAndReadersLoseAndDoubleNothing) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  BoundedQueue<int> queue(20);
  std::vector<std::atomic<int>> seen(kThreads * kEach);
  {
    std::vector<std::jthread> readers;
    for (int t = 0; t < kThreads; ++t)
      readers.emplace_back([&] {
        while (const std::optional<int> item = queue.Pop()) seen[static_cast<std::size_t>(*item)].fetch_add(1);
      });
    std::vector<std::jthread> writers;
    for (int t = 0; t < kThreads; ++t)
      writers.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) EXPECT_TRUE(queue.Push(t * kEach + i, static_cast<std::size_t>(1 + i % 7)));
      });
    writers.clear();
    queue.Close();
  }
  for (const std::atomic<int>& count : seen) ASSERT_EQ(count.load(), 1);
}

}  // namespace
}  // namespace trailsift
