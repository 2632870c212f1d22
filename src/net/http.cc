#include "net/http.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <queue>
#include <thread>
#include <unordered_map>

#include "net/http_transfer.h"

namespace trailsift {
namespace {

using Clock = std::chrono::steady_clock;

// The part of a URL that decides which connections can serve it.
std::string OriginOf(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t end = url.find_first_of("/?", scheme == std::string::npos ? 0 : scheme + 3);
  return url.substr(0, end);
}

struct Job {
  HttpRequest request;
  HttpClient::Callback done;
};

struct Timer {
  Clock::time_point due;
  std::uint64_t sequence;  // equal times run in the order they were asked for
  std::function<void()> task;
};

struct LaterFirst {
  bool operator()(const Timer& a, const Timer& b) const { return std::tie(a.due, a.sequence) > std::tie(b.due, b.sequence); }
};

struct Watch {
  int fd;
  Clock::time_point due;
  std::function<void(bool)> task;
};

}  // namespace

std::string_view HttpResponse::Header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

// Other threads hand over jobs and timers under the mutex and wake the loop; everything else belongs to the loop thread.
class HttpClient::Loop {
 public:
  explicit Loop(HttpOptions options) : options_(std::move(options)) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);  // thread-safe as a local static
    static_cast<void>(initialised);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(std::max(options_.max_connections_per_host, 1)) * 2);
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    Enter(Phase::kQuit);
    thread_.join();
    for (CURL* easy : idle_) curl_easy_cleanup(easy);
    curl_multi_cleanup(multi_);
  }

  void Send(Job job) {
    std::lock_guard lock(mutex_);
    new_jobs_.push_back(std::move(job));
    curl_multi_wakeup(multi_);
  }

  void After(std::chrono::milliseconds delay, std::function<void()> task) {
    std::lock_guard lock(mutex_);
    new_timers_.push_back({Clock::now() + delay, next_sequence_++, std::move(task)});
    curl_multi_wakeup(multi_);
  }

  void WhenReadable(Watch watch) {
    std::lock_guard lock(mutex_);
    new_watches_.push_back(std::move(watch));
    curl_multi_wakeup(multi_);
  }

  void Stop() { Enter(Phase::kCancel); }

  bool OnLoopThread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  // The jobs of one origin: how many run, and those that wait for one of its connections.
  struct Lane {
    int active = 0;
    std::deque<Job> waiting;
  };

  enum class Phase {
    kWork,
    kCancel,  // everything is answered with cancelled
    kQuit,    // and the thread ends when nothing is left
  };

  void Enter(Phase phase) {
    std::lock_guard lock(mutex_);
    phase_ = std::max(phase_, phase);
    curl_multi_wakeup(multi_);
  }

  void Run() {
    for (;;) {
      const Phase phase = TakeNew();
      if (phase == Phase::kWork) {
        RunTimers(Clock::now());
        RunWatches(Clock::now());
        int running = 0;
        curl_multi_perform(multi_, &running);
        if (FinishTransfers()) continue;  // callbacks may have asked for more
      } else {
        CancelAll();
        if (phase == Phase::kQuit && NothingNew()) return;
      }
      std::vector<curl_waitfd> watched;
      for (const Watch& watch : watches_) watched.push_back({watch.fd, CURL_WAIT_POLLIN, 0});
      curl_multi_poll(multi_, watched.data(), static_cast<unsigned>(watched.size()), WaitMillis(), nullptr);
    }
  }

  Phase TakeNew() {
    std::vector<Job> jobs;
    Phase phase;
    {
      std::lock_guard lock(mutex_);
      phase = phase_;
      jobs.swap(new_jobs_);
      for (Timer& timer : new_timers_) timers_.push(std::move(timer));
      new_timers_.clear();
      std::move(new_watches_.begin(), new_watches_.end(), std::back_inserter(watches_));
      new_watches_.clear();
    }
    for (Job& job : jobs) {
      const std::string origin = OriginOf(job.request.url);
      lanes_[origin].waiting.push_back(std::move(job));
      if (phase == Phase::kWork) StartWaiting(origin);
    }
    return phase;
  }

  void RunTimers(Clock::time_point now) {
    while (!timers_.empty() && timers_.top().due <= now) {
      const std::function<void()> task = timers_.top().task;
      timers_.pop();
      task();
    }
  }

  // A task may ask for the next watch of the same descriptor.
  void RunWatches(Clock::time_point now) {
    std::vector<Watch> left;
    for (Watch& watch : std::exchange(watches_, {})) {
      pollfd state{watch.fd, POLLIN, 0};
      const bool readable = ::poll(&state, 1, 0) > 0;
      if (readable || watch.due <= now) watch.task(readable);
      else left.push_back(std::move(watch));
    }
    watches_ = std::move(left);
  }

  int WaitMillis() {
    std::lock_guard lock(mutex_);
    if (phase_ == Phase::kQuit || !new_jobs_.empty() || !new_timers_.empty() || !new_watches_.empty()) return 0;
    Clock::time_point due = Clock::now() + std::chrono::minutes(1);
    if (!timers_.empty()) due = std::min(due, timers_.top().due);
    for (const Watch& watch : watches_) due = std::min(due, watch.due);
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
  }

  void StartWaiting(const std::string& origin) {
    Lane& lane = lanes_[origin];
    while (!lane.waiting.empty() && lane.active < std::max(options_.max_connections_per_host, 1)) {
      Job job = std::move(lane.waiting.front());
      lane.waiting.pop_front();
      ++lane.active;
      CURL* easy = nullptr;
      if (idle_.empty()) {
        easy = curl_easy_init();
      } else {
        easy = idle_.back();
        idle_.pop_back();
      }
      auto transfer = std::make_unique<HttpTransfer>(easy, std::move(job.request), std::move(job.done), options_);
      curl_multi_add_handle(multi_, easy);
      running_.emplace(easy, Running{std::move(transfer), origin});
    }
    if (lane.active == 0) lanes_.erase(origin);
  }

  // True when at least one transfer ended.
  bool FinishTransfers() {
    bool any = false;
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      CURL* easy = message->easy_handle;
      const auto found = running_.find(easy);
      if (found == running_.end()) continue;
      Running ended = std::move(found->second);
      running_.erase(found);
      any = true;
      curl_multi_remove_handle(multi_, easy);
      --lanes_[ended.origin].active;
      StartWaiting(ended.origin);
      ended.transfer->Finish(code, answered_[ended.origin]);
      ended.transfer->TakeHandle();
      curl_easy_reset(easy);
      idle_.push_back(easy);
    }
    return any;
  }

  // What callbacks and timers ask for meanwhile is answered in the next round.
  void CancelAll() {
    for (auto& [easy, running] : running_) {
      curl_multi_remove_handle(multi_, easy);
      running.transfer->Cancel();
    }
    running_.clear();
    for (auto& [origin, lane] : std::exchange(lanes_, {}))
      for (Job& job : lane.waiting) job.done(CancelledResponse());
    for (Watch& watch : std::exchange(watches_, {})) watch.task(false);
    RunTimers(Clock::time_point::max());
  }

  bool NothingNew() {
    std::lock_guard lock(mutex_);
    return new_jobs_.empty() && new_timers_.empty() && new_watches_.empty();
  }

  struct Running {
    std::unique_ptr<HttpTransfer> transfer;
    std::string origin;
  };

  const HttpOptions options_;
  CURLM* multi_ = nullptr;
  std::unordered_map<CURL*, Running> running_;
  std::map<std::string, Lane> lanes_;
  std::map<std::string, bool> answered_;  // by origin
  std::vector<CURL*> idle_;
  std::priority_queue<Timer, std::vector<Timer>, LaterFirst> timers_;
  std::vector<Watch> watches_;

  std::mutex mutex_;
  std::vector<Job> new_jobs_;
  std::vector<Timer> new_timers_;
  std::vector<Watch> new_watches_;
  std::uint64_t next_sequence_ = 0;
  Phase phase_ = Phase::kWork;
  std::thread thread_;
};

HttpClient::HttpClient(HttpOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
HttpClient::~HttpClient() = default;

void HttpClient::Send(HttpRequest request, Callback done) { loop_->Send({std::move(request), std::move(done)}); }

HttpResponse HttpClient::Perform(HttpRequest request) {
  if (loop_->OnLoopThread()) {
    HttpResponse response;
    response.transport_error = "a blocking request on the event loop's own thread";
    return response;
  }
  // Shared: set_value still touches the promise when get() has already returned.
  auto promise = std::make_shared<std::promise<HttpResponse>>();
  std::future<HttpResponse> future = promise->get_future();
  Send(std::move(request), [promise](HttpResponse response) { promise->set_value(std::move(response)); });
  return future.get();
}

void HttpClient::After(std::chrono::milliseconds delay, std::function<void()> task) { loop_->After(delay, std::move(task)); }

void HttpClient::WhenReadable(int fd, std::chrono::milliseconds limit, std::function<void(bool readable)> task) {
  loop_->WhenReadable({fd, Clock::now() + limit, std::move(task)});
}

void HttpClient::Stop() { loop_->Stop(); }

}  // namespace trailsift
