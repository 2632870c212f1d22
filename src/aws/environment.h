// The process environment as the AWS code reads it, behind a function so that tests hand in their own.
#pragma once

#include <functional>
#include <string>

namespace trailsift {

// The value of a variable; empty where it is unset or empty, which AWS's tools treat alike. Thread-safe.
using Environment = std::function<std::string(const char* name)>;

Environment ProcessEnvironment();

// HOME, else the home of the user whom the process runs as; empty where neither is known.
std::string HomeFolder(const Environment& environment);

}  // namespace trailsift
