#include "integrity/key_ring.h"

#include <algorithm>

namespace trailsift {
namespace {

constexpr Millis kAfterAnswer = 10 * kMinute;
constexpr Millis kAfterSilence = kMinute;
constexpr Millis kAfterRefusal = kHour;

bool MayComeLater(const Status& status) {
  return status.code() == Code::kUnavailable || status.code() == Code::kIo || status.code() == Code::kCancelled;
}

}  // namespace

Result<const PublicKeys*> KeyRing::Find(const std::string& region, std::string_view fingerprint, Millis from, Millis to) {
  Region& entry = regions_[region];
  if (entry.keys.Knows(fingerprint)) return &entry.keys;
  const Millis now = clock_();
  const bool older = entry.from != 0 && from < entry.from;
  if (now >= entry.next || (older && entry.failure.ok())) {
    entry.from = entry.from == 0 ? from : std::min(entry.from, from);
    Result<std::vector<PublicKeyEntry>> asked = ask_(region, entry.from, std::max(to, now));
    entry.failure = asked.status();
    if (asked.ok() && asked->empty()) {
      entry.failure = Status(Code::kNotFound,
                             "CloudTrail names no public key in " + region + " for the time since " + FormatIsoTime(entry.from));
    }
    if (entry.failure.ok()) {
      Result<PublicKeys> read = PublicKeys::Of(std::move(asked).value());
      if (read.ok()) entry.keys = std::move(read).value();
      else entry.failure = read.status();
    }
    entry.next = now + (entry.failure.ok() ? kAfterAnswer : MayComeLater(entry.failure) ? kAfterSilence : kAfterRefusal);
  }
  if (!entry.failure.ok()) return entry.failure;
  return &entry.keys;
}

}  // namespace trailsift
