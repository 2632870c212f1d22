// The answer of CloudTrail's ListPublicKeys, as `aws cloudtrail list-public-keys` prints it: the keys with which digests are signed.
// Pure; owns its texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct PublicKeyEntry {
  std::string fingerprint;  // an opaque name
  std::string base64;       // of the key in DER
  // The time that the key signs for; nothing where the list does not say it.
  std::optional<Millis> from;
  std::optional<Millis> to;
};

inline constexpr std::size_t kMaxPublicKeyList = 16u << 20;

// Times are ISO texts, as the command prints them, or seconds since 1970, as the API answers, also as a text.
// kCorrupt, with what is wrong: no such JSON, an entry without its members, a time that is none. An empty list is one. Names count in either case of their first
// letter (`PublicKeyList`, `publicKeyList`).
Result<std::vector<PublicKeyEntry>> ReadPublicKeyList(std::string_view text);

}  // namespace trailsift
