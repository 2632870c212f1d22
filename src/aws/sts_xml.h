// The answer of STS's AssumeRole and AssumeRoleWithWebIdentity. Pure functions over text that a stranger may have written. Format: AWS
// Security Token Service API reference. Its errors have S3's form inside an <ErrorResponse>; s3_xml.h reads them.
#pragma once

#include <string_view>

#include "aws/sigv4.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct StsAnswer {
  SigningKeys keys;  // all three are set, and fit for a header
  Millis expires = 0;
};

// kCorrupt says what is missing and repeats nothing of the text.
Result<StsAnswer> ParseStsAnswer(std::string_view text);

}  // namespace trailsift
