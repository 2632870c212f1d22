// How long to wait before a request is sent again.
#pragma once

#include <chrono>
#include <random>

#include "base/time.h"

namespace trailsift {

// After `attempts` failures (at least one): `first`, doubled with each further attempt, at most `longest`, less up to a half of it by
// chance, so that the pauses do grow and many clients don't come back together. `at_least` is what the server asks for; `longest` bounds
// that, too.
Millis BackOff(int attempts, std::chrono::milliseconds first, std::chrono::milliseconds longest, Millis at_least,
               std::minstd_rand& random);

}  // namespace trailsift
