// What `trailsift verify` says of one digest or one log.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace trailsift {

enum class FileKind { kDigest, kLog };

enum class Verdict {
  kValid,
  kChanged,        // not what CloudTrail wrote
  kMissing,        // CloudTrail wrote it, and it is not there
  kUnsigned,       // nothing that is signed by a known key vouches for it
  kNotYetCovered,  // a log so young that its digest may still come
  kUnreadable,     // it may be there; it could not be read: denied, no answer, a failing disk
};
inline constexpr int kVerdicts = 6;

// A word for programs; docs/format/verify.md says what each means.
enum class Why {
  kNone,
  kHash,
  kDamaged,
  kSignature,
  kNoSignature,
  kForeignKey,
  kKeyTime,
  kAlgorithm,
  kMoved,
  kNotThere,
  kGap,
  kChainRestarted,
  kNoDigest,
  kDigestChanged,
  kDigestMissing,
  kDigestUnsigned,
  kDigestUnreadable,
  kNoAccess,
};

struct FileFinding {
  FileKind kind = FileKind::kDigest;
  Verdict verdict = Verdict::kValid;
  Why why = Why::kNone;
  std::string key;             // in the store; of a gap the folder of its digests
  std::string detail;          // for people; empty where all is well
  std::optional<Millis> from;  // of a digest or of a gap: the time that it covers, as far as it is known
  std::optional<Millis> to;
};

}  // namespace trailsift
