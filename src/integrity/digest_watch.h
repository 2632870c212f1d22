// Judges CloudTrail's digests as they come, in the order of their times: signature, the chain with the digest before, and each log that a
// trusted one names. For `run`; verifier.h looks back at what is there.
//
// Needs no state on the disk: what it must know of the digest before is read again after a restart, and so is a log whose hash nobody
// remembers. A digest that is judged twice gives the same findings. Memory: the last digest of each chain, without its logs where it is
// trusted. One thread; reads wait for the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"
#include "integrity/chain.h"
#include "integrity/key_ring.h"
#include "source/object_store.h"

namespace trailsift {

struct DigestWatchOptions {
  ObjectStore* store = nullptr;
  std::string bucket;       // that the digests must name; empty for a copy of a bucket in a folder
  bool logs_leave = false;  // they are removed once they are read: one that is not there says nothing
  KeyRing* keys = nullptr;
  // What was seen of a log while it was read; nothing: it is read again.
  std::function<std::optional<Sha256Value>(const std::string& key)> hash_of;
};

struct DigestReport {
  enum class Outcome {
    kJudged,
    kNoKeys,  // it can't be checked: `why`; the digest, and those that follow it, are to come again once there may be keys
    kLater,   // something did not answer: `why`; the digest is to come again
  };
  Outcome outcome = Outcome::kJudged;
  Status why;
  std::string account;
  std::string region;
  Millis time = 0;                      // the end of the time that the digest covers
  std::vector<FileFinding> findings;    // what is not as CloudTrail wrote it: changed, missing, unsigned
  std::vector<FileFinding> unreadable;  // what may be there and could not be read
  std::uint64_t logs = 0;               // judged
};

class DigestWatch {
 public:
  explicit DigestWatch(DigestWatchOptions options) : options_(std::move(options)) {}

  // `object`: the digest's, with its metadata. `begin`: digests that end before are not looked for. A key that is none of a digest's gives
  // an empty report.
  DigestReport Judge(const std::string& key, const Result<ObjectWithMetadata>& object, Millis begin);

 private:
  Status FindLast(const std::string& key, const std::string& stream, Millis end, Millis begin);
  Status AddMissing(std::vector<FileFinding> missing, DigestReport& report) const;
  Status AddLogs(const Chain& chain, const Digest& digest, DigestReport& report) const;
  // Those of the keys that the store lists.
  Result<std::vector<std::string>> Present(std::vector<std::string> keys) const;
  Result<ObjectWithMetadata> Read(const std::string& key) const;

  const DigestWatchOptions options_;
  std::map<std::string, DigestFile> last_;  // by stream
};

}  // namespace trailsift
