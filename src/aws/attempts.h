// The attempts of one request: it is sent again after a fault that may pass, with growing, jittered pauses, as often as the options say.
//
// Belongs to one call and is touched by one thread at a time: the caller's until the request is sent, then the loop's of `http`. `http` and
// `options` must stay until the call is answered. When the client is stopped, a pause ends at once and the attempt behind it is answered
// with cancelled.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "base/status.h"
#include "base/time.h"
#include "net/http.h"

namespace trailsift {

// With their pauses they last longer than a minute of SlowDown.
inline constexpr int kDefaultAttempts = 14;

struct AttemptOptions {
  int most = 0;                                // 0: kDefaultAttempts
  std::chrono::milliseconds first_pause{100};  // doubles with each attempt
  std::chrono::milliseconds longest_pause{20'000};
};

class Attempts {
 public:
  // `name`: before what is logged, `s3`; stays as `options` does.
  Attempts(HttpClient& http, const AttemptOptions& options, std::string_view name) : http_(http), options_(options), name_(name) {}

  void Send(HttpRequest request, HttpClient::Callback done);
  // How many were sent.
  int made() const { return made_; }

  // `response` is that of the last attempt. Runs `again`, which sends, after the pause; where no attempt is left or none would get an
  // answer, calls `done` with the failure at once.
  void Again(const HttpResponse& response, const Status& failure, std::function<void()> again,
             const std::function<void(Status)>& done);

 private:
  HttpClient& http_;
  const AttemptOptions& options_;
  const std::string_view name_;
  int made_ = 0;
};

// A server with this status is busy or stumbled.
bool IsPassing(int status);

// After `attempts` failures (at least one): the first pause, doubled with each further attempt, at most the longest, less up to a half of it
// by chance, so that the pauses do grow and many clients don't come back together. At least what `response` asks for in seconds
// (Retry-After, RFC 9110), but the longest bounds that, too. Thread-safe.
Millis PauseAfter(int attempts, const AttemptOptions& options, const HttpResponse& response);

}  // namespace trailsift
