// What stands on the command line of `hunt` and `rules diff` as something to read: a file, a folder, `s3://bucket/prefix`, or `-` for stdin; of
// which time; and the exit code where not all of it could be read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "pipeline/hunt.h"

namespace trailsift {

// kIo where a path is not there or can't be read; for S3 what MakeS3Store says. Nothing is read or asked yet.
Result<HuntInput> MakeHuntInput(const std::string& text);

// Opens what can be opened and logs the rest as of `command`; the failure is the gravest of the others.
Status OpenInputs(std::string_view command, const std::vector<std::string>& paths, std::vector<HuntInput>& inputs);

// --start and --end, either may be empty. The failure is a message about the command line.
Status ReadHuntRange(const std::string& start, const std::string& end, AnalyzerOptions& analyzer);

// kExitOk where everything was read and used.
int HuntFaultCode(const HuntResult& result, const Status& failed_input);

}  // namespace trailsift
