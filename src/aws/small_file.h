// Files that hold one token, or a small answer of a tool.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

// The whole content. kNotFound where there is none; kDenied, kIo; kInvalid where it is larger than `max_bytes` or no regular file (a pipe
// would make us wait). The message names the file and nothing of its content.
Result<std::string> ReadSmallFile(const std::string& file, std::size_t max_bytes);

// Puts a file of this content in its place, at once and readable by its owner only. kDenied, kIo and the like name the file.
Status WriteSmallFile(const std::string& file, std::string_view content);

}  // namespace trailsift
