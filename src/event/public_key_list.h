// The answer of CloudTrail's ListPublicKeys, as `aws cloudtrail list-public-keys` prints it: the keys with which digests are signed.
// Pure; owns its texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace trailsift {

struct PublicKeyEntry {
  std::string fingerprint;  // an opaque name
  std::string base64;       // of the key in DER
};

inline constexpr std::size_t kMaxPublicKeyList = 16u << 20;

// kCorrupt, with what is wrong: no such JSON, an entry without its members, no entry at all. Names count in either case of their first
// letter (`PublicKeyList`, `publicKeyList`).
Result<std::vector<PublicKeyEntry>> ReadPublicKeyList(std::string_view text);

}  // namespace trailsift
