// SIGINT and SIGTERM as a stop_token, SIGHUP and SIGPIPE without harm. Make one before any thread starts; the signals are blocked in all
// threads made later and taken by one of its own. A second SIGINT ends the process at once.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace trailsift {

class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  // The signal that asked to stop; 0 before.
  int received() const { return received_; }

 private:
  std::stop_source source_;
  std::atomic<int> received_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace trailsift
