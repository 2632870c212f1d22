// The signatures of CloudTrail's digests: RSA (PKCS #1 v1.5) with SHA-256, by keys of the region that ListPublicKeys names.
// Source: AWS CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation".
//
// A PublicKeys owns its keys; Check from any thread once it is complete.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "event/public_key_list.h"

namespace trailsift {

enum class SignatureVerdict {
  kGood,
  kBad,         // the named key did not make it for this text
  kForeignKey,  // the fingerprint names none of the keys
  kKeyTime,     // it names one that signs for another time
};

class PublicKeys {
 public:
  PublicKeys();
  // Of the JSON that `aws cloudtrail list-public-keys` prints. kCorrupt where it is something else, holds no key, or a key is no RSA key.
  static Result<PublicKeys> Read(std::string_view json);
  static Result<PublicKeys> Of(std::vector<PublicKeyEntry> entries);
  ~PublicKeys();
  PublicKeys(PublicKeys&&) noexcept;
  PublicKeys& operator=(PublicKeys&&) noexcept;

  // Takes over the keys of another list, as of another region.
  void Add(PublicKeys&& other);

  // `end`: of the time that the digest covers; a key is good only for those inside its validity. `signature_hex`: as the object's metadata
  // has it.
  SignatureVerdict Check(std::string_view fingerprint, Millis end, std::string_view text, std::string_view signature_hex) const;
  bool Knows(std::string_view fingerprint) const { return keys_.contains(fingerprint); }

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key;
  // Two keys of one fingerprint would both be tried.
  std::multimap<std::string, std::unique_ptr<Key>, std::less<>> keys_;
};

}  // namespace trailsift
