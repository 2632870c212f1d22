// HTTP/1.1 for every part of trailsift that speaks to a server: one thread runs an event loop over libcurl's multi interface, keeps
// connections alive and limits how many go to one host.
//
// Thread-safe. A callback runs on the loop thread and must not block (so no Perform in it); it may call Send and After. Each Send is
// answered exactly once. Redirects are answered, never followed; TLS certificates are verified; bodies come as they were sent (no
// decompression). A request that takes longer than its timeout, or whose transfer stalls, is ended and said so.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trailsift {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // sent as it is: already percent-encoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{300'000};  // from the start of the transfer, not of the wait for a free connection
  std::chrono::milliseconds connect_timeout{10'000};
  std::size_t max_body = 16 << 20;  // a longer answer is a transport error
  bool no_proxy = false;            // true: HTTP_PROXY and the like are not honoured
};

// Where a request without an answer failed.
enum class HttpFault {
  kNone,
  kName,         // the host's name is unknown
  kProxyName,    // the proxy's is
  kConnect,      // nobody listens, or the network has no way
  kProxy,        // the proxy refused the connection
  kTls,          // no TLS handshake
  kCertificate,  // the server's is not trusted
  kAuthorities,  // the file of trusted certificates can't be read
  kTimeout,
  kOther,  // within the answer, or before anything was sent
};

struct HttpResponse {
  int status = 0;                                            // 0 without an answer
  std::vector<std::pair<std::string, std::string>> headers;  // lower-case names, in the order of the answer
  std::string body;
  std::string transport_error;       // empty when a whole HTTP answer came
  bool retryable_transport = false;  // the same request may succeed later
  HttpFault fault = HttpFault::kNone;
  bool never_connected = false;  // refused, or the name is unknown, at an origin that never answered this client
  bool cancelled = false;        // the client was stopped
  bool too_large = false;        // than the request's max_body

  // The first header of that lower-case name; empty where there is none.
  std::string_view Header(std::string_view name) const;
};

struct HttpOptions {
  int max_connections_per_host = 32;
  std::string ca_bundle;  // a PEM file; empty: the system's
  std::string user_agent = "trailsift";
  // A transfer slower than this for this long is ended.
  long low_speed_bytes_per_second = 64;
  std::chrono::seconds low_speed_time{30};
};

class HttpClient {
 public:
  using Callback = std::function<void(HttpResponse)>;

  explicit HttpClient(HttpOptions options = {});
  // Stops and waits for the loop thread.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Returns at once.
  void Send(HttpRequest request, Callback done);
  // Sends and waits for the answer. Not on the loop thread (answers with a transport error there).
  HttpResponse Perform(HttpRequest request);
  // Runs `task` on the loop thread, `delay` from now; at once when the client is stopped (a Send in it then answers cancelled).
  void After(std::chrono::milliseconds delay, std::function<void()> task);
  // Runs `task` on the loop thread: with true once `fd` can be read or has come to its end, with false after `limit` and when the client is
  // stopped. The descriptor is the caller's and stays open until then.
  void WhenReadable(int fd, std::chrono::milliseconds limit, std::function<void(bool readable)> task);
  // Answers all that is in flight, and all that comes later, with cancelled. Returns at once.
  void Stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace trailsift
