// `trailsift run`: passes over the configured buckets, from listing to the durable alert. The stages are wired here and nowhere else.
//
// The life of a group of objects (at most 200 ms or 1,000 of them): alerts are appended and synced, then the state log, then one SQLite
// transaction makes all of it true, then objects may be removed from the bucket. A kill at any moment leaves the last group to be done
// again, and what it had written of alerts is recognised by its ids.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/settings.h"
#include "pipeline/quarantine.h"
#include "pipeline/resolver.h"
#include "pipeline/state_log.h"
#include "sink/file_sink.h"
#include "source/checkpoint.h"
#include "source/listing.h"

namespace trailsift {

struct ServiceOptions {
  const Settings* settings = nullptr;  // outlives the service
  std::string home;
  std::string host;  // the host name, as alerts show it
  std::shared_ptr<const RuleSet> rules;
  unsigned threads = 1;
  // A full disk ends a pass with an error instead of being waited out.
  bool fail_fast = false;
};

struct PassReport {
  ListingCounters listing;
  bool remote_failure = false;  // something of AWS could not be read
  bool local_failure = false;   // a folder or file could not be read
  bool stopped = false;
};

class Service {
 public:
  // Opens the home and recovers. The failure is kIo when the home is unusable.
  static Result<std::unique_ptr<Service>> Open(ServiceOptions options);
  ~Service();

  // One pass over all buckets. When `stop` is asked for, what is under way is finished and committed. A failure is the local disk's.
  Result<PassReport> RunPass(const std::stop_token& stop);
  // Past days' files are gzipped, too old ones removed.
  void Maintain();

  const RunCounters& counters() const { return resolver_->counters(); }
  const WindowCounters& window_counters() const { return resolver_->window_counters(); }
  // Identities given up for want of memory: a later copy of such an event would count again.
  std::uint64_t forgotten_identities() const { return resolver_->forgotten_identities(); }

 private:
  explicit Service(ServiceOptions options);
  Status Recover();
  Status RestoreState();
  // Makes the stores that are not there yet. False when one can't be made.
  bool OpenBuckets();
  std::optional<FlowObject> NextObject(Listing& listing);
  Status Take(FlowReport& report, PassReport& pass);
  // Commits what waits; a full disk is waited out unless fail_fast.
  Status CommitPatiently(const std::stop_token& stop);
  Status Commit();
  std::shared_ptr<const Envelope> EnvelopeOf(const BucketSource& bucket, const std::string& key, const std::string& account) const;
  Result<ObjectReport> Reread(const ObjectOrigin& origin);

  ServiceOptions options_;
  AnalyzerOptions analyzer_options_;
  std::vector<std::unique_ptr<ObjectStore>> stores_;  // of the configured buckets; nullptr while one can't be made
  std::vector<BucketSource> buckets_;                 // those of them that can be read
  std::vector<std::int64_t> source_ids_;              // of the configured buckets
  std::unique_ptr<Checkpoint> checkpoint_;
  std::unique_ptr<FileSink> sink_;
  std::unique_ptr<StateLog> state_log_;
  std::unique_ptr<Analyzer> again_;  // for rereading
  std::unique_ptr<Resolver> resolver_;
  Quarantine quarantine_;

  std::deque<Alert> outbox_;  // alerts that the sink has not taken yet
  std::deque<Alert> archive_outbox_;
  std::vector<FinishedObject> finished_;  // objects of the group
  struct Removal {
    std::size_t bucket;
    std::string key;
  };
  std::vector<Removal> removals_;
  bool rotated_ = false;
};

}  // namespace trailsift
