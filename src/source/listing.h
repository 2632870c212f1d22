// One pass over the buckets of the configuration: discovers accounts and regions, lists each region's days from where the pass must
// begin, leaves out what is finished, and hands out the rest merged by the time in the objects' names, so that history of many accounts
// is read in the order in which it happened.
//
// A part that can't be listed (a bucket, an account, a region) is reported and counted; the others go on. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "config/settings.h"
#include "source/checkpoint.h"
#include "source/object_store.h"

namespace trailsift {

// A bucket of the configuration with the store that reaches it. Both outlive the listing.
struct BucketSource {
  const BucketSettings* settings = nullptr;
  ObjectStore* store = nullptr;
  std::int64_t id = 0;  // in the checkpoint
};

// The day of an object outside of a day's folder: every listing meets it again, so it is never forgotten.
inline constexpr std::int64_t kNoDay = 2'932'896;  // 9999-12-31

struct ObjectTask {
  std::size_t bucket = 0;  // position in the listing's buckets
  std::string key;
  std::uint64_t size = 0;
  std::int64_t day = 0;
  Millis name_time = 0;  // delivery time in the name; else the day's beginning
  std::string account;   // the folder walked
  // Set where this is a digest, not a log: those of its region that end before are not listed.
  std::optional<Millis> digests_from;
};

struct ListingCounters {
  std::uint64_t listed = 0;          // objects seen
  std::uint64_t known = 0;           // of them, finished before
  std::uint64_t failures = 0;        // buckets, accounts or regions that could not be listed to their end
  std::uint64_t local_failures = 0;  // of them, in folders of this machine
  std::uint64_t left = 0;            // with ReadAgainFrom: objects that the next pass will read
};

// What could not be listed to its end, of each such part once.
struct ListingFailure {
  std::size_t bucket = 0;  // position in the listing's buckets
  std::string account;     // empty: the whole bucket
  std::string region;      // empty: the whole account
  std::string reason;
};

class Listing {
 public:
  // `today`: days since 1970-01-01, UTC. `look_back` as in the settings. With `digests` those of CloudTrail's buckets are handed out between
  // the logs, each behind the logs that it can name.
  Listing(std::vector<BucketSource> buckets, Checkpoint& checkpoint, std::int64_t today, Millis look_back, bool digests = false);
  ~Listing();

  // Call before Next: from that day on finished objects are handed out as well, and those of days before what a pass would list; the others,
  // which the next pass will read, are not. Finish is not to be called then.
  void ReadAgainFrom(std::int64_t day) { again_from_ = day; }
  // The next object; nothing at the end of the pass.
  std::optional<ObjectTask> Next();
  // After the pass, when all that was handed out is committed: what was listed to its end need not be listed from so far back again. A
  // stream of which an object failed (MarkFailed) stays where it was.
  Status Finish();
  void MarkFailed(const ObjectTask& task);

  // The accounts found or configured; all of them are known once Next has answered for the first time.
  const std::set<std::string>& accounts() const { return accounts_; }

  const ListingCounters& counters() const { return counters_; }
  // After the pass.
  const std::vector<ListingFailure>& failures() const { return failures_; }
  // Why the first of the parts that could not be listed could not; ok where all could.
  const Status& first_failure() const { return first_failure_; }

 private:
  struct Branch;  // one (bucket, account, region)

  void Discover(std::size_t index);
  // Every prefix below `prefix`, the last folder name of each.
  Result<std::vector<std::string>> Folders(const BucketSource& bucket, const std::string& prefix);
  void AddBranch(std::size_t index, const std::string& account, const std::string& region);
  void AddDigests(std::size_t index, const std::string& account);
  void Refill(Branch& branch);
  bool IsWantedAgain(const Branch& branch, const ObjectTask& task, bool known);
  void Fail(std::size_t index, const std::string& what, const Status& status, const std::string& account = {},
            const std::string& region = {});

  std::vector<BucketSource> buckets_;
  Checkpoint& checkpoint_;
  std::int64_t today_;
  std::int64_t look_back_days_;
  bool digests_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::vector<bool> incomplete_;  // by bucket: something of it could not be listed
  struct Head {
    Millis time;
    std::string key;
    std::size_t branch;
    bool operator>(const Head& other) const { return std::tie(time, key, branch) > std::tie(other.time, other.key, other.branch); }
  };
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
  bool discovered_ = false;
  std::optional<std::int64_t> again_from_;
  std::set<std::string> accounts_;
  ListingCounters counters_;
  std::vector<ListingFailure> failures_;
  Status first_failure_;
};

}  // namespace trailsift
