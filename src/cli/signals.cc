#include "cli/signals.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "cli/exit_code.h"

namespace trailsift {
namespace {

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&set, number);
  return set;
}

}  // namespace

Signals::Signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit shows as a failed write
  const sigset_t watched = Watched();
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);
  thread_ = std::thread([this, watched] {
    for (;;) {
      int number = 0;
      sigwait(&watched, &number);
      if (ended_) return;
      if (number == SIGHUP) {
        std::lock_guard lock(mutex_);
        hangup_ = true;
        hangup_came_.notify_all();
      }
      if (number != SIGINT && number != SIGTERM) continue;
      if (received_ != 0 && number == SIGINT) _exit(kExitInterrupted);
      received_ = number;
      source_.request_stop();
    }
  });
}

Signals::~Signals() {
  ended_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
}

void Signals::WaitUntil(Millis moment) {
  std::unique_lock lock(mutex_);
  while (!source_.stop_requested() && !hangup_ && NowMillis() < moment)
    // In pieces, so that a clock that is set does not make us oversleep.
    hangup_came_.wait_for(lock, source_.get_token(), std::chrono::milliseconds(std::min<Millis>(moment - NowMillis(), kMinute)),
                          [&] { return hangup_.load(); });
}

}  // namespace trailsift
