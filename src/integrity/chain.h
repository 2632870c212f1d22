// Judges the digests of one chain (a trail in a region), each by its own signature and by what the digest after it says of it, and finds
// those that are not there. Fed from the newest to the oldest, because a digest vouches for the one before it.
//
// A digest is trusted when a known key signed it, or when a trusted later digest names its hash; only what a trusted digest names counts.
// The end of a chain says nothing of what stood behind it: logs without a digest do. Pure: reads nothing. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"
#include "event/digest.h"
#include "integrity/digest_signature.h"
#include "integrity/finding.h"

namespace trailsift {

struct ChainScope {
  std::string stream;          // its name: the folder of the region's digests, the trail
  bool backfill = false;       // digests of logs that came late: they need not follow each other
  std::string bucket;          // that every digest must name; empty in a copy, where any will do
  std::string lead;            // what stands before `AWSLogs/` in the keys of a copy
  bool copy = false;           // keys are compared from `AWSLogs/` on
  std::optional<Millis> from;  // digests that end before are not looked for
};

struct DigestFile {
  std::string key;
  Millis end = 0;  // of its name
  Result<Digest> digest = Status(Code::kInternal, "not read");
  Sha256Value hash{};
  std::string signature;  // of its metadata; empty where there is none
};

class Chain {
 public:
  // `keys` outlives the chain.
  Chain(const PublicKeys& keys, ChainScope scope) : keys_(keys), scope_(std::move(scope)) {}

  struct Judgement {
    std::vector<FileFinding> before;  // what should stand between the one before (the newer) and this one, and does not
    FileFinding finding;
    bool trusted = false;
  };
  Judgement Judge(const DigestFile& file);
  // A digest that could not be read: what is missing between it and the newer one. Nothing is known of the one before it.
  std::vector<FileFinding> Skip(const std::string& key, Millis end);
  // After the oldest: the one that it names, when that should have been there.
  std::vector<FileFinding> Finish();

  // The key in the store of what a digest names.
  std::string LocalKey(const std::string& key) const;

 private:
  // What the last digest says of the one before it.
  struct Claim {
    bool known = false;      // false: the digest could not be read or is not to be believed
    bool elsewhere = false;  // the chain goes on in another bucket
    bool trusted = false;
    std::string key;  // in the store; empty: it begins a chain
    std::optional<Sha256Value> hash;
    std::string signature;
  };
  bool Link(const std::string& key, Millis end, std::vector<FileFinding>& out);
  FileFinding Missing(const std::string& key) const;
  FileFinding Gap(Why why, Millis from, Millis to, std::string detail) const;
  void JudgeDigest(const DigestFile& file, bool linked, Judgement& judgement) const;

  const PublicKeys& keys_;
  const ChainScope scope_;
  bool any_ = false;
  Claim claim_;
  Millis start_ = 0;  // of the last digest
};

}  // namespace trailsift
