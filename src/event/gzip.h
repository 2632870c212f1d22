// Text as a gzip file, for what trailsift itself makes (the demo's bucket).
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

Result<std::string> Gzip(std::string_view text);

}  // namespace trailsift
