// Where objects come from, in one table: the configured buckets, and the buckets that queues name. Each has its number in the checkpoint,
// its store, and what the configuration says of its records.
//
// Entries never move or go. The feeder's thread may add some (Notified) while others are read by their index; the rest is one thread's.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/credential_pool.h"
#include "config/settings.h"
#include "event/event.h"
#include "formats/log_format.h"
#include "source/checkpoint.h"
#include "source/listing.h"
#include "source/object_store.h"

namespace trailsift {

struct ObjectSource {
  std::int64_t id = 0;  // in the checkpoint
  std::string bucket;
  std::string alias;
  ObjectStore* store = nullptr;  // nothing while it can't be made
  const std::vector<DiscardRegex>* discard = nullptr;
  std::optional<LogFormat> format;  // nothing: CloudTrail's records
  bool remove = false;              // objects, once they are done
  bool noticed = false;             // named by a queue, not configured

  // Whether the object is of the subscriber's type: a log or a digest of CloudTrail's is known by its name, whatever that type says.
  bool IsSubscribed(std::string_view key) const;
  std::optional<LogFormat> FormatOf(std::string_view key) const;
  // What is put around each record of the object; `account` is that of its folder.
  std::shared_ptr<const Envelope> EnvelopeOf(const std::string& key, const std::string& account) const;
};

class ObjectSources {
 public:
  // Settings and checkpoint outlive the table. `pool`: of the service's clients.
  ObjectSources(const Settings& settings, Checkpoint& checkpoint, std::shared_ptr<CredentialPool> pool)
      : settings_(settings), checkpoint_(checkpoint), pool_(std::move(pool)) {}

  // Numbers the configured buckets. A source begins when it is first configured, also when it can't be reached yet.
  Status Open();
  // Makes the stores of configured buckets that are not there yet: what is in the way of some, with the number of each.
  std::vector<std::pair<std::int64_t, Status>> OpenStores();
  // The configured buckets that can be read; Listing's position → index here.
  std::vector<BucketSource> Listed(std::vector<std::size_t>& indexes) const;

  const ObjectSource& at(std::size_t index) const;
  // The configured bucket whose listing would come upon this object, if any.
  std::optional<std::size_t> OfKey(const std::string& bucket, const std::string& key) const;
  // The bucket as a subscriber's queue named it.
  Result<std::size_t> Notified(std::size_t subscriber, const std::string& bucket);
  // By the number of it; of one that a queue named before the last start, too. kNotFound: not configured any more.
  Result<std::size_t> OfSource(std::int64_t id);
  // Buckets that queues named, now or before.
  std::set<std::string> notified_buckets() const;
  // Those of them that no <bucket> has, with their numbers.
  Result<std::vector<std::pair<std::int64_t, std::string>>> OnlyNotified();
  // Their numbers, as far as they were named since the start.
  std::vector<std::int64_t> notified_ids() const;

  // What was asked of all stores.
  StoreTraffic traffic() const;

  // Requests under way are given up.
  void Cancel();

 private:
  const Settings& settings_;
  Checkpoint& checkpoint_;
  const std::shared_ptr<CredentialPool> pool_;
  mutable std::mutex mutex_;          // the three below: how many there are
  std::deque<ObjectSource> sources_;  // first the configured buckets, in their order
  std::vector<std::unique_ptr<ObjectStore>> stores_;
  std::set<std::string> notified_;
};

}  // namespace trailsift
