// The signatures of CloudTrail's digests: RSA (PKCS #1 v1.5) with SHA-256, by keys of the region that ListPublicKeys names.
// Source: AWS CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation".
//
// A PublicKeys owns its keys; Check from any thread once it is complete.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace trailsift {

enum class SignatureVerdict {
  kGood,
  kBad,         // the named key did not make it for this text
  kForeignKey,  // the fingerprint names none of the keys
};

class PublicKeys {
 public:
  // Of the JSON that `aws cloudtrail list-public-keys` prints. kCorrupt where it is something else, or a key of it is no RSA key.
  static Result<PublicKeys> Read(std::string_view json);
  ~PublicKeys();
  PublicKeys(PublicKeys&&) noexcept;
  PublicKeys& operator=(PublicKeys&&) noexcept;

  // Takes over the keys of another list, as of another region.
  void Add(PublicKeys&& other);

  // `signature_hex`: as the object's metadata has it.
  SignatureVerdict Check(std::string_view fingerprint, std::string_view text, std::string_view signature_hex) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key;
  PublicKeys();
  // Two keys of one fingerprint would both be tried.
  std::multimap<std::string, std::unique_ptr<Key>, std::less<>> keys_;
};

}  // namespace trailsift
