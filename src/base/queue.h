// A first-in first-out queue between threads, bounded by cost (bytes) so that a slow reader makes the writer wait: S3 keeps the data,
// we hold back. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace trailsift {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // Waits while the queue is full (an item that costs more than the whole capacity passes when the queue is empty). False, and the item
  // is dropped, when the queue was closed or stop was asked for.
  bool Push(T item, std::size_t cost, const std::stop_token& stop = {}) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, stop, [&] { return closed_ || used_ == 0 || used_ + cost <= capacity_; });
    if (closed_ || stop.stop_requested()) return false;
    items_.emplace_back(std::move(item), cost);
    used_ += cost;
    filled_.notify_one();
    return true;
  }

  // Waits for an item; nothing when the queue is closed and empty, or stop was asked for.
  std::optional<T> Pop(const std::stop_token& stop = {}) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
    if (items_.empty() || stop.stop_requested()) return std::nullopt;
    T item = std::move(items_.front().first);
    used_ -= items_.front().second;
    items_.pop_front();
    room_.notify_all();
    return item;
  }

  // No more items will come; readers get what is left, then nothing.
  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
    room_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable_any room_;
  std::condition_variable_any filled_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t used_ = 0;
  bool closed_ = false;
};

}  // namespace trailsift
