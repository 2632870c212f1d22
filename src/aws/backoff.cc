#include "aws/backoff.h"

#include <algorithm>

namespace trailsift {

Millis BackOff(int attempts, std::chrono::milliseconds first, std::chrono::milliseconds longest, Millis at_least,
               std::minstd_rand& random) {
  const Millis most = longest.count();
  const Millis full = std::min(most, static_cast<Millis>(first.count()) << std::clamp(attempts - 1, 0, 20));
  return std::max(std::uniform_int_distribution<Millis>(full / 2, full)(random), std::min(at_least, most));
}

}  // namespace trailsift
