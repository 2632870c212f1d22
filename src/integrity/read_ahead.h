// Reads a list of things in its order, some of them ahead, so that a server's delay is waited for once and not once a thing. The results
// come to the thread that asks; what is under way when it ends is let go.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <utility>

#include "base/status.h"

namespace trailsift {

template <typename T>
class ReadAhead {
 public:
  // Begins to read one; `done` is called once, on any thread, or at once.
  using Start = std::function<void(std::size_t index, std::function<void(Result<T>)> done)>;

  ReadAhead(std::size_t count, std::size_t ahead, Start start) : count_(count), ahead_(ahead), start_(std::move(start)) {}

  // The next one; at most `count` times.
  Result<T> Next() {
    for (; begun_ < count_ && under_way_.size() < std::max<std::size_t>(ahead_, 1); ++begun_) {
      // Shared: set_value still touches the promise when get() has already returned.
      auto promise = std::make_shared<std::promise<Result<T>>>();
      under_way_.push_back(promise->get_future());
      start_(begun_, [promise](Result<T> result) { promise->set_value(std::move(result)); });
    }
    std::future<Result<T>> first = std::move(under_way_.front());
    under_way_.pop_front();
    return first.get();
  }

 private:
  std::size_t count_;
  std::size_t ahead_;
  Start start_;
  std::size_t begun_ = 0;
  std::deque<std::future<Result<T>>> under_way_;
};

}  // namespace trailsift
