// Are the logs below a prefix what CloudTrail wrote, all of them and nothing else? Reads the digests of each account and region from the
// newest to the oldest, each log that a trusted digest names, and then asks for every log there is whether a digest named it.
//
// Memory: the keys of one region's digests, and 16 bytes for each log that they name. One thread calls; reads are some ahead.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "integrity/digest_signature.h"
#include "integrity/finding.h"
#include "source/object_store.h"

namespace trailsift {

struct VerifyOptions {
  ObjectStore* store = nullptr;
  const PublicKeys* keys = nullptr;  // of all regions; nullptr: `ask_keys`
  // The keys that sign for a time in a region. Where they can't be had, the region's digests are not judged.
  std::function<Result<PublicKeys>(const std::string& region, Millis from, Millis to)> ask_keys;
  std::string prefix;  // above the folders CloudTrail and CloudTrail-Digest
  std::string bucket;  // that the digests must name; empty for a copy of a bucket in a folder
  // Days since 1970-01-01, both included. Digests that end up to two hours behind the last day are read, too: they name its last logs.
  std::optional<std::int64_t> from_day;
  std::optional<std::int64_t> to_day;
  Millis now = 0;
};

// The time that the trusted digests of one chain cover.
struct ChainSpan {
  std::string stream;
  Millis from = 0;
  Millis to = 0;
};

struct VerifyResult {
  std::vector<Status> faults;  // parts that could not be listed, or for which there are no keys; they are not judged
  std::vector<ChainSpan> spans;
  bool interrupted = false;
};

// Each finding goes to `tell` when it is known: a digest, the logs that it names, the digest before it. A failure of `tell` ends it all and
// is the answer.
Result<VerifyResult> Verify(const VerifyOptions& options, const std::function<Status(const FileFinding&)>& tell,
                            const std::stop_token& stop);

}  // namespace trailsift
