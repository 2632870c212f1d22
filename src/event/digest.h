// CloudTrail's digest document: the signed list of the logs that were delivered in about an hour, and of the digest before it.
// Format: AWS CloudTrail user guide, "CloudTrail digest file structure"; what is signed: "Custom implementations of CloudTrail log file
// integrity validation". Pure functions; a Digest owns its texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct DigestLog {
  std::string bucket;
  std::string key;
  std::string algorithm;  // `SHA-256`
  Sha256Value hash{};     // of the uncompressed log; zeros where the algorithm is another
};

struct Digest {
  std::string account;
  Millis start = 0;
  Millis end = 0;
  std::string end_text;  // as the document writes it: it is signed so
  std::string bucket;    // where CloudTrail wrote the digest
  std::string key;
  std::string fingerprint;  // of the public key, an opaque name
  std::string algorithm;    // `SHA256withRSA`
  // Of the digest before; empty in the first of a chain.
  std::string previous_bucket;
  std::string previous_key;
  std::optional<Sha256Value> previous_hash;
  std::string previous_signature;  // hex digits
  std::vector<DigestLog> logs;

  bool begins_chain() const { return previous_key.empty(); }
};

inline constexpr std::size_t kMaxDigestText = 64u << 20;  // inflated
inline constexpr std::size_t kMaxDigestLogs = 200'000;
inline constexpr std::size_t kMaxSignature = 4096;  // hex digits

// Reads an inflated digest document. kCorrupt, with what is wrong: no JSON object, a field that is missing or is not what it must be,
// more than the limits above.
Result<Digest> ReadDigest(std::string_view text);

// What the signature of a digest signs; `hash` is of the inflated document.
std::string SignedText(const Digest& digest, const Sha256Value& hash);

}  // namespace trailsift
