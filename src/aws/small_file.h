// Files that hold one token, or a small answer of a tool.
#pragma once

#include <string>

#include "base/status.h"

namespace trailsift {

// The whole content. kNotFound where there is none; kDenied, kIo; kInvalid where it is larger than `max_bytes` or no regular file (a pipe
// would make us wait). The message names the file and nothing of its content.
Result<std::string> ReadSmallFile(const std::string& file, std::size_t max_bytes);

}  // namespace trailsift
