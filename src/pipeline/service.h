// `trailsift run`: passes over the configured buckets, and between them what queues name, from listing to the durable alert. The stages are
// wired here and nowhere else.
//
// The life of a group of objects (at most 200 ms or 1,000 of them): alerts are appended and synced, then the state log, then one SQLite
// transaction makes all of it true, then objects may be removed from the bucket. A kill at any moment leaves the last group to be done
// again, and what it had written of alerts is recognised by its ids. A queue's message is deleted last, when all of its objects are done.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "config/settings.h"
#include "pipeline/integrity_watch.h"
#include "pipeline/learned_lists.h"
#include "pipeline/object_sources.h"
#include "pipeline/own_events.h"
#include "pipeline/quarantine.h"
#include "pipeline/reparse.h"
#include "pipeline/resolver.h"
#include "pipeline/service_meter.h"
#include "pipeline/service_pages.h"
#include "pipeline/state_log.h"
#include "pipeline/watch.h"
#include "sink/file_sink.h"
#include "source/checkpoint.h"
#include "source/listing.h"
#include "source/queue_set.h"

namespace trailsift {

// Rules that were loaded while others were at work.
struct NewRules {
  std::shared_ptr<const RuleSet> rules;
  std::string said;  // logged once they hold
};

struct ServiceOptions {
  const Settings* settings = nullptr;  // outlives the service
  std::string home;
  std::string host;  // the host name, as alerts show it
  std::shared_ptr<const RuleSet> rules;
  unsigned threads = 1;
  // One pass that somebody else has asked for: a full disk ends it with an error instead of being waited out, queues are read until they are
  // empty, and the time before it is no lag.
  bool once = false;
  // Asked between groups of objects: loads rules where that was asked for, or answers nothing.
  std::function<std::optional<NewRules>()> reload;
  // Where the service shows its numbers; may be absent, outlives it.
  StatusBoard* board = nullptr;
};

struct PassReport {
  ListingCounters listing;
  bool remote_failure = false;  // something of AWS could not be read
  bool local_failure = false;   // a folder or file could not be read
  bool stopped = false;

  // What failed before this.
  void Add(const PassReport& earlier) {
    remote_failure = remote_failure || earlier.remote_failure;
    local_failure = local_failure || earlier.local_failure;
  }
};

class Service {
 public:
  // Opens the home and recovers. The failure is kIo when the home is unusable.
  static Result<std::unique_ptr<Service>> Open(ServiceOptions options);
  ~Service();

  // One pass over all buckets. When `stop` is asked for, what is under way is finished and committed. A failure is the local disk's.
  Result<PassReport> RunPass(const std::stop_token& stop);
  // Reads what the queues name, until `until` (NowMillis) or `stop`; with `once` until they are empty. RunPass reads it, too, as soon as what
  // it lists is of late: before that, queues wait.
  Result<PassReport> FollowQueues(Millis until, const std::stop_token& stop);
  bool has_queues() const;
  // Takes other rules where `reload` has some or where lists have learned something. RunPass does so too: objects that were begun are
  // finished with the rules of before, every later one meets the new.
  Status Reload(const std::stop_token& stop);
  // Instead of passes: reparse.h says what it reads and writes. A failure is the local disk's.
  Result<ReparseReport> Reparse(const ReparseOptions& options, const std::stop_token& stop);
  // Past days' files are gzipped, too old ones removed.
  void Maintain();

  const RunCounters& counters() const { return resolver_->counters(); }
  WindowCounters window_counters() const { return resolver_->window_counters(); }
  // Identities given up for want of memory: a later copy of such an event would count again.
  std::uint64_t forgotten_identities() const { return resolver_->forgotten_identities(); }

 private:
  explicit Service(ServiceOptions options);
  Status Recover();
  Status RestoreState();
  // Makes the stores and queues that are not there yet. False when one can't be made.
  bool OpenSources();
  std::optional<FlowObject> NextListed(Listing& listing);
  // The next object that a queue names and that is not known yet.
  std::optional<FlowObject> NextNoticed();
  std::optional<FlowObject> PlaceNoticed(const QueueSet::Item& item);
  // Whether the object of the notice is done: read before, or passed over by listings that could see it.
  Result<bool> IsKnown(const FlowObject& object);
  // Holds back an object of an account or bucket that is new to the lists, until the next flow.
  std::optional<FlowObject> OncePlaceIsKnown(std::optional<FlowObject> object);
  // Whether nothing that was written before a kill is still to come again.
  bool MayReconcile() const;
  // With a pass's listing, or with queues alone until `until`.
  struct Feed {
    Listing* listing = nullptr;
    Millis until = 0;
  };
  std::optional<FlowObject> NextObject(const Feed& feed, const std::stop_token& stop);
  // Until the feed's end, `stop`, or until there are new rules: true, there may be more to read then.
  Result<bool> RunFlow(const Feed& feed, const std::stop_token& stop, PassReport& pass);
  // Groups that are due are committed.
  Status Settle(const std::stop_token& stop);
  // Loads or makes new rules where there is reason to; the flow is to end then, and TakeRules to follow.
  bool WantsRules();
  Status TakeRules(const std::stop_token& stop);
  void Learn(const FlowReport& report);
  // Brings the meter's numbers up to date. On the service's thread.
  void Gather(std::uint64_t under_way);
  Status Take(FlowReport& report, PassReport& pass);
  // What could not be used goes to quarantine. `store`: what stands before the key in messages.
  Status KeepDamage(const FlowReport& report, const std::string& store, const std::string& kept_as);
  void Resolve(FlowReport& report);
  void TakeOwnEvents();
  // The pass has come to its end.
  void EndWatchedPass(const Listing& listing);
  // The queues have been followed for a while.
  Status EndWatchedQueues();
  void TakeDigest(const FlowObject& object, PassReport& pass);
  // The position in the pass's listing of a source.
  std::size_t ListedPosition(std::size_t source) const;
  // Commits what waits; a full disk is waited out unless `once`.
  Status CommitPatiently(const std::stop_token& stop);
  Status WriteOutbox();
  Status Commit();
  Result<ObjectReport> Reread(const ObjectOrigin& origin, const std::vector<std::uint32_t>& records, Analyzer& analyzer);
  static void TellReparsed(const FlowReport& object, ReparseReport& report);
  // Durable when it returns.
  Status WriteReparsed(std::vector<Alert> alerts, bool dry_run, std::uint64_t& written);

  ServiceOptions options_;
  const std::shared_ptr<CredentialPool> pool_ = std::make_shared<CredentialPool>();  // keys of all buckets, queues and services
  AnalyzerOptions analyzer_options_;
  std::unique_ptr<Checkpoint> checkpoint_;
  std::unique_ptr<ObjectSources> sources_;
  std::vector<std::size_t> listed_;  // a listing's position of a bucket → its origin
  std::unique_ptr<FileSink> sink_;
  std::unique_ptr<StateLog> state_log_;
  std::unique_ptr<Analyzer> again_;  // for rereading
  std::unique_ptr<Resolver> resolver_;
  Quarantine quarantine_;
  OwnEvents own_events_;
  std::unique_ptr<Watch> watch_;
  IntegrityWatch integrity_{own_events_, pool_};
  ServicePages pages_;
  ServiceMeter meter_;

  std::deque<Alert> outbox_;  // alerts that the sink has not taken yet
  std::deque<Alert> archive_outbox_;
  std::vector<FinishedObject> finished_;  // objects of the group
  struct Removal {
    std::size_t origin;
    std::string key;
  };
  std::vector<Removal> removals_;
  std::vector<std::uint64_t> acknowledged_;  // tickets of queues whose objects are in finished_
  bool rotated_ = false;

  LearnedLists learned_;
  std::optional<NewRules> new_rules_;  // taken when nothing is under way
  // The feeder's while there is a flow: what was listed and not begun, and whether the accounts are known.
  std::optional<FlowObject> unfed_;
  std::atomic<bool> discovered_{false};
  std::atomic<std::uint64_t> known_notices_{0};
  std::set<std::string> known_places_;  // accounts and buckets of objects that queues named
  bool follows_ = false;                // the listing has come so near to now that the queues are read, too
  std::vector<ObjectTask> failed_;      // of the pass
  Millis opened_ = NowMillis();
  Millis reconciled_ = 0;
  bool unreconciled_ = false;                                         // something came since
  std::optional<std::chrono::steady_clock::time_point> group_began_;  // nothing: no report waits to be committed
  std::vector<std::size_t> subscribers_;                              // of each queue
  std::unique_ptr<QueueSet> queues_;                                  // ends first: what it holds is given back
};

}  // namespace trailsift
