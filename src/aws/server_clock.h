// A server's clock, as far as it told the time when it refused a request for it: what is signed must bear its time. Thread-safe.
#pragma once

#include <atomic>
#include <string_view>

#include "base/time.h"

namespace trailsift {

class ServerClock {
 public:
  // Its time less ours; 0 as long as nothing is known.
  Millis offset() const { return offset_; }
  // `now`: ours. Said under `name` where the two differ by more than before; `place`: the server, for that message.
  void Set(Millis server_time, Millis now, std::string_view name, std::string_view place);

 private:
  std::atomic<Millis> offset_{0};
};

}  // namespace trailsift
