// The collector alone, in the place of Wazuh's own script: one bucket, service or subscriber, each record as Wazuh's message to the queue of a
// Wazuh agent or manager (sink/queue_socket.h). No rule is asked.
//
// An object is marked as done, and removed where that is asked for, once the receiver has read all of its messages; so does a service go on
// behind an answer, and a message of a subscriber's queue goes. A kill before that
// sends the last group again: a datagram socket knows no more than at least once. A queue that is full is waited for; one that is not there
// or goes ends the collection with nothing of its group marked.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "config/settings.h"
#include "source/listing.h"

namespace trailsift {

struct QueueCollectorOptions {
  Settings settings;           // of a configuration with exactly one bucket, service or subscriber
  std::string home;            // state/ and quarantine/ are made below it
  std::string socket;          // of Wazuh's queue
  std::string wazuh_progress;  // the database of Wazuh's script, from which a bucket that is new is taken over; need not be there
  Millis look_back = 2 * kDay;
  // Of a subscriber: how long an empty receive waits, which is the end; how long messages stay hidden unless that is renewed.
  Millis queue_wait = 20 * kSecond;
  Millis queue_visibility = 5 * kMinute;
  unsigned threads = 1;
  bool reparse = false;        // reads from only_logs_after or today on whatever was read, and remembers nothing of it
  bool skip_on_error = false;  // a damaged object becomes an event of its own instead of a failure
};

// Each record that was read is in exactly one of sent, duplicates, discarded and quarantined_records.
struct CollectorCounters {
  std::uint64_t objects = 0;  // read
  std::uint64_t records = 0;
  std::uint64_t sent = 0;
  std::uint64_t shortened = 0;  // of those
  std::uint64_t duplicates = 0;
  std::uint64_t discarded = 0;
  std::uint64_t quarantined_records = 0;
  std::uint64_t damaged_objects = 0;
  std::uint64_t unread_objects = 0;  // could not be fetched; they are tried again at the next run
  std::uint64_t gone_objects = 0;    // deleted between listing and reading
  std::uint64_t digests = 0;

  std::string Describe() const;
};

enum class QueueTrouble {
  kNone,
  kSettings,     // no client can be made of the settings: profile, endpoint
  kState,        // the home: not writable, in use
  kSocket,       // the queue of Wazuh
  kEmptyBucket,  // nothing below the path
  kNoAccounts,   // no account folder below the path
  kListing,      // the bucket or a part of it could not be listed
  kService,      // a service, or a part of it, could not be asked
  kMessages,     // the queue of a subscriber could not be read, or a message not be deleted
  kObject,       // an object could not be fetched
  kDamaged,      // an object or record was quarantined
};

struct QueueResult {
  QueueTrouble trouble = QueueTrouble::kNone;  // what ended it, else the first that was met; all were logged
  Status why;
  CollectorCounters counters;
  ListingCounters listing;
  bool stopped = false;
};

QueueResult CollectToQueue(const QueueCollectorOptions& options, const std::stop_token& stop);

}  // namespace trailsift
