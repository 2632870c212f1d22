// The public keys of each region, asked for when a digest needs them and kept. A fingerprint that is not among them is asked for again, but
// not for each digest that a stranger may have written. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "integrity/digest_signature.h"

namespace trailsift {

class KeyRing {
 public:
  using Ask = std::function<Result<std::vector<PublicKeyEntry>>(const std::string& region, Millis from, Millis to)>;
  KeyRing(Ask ask, std::function<Millis()> clock) : ask_(std::move(ask)), clock_(std::move(clock)) {}

  // The region's keys, with that of the fingerprint where CloudTrail knows it; good until the ring is asked for the region again.
  // kUnavailable, kIo: they may be had later; else why they can't be had (the permission, no key of that time at all).
  Result<const PublicKeys*> Find(const std::string& region, std::string_view fingerprint, Millis from, Millis to);

 private:
  struct Region {
    PublicKeys keys;
    Millis from = 0;  // of the time asked for so far; 0: never asked
    Millis next = 0;  // not asked again before
    Status failure;
  };
  const Ask ask_;
  const std::function<Millis()> clock_;
  std::map<std::string, Region> regions_;
};

}  // namespace trailsift
