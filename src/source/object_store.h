// Where objects lie: an S3 bucket, or a folder that holds a copy of one. The two are made in MakeStore (store_factory.h) and nowhere else.
// Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace trailsift {

struct StoredObject {
  std::string key;
  std::uint64_t size = 0;  // bytes as stored
  bool archived = false;   // it must be restored before it can be read (S3's classes GLACIER and DEEP_ARCHIVE)
};

struct ObjectWithMetadata {
  std::string bytes;
  std::map<std::string, std::string> metadata;  // the user's: lower-case names without `x-amz-meta-`
};

struct StorePage {
  std::vector<StoredObject> objects;  // in byte order of their keys
  std::vector<std::string> prefixes;  // what lies below the delimiter, each with the delimiter at its end
  std::string next;                   // token of the next page; empty at the end
  std::vector<Status> faults;  // parts below the prefix that could not be listed (a folder without permission); the rest is there
};

struct StoreQuery {
  std::string prefix;
  std::string delimiter;    // empty: everything below the prefix
  std::string start_after;  // keys up to and including this one are left out; only for the first page
  std::string token;        // StorePage::next of the page before
  int max_keys = 1000;
};

// Where requests go: the region as far as it is known, and the endpoint where it is not AWS's own.
struct StoreSite {
  std::string region;
  std::string endpoint;
};

// What was asked of a server since the beginning: attempts that failed count, too.
struct StoreTraffic {
  std::uint64_t list_requests = 0;
  std::uint64_t get_requests = 0;
  std::uint64_t put_requests = 0;
  std::uint64_t delete_requests = 0;
  std::uint64_t retries = 0;
  std::uint64_t bytes_received = 0;  // of bodies

  StoreTraffic& operator+=(const StoreTraffic& other) {
    list_requests += other.list_requests;
    get_requests += other.get_requests;
    put_requests += other.put_requests;
    delete_requests += other.delete_requests;
    retries += other.retries;
    bytes_received += other.bytes_received;
    return *this;
  }
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  virtual Result<StorePage> List(const StoreQuery& query) = 0;
  // The object's bytes. For a local store it is called on the thread that needs them.
  virtual Result<std::string> Get(const std::string& key) = 0;
  // The same without waiting: `done` is called on a thread of the store (or at once) and must not block.
  virtual void GetAsync(const std::string& key, std::uint64_t size, std::function<void(Result<std::string>)> done) = 0;
  // The object with its user metadata, likewise without waiting. A store that keeps none need not say so.
  virtual void GetWithMetadata(const std::string& key, std::function<void(Result<ObjectWithMetadata>)> done) {
    GetAsync(key, 0, [done = std::move(done)](Result<std::string> bytes) {
      if (!bytes.ok()) return done(bytes.status());
      done(ObjectWithMetadata{std::move(bytes).value(), {}});
    });
  }
  virtual Status Delete(const std::string& key) = 0;

  // The keys with which objects that were read are encrypted, as ARNs: those that are new since the last call.
  virtual std::vector<std::string> TakeKeys() { return {}; }

  // What is under way and what comes later fails with kCancelled.
  virtual void Cancel() {}

  // `s3://bucket/` or `/folder/`: what stands before a key in messages.
  virtual std::string name() const = 0;
  // Of a store behind a server; else nothing.
  virtual StoreSite site() const { return {}; }
  virtual StoreTraffic traffic() const { return {}; }
  // Reading is a local file access: no request to save by asking early.
  virtual bool local() const = 0;
};

}  // namespace trailsift
