// What a digest's object and the logs that it names turn out to be, as verify and run judge them. Pure functions.
#pragma once

#include <string>

#include "base/sha256.h"
#include "base/status.h"
#include "integrity/chain.h"
#include "integrity/finding.h"
#include "source/object_store.h"

namespace trailsift {

// `end`: of the time in the key. An object that came damaged, or is no digest, is told in `digest`.
DigestFile ReadDigestFile(const std::string& key, Millis end, const Result<ObjectWithMetadata>& object);

// SHA-256 of a log's uncompressed bytes. What kept it from being read stays as it is; kCorrupt: it is no whole gzip.
Result<Sha256Value> HashOfLog(const Result<std::string>& bytes);

// The log that a trusted digest names, and lies under `key`, has this hash.
FileFinding JudgeLog(const DigestLog& log, const Digest& digest, std::string key, const Result<Sha256Value>& hash);

}  // namespace trailsift
