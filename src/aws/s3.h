// A client for one bucket of S3 or of a server that speaks its language: list, get, delete, put, asynchronous and blocking.
//
// Faults that pass are dealt with inside: busy servers, resets, cut bodies and broken listings are tried again with growing, jittered
// pauses; a clock that is wrong, a bucket in another region and keys that expired are corrected once found. What remains is a Status for
// the person who must act: kNotFound, kDenied, kAuth, kUnavailable, kCorrupt (larger than the limit), kCancelled.
//
// Thread-safe. Owns its connections, its loop thread and its credentials. Callbacks run on the loop thread and must not block. The end of
// the client answers everything in flight with kCancelled. How many requests are in flight is the caller's to limit: those that
// wait for one of the `parallel` connections wait in memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "aws/attempts.h"
#include "aws/client_keys.h"
#include "aws/credentials.h"
#include "aws/s3_endpoint.h"
#include "aws/s3_error.h"
#include "aws/s3_xml.h"
#include "aws/server_clock.h"
#include "base/status.h"
#include "net/http.h"

namespace trailsift {

inline constexpr std::size_t kMaxListing = 16 << 20;
// Compressed; what is inflated has a limit of its own.
inline constexpr std::size_t kMaxObject = 256 << 20;

struct S3Options {
  std::string bucket;
  std::string service_endpoint;  // of the configuration; empty: the environment's, the profile's, AWS
  std::string region;            // a hint; empty: the endpoint's name, AWS_REGION, AWS_DEFAULT_REGION, the profile's, us-east-1
  CredentialOptions credentials;
  int parallel = 16;
  AttemptOptions attempts;                       // where it names no number: AWS_MAX_ATTEMPTS, the profile's max_attempts
  std::chrono::milliseconds request_timeout{0};  // of each attempt; 0: what suits the operation
};

struct S3Counters {
  std::atomic<std::uint64_t> list_requests{0};  // requests sent, each attempt counted
  std::atomic<std::uint64_t> get_requests{0};
  std::atomic<std::uint64_t> put_requests{0};
  std::atomic<std::uint64_t> delete_requests{0};
  std::atomic<std::uint64_t> retries{0};
  std::atomic<std::uint64_t> bytes_received{0};  // of bodies, failed attempts included
};

struct ListRequest {
  std::string prefix;
  std::string delimiter;
  std::string start_after;
  std::string continuation_token;  // start_after has no effect where it is set
  int max_keys = 1000;
};

struct S3ObjectData {
  std::string body;
  std::map<std::string, std::string> metadata;  // the user's: lower-case names without `x-amz-meta-`
};

class S3Client {
 public:
  // kInvalid for a bucket or endpoint that can't be; kNotFound for a profile that does not exist. Nothing is sent yet.
  static Result<std::unique_ptr<S3Client>> Create(S3Options options);
  ~S3Client();
  S3Client(const S3Client&) = delete;
  S3Client& operator=(const S3Client&) = delete;

  Result<ListPage> List(const ListRequest& request);
  // Every page from `request` on, until `on_page` says false (no failure) or the last one.
  Status ListAll(ListRequest request, const std::function<bool(ListPage&)>& on_page);

  // `size_hint`: from the listing, 0 where unknown. An answer without a length that is shorter than the hint counts as cut.
  void GetAsync(const std::string& key, std::uint64_t size_hint, std::function<void(Result<std::string>)> done);
  void GetWithMetadata(const std::string& key, std::function<void(Result<S3ObjectData>)> done);
  Result<std::string> Get(const std::string& key, std::uint64_t size_hint = 0);

  // An object that is gone already is no failure.
  Status Delete(const std::string& key);
  Status Put(const std::string& key, std::string body);

  // Where the keys come from, once they are there and the configured role is assumed. Failures as of CredentialProvider.
  Result<std::string> FindKeys();
  // One request without a signature, once: whatever answers shows that the bucket's host is reached, and the server's clock.
  HttpResponse Knock();
  // `https://host`: where Knock and everything else goes now.
  std::string origin() const;

  // Everything in flight and everything after it is answered with kCancelled. Returns at once.
  void Cancel() {
    credentials_.Cancel();
    http_.Stop();
  }

  // The KMS keys, as ARNs, with which objects that were read are encrypted: those that are new since the last call.
  std::vector<std::string> TakeKeys();

  const S3Counters& counters() const { return counters_; }
  const std::string& bucket() const { return endpoint_.bucket(); }
  // The endpoint as it was configured where it is none of AWS's own names; else empty.
  std::string foreign_endpoint() const { return endpoint_.RegionOfName().empty() ? endpoint_.custom() : std::string(); }
  // Where requests go now; changes when the bucket turns out to be elsewhere.
  std::string region() const;

 private:
  struct Call;
  using CallPtr = std::shared_ptr<Call>;

  S3Client(S3Options options, S3Endpoint endpoint, std::string region, HttpOptions http);

  void StartGet(const std::string& key, std::uint64_t size_hint, std::function<void(Result<HttpResponse>)> done);
  void Start(const CallPtr& call);
  void WithCredentials(const CallPtr& call, Result<Credentials> credentials);
  // What a call for which there are no keys is answered with.
  Status WithoutKeys(const Call& call, const Status& why) const;
  void Attempt(const CallPtr& call);
  HttpRequest BuildRequest(Call& call);
  void OnAnswer(const CallPtr& call, HttpResponse response);
  void OnFailure(const CallPtr& call, const HttpResponse& response);
  // As Attempts::Again.
  void Again(const CallPtr& call, const HttpResponse& response, const Status& failure);
  void NoteKey(const HttpResponse& response);
  void SwitchRegion(const std::string& region);
  void Count(const Call& call);
  Result<HttpResponse> Wait(const CallPtr& call);
  S3Subject Subject(const Call& call) const;

  const S3Options options_;
  const S3Endpoint endpoint_;
  S3Counters counters_;
  ServerClock clock_;
  mutable std::mutex mutex_;
  std::string region_;                 // guarded by mutex_
  std::set<std::string> keys_;         // TakeKeys has given or will give; guarded by mutex_
  std::vector<std::string> new_keys_;  // guarded by mutex_
  // The client ends first: what it cancels still reaches the provider and the members above.
  ClientKeys credentials_;
  HttpClient http_;
};

}  // namespace trailsift
