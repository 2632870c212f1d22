// SHA-256 of what a gzip file holds, hashed while it is inflated: CloudTrail's digests name the hash of a log's uncompressed bytes, and a
// log need not be kept in memory for that. Any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/sha256.h"
#include "base/status.h"

namespace trailsift {

// Bytes that are no gzip are hashed as they are. kCorrupt: cut, damaged, followed by bytes that are no gzip, or more than `limit`
// inflated bytes.
Result<Sha256Value> HashInflated(std::string_view bytes, std::size_t limit);

}  // namespace trailsift
