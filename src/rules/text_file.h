// Reads a whole file that a person wrote. kNotFound, kDenied or kIo with the path when that fails; kInvalid above 64 MiB.
#pragma once

#include <string>

#include "base/status.h"

namespace trailsift {

Result<std::string> ReadTextFile(const std::string& path);

}  // namespace trailsift
