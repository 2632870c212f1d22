// <wodle name="aws-s3">: the block as Wazuh 4.14 reads it (src/config/wmodules-aws.c, and the checks of its collector's command
// line).
#pragma once

#include "base/xml.h"
#include "config/block_reader.h"
#include "config/settings.h"

namespace trailsift {

// The settings of one block. Faults go to the reader's diagnostics; what is faulty keeps its default.
AwsS3Settings ReadAwsS3(const BlockReader& reader, const XmlNode& wodle);

}  // namespace trailsift
