// Whether the home can take what `run` writes: a folder that can be written to, with room in it. Leaves no trace in it, and does not make it.
// Blocking file calls, any thread.
#pragma once

#include <string>

#include "doctor/check.h"

namespace trailsift {

void CheckHome(const std::string& home, const Tell& tell);

// `12.3 GiB`, with one digit behind the point below 100.
std::string InBytes(double bytes);

}  // namespace trailsift
