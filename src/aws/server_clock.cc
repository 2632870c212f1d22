#include "aws/server_clock.h"

#include <cstdlib>
#include <string>

#include "base/log.h"

namespace trailsift {

void ServerClock::Set(Millis server_time, Millis now, std::string_view name, std::string_view place) {
  const Millis offset = server_time - now;
  if (std::abs(offset - offset_.exchange(offset)) <= kMinute) return;
  LogWarning(name, "this machine's clock is " + std::to_string(std::abs(offset) / kSecond) + " seconds " +
                       (offset > 0 ? "behind" : "ahead of") + " that of " + std::string(place) +
                       "; signing with the server's time; set the clock");
}

}  // namespace trailsift
