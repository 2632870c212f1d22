// The logs' integrity in a running service: remembers the hashes of logs as they are read, judges the digests between them, and raises what
// is wrong as own events (docs/format/own-events.md). Each finding is told once: its identity follows from the file and what is wrong with
// it, and a digest is finished in the ledger by the commit that makes its events true.
//
// Memory: 64 bytes for each of the last half million logs; a log that is forgotten is read again when its digest comes. Prefetch and
// WantsDigest are the feeder's, all else belongs to the thread that commits.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "base/sha256.h"
#include "config/settings.h"
#include "integrity/digest_watch.h"
#include "integrity/key_ring.h"
#include "pipeline/own_events.h"
#include "source/object_store.h"
#include "source/public_key_lister.h"

namespace trailsift {

struct IntegrityCounters {
  std::uint64_t digests = 0;    // checked
  std::uint64_t logs = 0;       // that they name
  std::uint64_t findings = 0;   // files that are not as CloudTrail wrote them
  std::uint64_t unchecked = 0;  // digests passed over for want of keys, each counted once

  IntegrityCounters Since(const IntegrityCounters& earlier) const {
    return {digests - earlier.digests, logs - earlier.logs, findings - earlier.findings, unchecked - earlier.unchecked};
  }
};

class IntegrityWatch {
 public:
  // `pool`: of the service's clients.
  IntegrityWatch(OwnEvents& events, std::shared_ptr<CredentialPool> pool) : events_(events), pool_(std::move(pool)) {}

  // A digest that Take will be asked for: it is fetched meanwhile.
  void Prefetch(ObjectStore& store, const std::string& key);
  // A log that was read, with the hash of its inflated bytes. `bucket`: its number, here and below.
  void Remember(std::int64_t bucket, const std::string& key, const Sha256Value& hash);
  void BeginPass(Millis now) { pass_began_ = now; }
  // Whether a digest is to be taken in this pass: not while CloudTrail refuses the public keys of its region. One that is not comes again.
  bool WantsDigest(const ObjectStore& store, const std::string& key);
  // Judges a digest. False: there are no keys for it; it is to come again as WantsDigest says. Not ok: it is to come again at the next pass.
  // In both cases nothing was told. `begin` as DigestWatch::Judge.
  Result<bool> Take(std::int64_t bucket, const BucketSettings& settings, ObjectStore& store, const std::string& key, Millis begin);
  // At the end of a pass: says what was done in it.
  void TellPass();
  // Since the start.
  const IntegrityCounters& counters() const { return counters_; }
  // What CloudTrail was asked for keys.
  ServiceTraffic traffic() const;

 private:
  struct Bucket {
    std::unique_ptr<PublicKeyLister> lister;
    std::unique_ptr<KeyRing> keys;
    std::unique_ptr<DigestWatch> watch;
  };
  Bucket& Of(std::int64_t bucket, const BucketSettings& settings, ObjectStore& store);
  void Raise(const FileFinding& finding, const DigestReport& report, const std::string& digest, const BucketSettings& settings);

  OwnEvents& events_;
  const std::shared_ptr<CredentialPool> pool_;
  std::map<std::int64_t, Bucket> buckets_;
  std::unordered_map<Hash128, Sha256Value, HashOfHash128> hashes_;
  std::deque<Hash128> order_;
  std::set<std::string> without_keys_;  // regions of buckets of which it was said
  std::set<Hash128> passed_over_;       // digests that are counted as unchecked and were not judged since
  std::atomic<Millis> pass_began_{0};

  std::mutex mutex_;
  std::map<std::string, Millis> refused_until_;                             // by store and region's folder; guarded by mutex_
  std::map<std::string, std::future<Result<ObjectWithMetadata>>> fetched_;  // by store and key; guarded by mutex_

  IntegrityCounters counters_;
  IntegrityCounters told_;  // as TellPass saw them last
};

}  // namespace trailsift
