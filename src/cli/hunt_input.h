// What stands on the command line of `hunt` as something to read: a file, a folder, `s3://bucket/prefix`, or `-` for stdin.
#pragma once

#include <string>

#include "base/status.h"
#include "pipeline/hunt_listing.h"

namespace trailsift {

// kIo where a path is not there or can't be read; for S3 what MakeS3Store says. Nothing is read or asked yet.
Result<HuntInput> MakeHuntInput(const std::string& text);

}  // namespace trailsift
