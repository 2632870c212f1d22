// SIGINT and SIGTERM as a stop_token, SIGHUP as a wish to load anew that is there until somebody takes it, SIGPIPE without harm. Make one before any thread starts; the signals are blocked in all
// threads made later and taken by one of its own. A second SIGINT ends the process at once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/time.h"

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
  // True once after any number of SIGHUPs.
  bool TakeHangup() { return hangup_.exchange(false); }
  // Returns at the moment, or at once when stop or SIGHUP was asked for.
  void WaitUntil(Millis moment);

 private:
  std::mutex mutex_;
  std::condition_variable_any hangup_came_;
  std::atomic<bool> hangup_{false};
  std::stop_source source_;
  std::atomic<int> received_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace trailsift
