#include "aws/attempts.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <string>
#include <utility>

#include "base/log.h"

namespace trailsift {
namespace {

// Where nothing ever answered the endpoint is most likely wrong: say so soon.
constexpr int kAttemptsAtNobody = 4;

}  // namespace

bool IsPassing(int status) { return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505); }

Millis PauseAfter(int attempts, const AttemptOptions& options, const HttpResponse& response) {
  thread_local std::minstd_rand random(std::random_device{}());
  const Millis longest = options.longest_pause.count();
  const Millis full = std::min(longest, static_cast<Millis>(options.first_pause.count()) << std::clamp(attempts - 1, 0, 20));
  const std::string_view asked = response.Header("retry-after");
  int seconds = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
  return std::max(std::uniform_int_distribution<Millis>(full / 2, full)(random), std::min(seconds * kSecond, longest));
}

void Attempts::Send(HttpRequest request, HttpClient::Callback done) {
  ++made_;
  http_.Send(std::move(request), std::move(done));
}

void Attempts::Again(const HttpResponse& response, const Status& failure, std::function<void()> again,
                     const std::function<void(Status)>& done) {
  if (!response.transport_error.empty() && !response.retryable_transport) return done(failure);
  int most = options_.most > 0 ? options_.most : kDefaultAttempts;
  if (response.never_connected) most = std::min(most, kAttemptsAtNobody);
  if (made_ >= most) {
    if (made_ == 1) return done(failure);
    return done(Status(failure.code(), failure.message() + " after " + std::to_string(made_) + " attempts"));
  }
  LogDebug(name_, failure.message() + "; trying again");
  http_.After(std::chrono::milliseconds(PauseAfter(made_, options_, response)), std::move(again));
}

}  // namespace trailsift
