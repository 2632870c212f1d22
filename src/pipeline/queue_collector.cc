#include "pipeline/queue_collector.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "pipeline/collector_source.h"
#include "pipeline/flow.h"
#include "pipeline/message_maker.h"
#include "pipeline/quarantine.h"
#include "pipeline/seen.h"
#include "pipeline/service_pages.h"
#include "pipeline/state_log.h"
#include "sink/queue_socket.h"
#include "source/checkpoint.h"

namespace trailsift {
namespace {

constexpr std::size_t kGroupObjects = 1000;
constexpr std::chrono::milliseconds kGroupTime(200);
constexpr std::chrono::seconds kStopPatience(10);
constexpr std::chrono::seconds kLastDrain(2);
// As stored: what waits in memory are messages, ten and more times as large.
constexpr std::size_t kMaxUnderWay = 6u << 20;
// Copies of a record are delivered within the hour; 10 bytes an identity.
constexpr Millis kKeepSeen = kHour;
constexpr std::size_t kMaxSeen = 20'000'000;
constexpr std::uint64_t kRotateGrowth = 16u << 20;
// Marks a home as this collector's: `run` writes its alerts' file there.
constexpr const char* kMark = "queue";

}  // namespace

std::string CollectorCounters::Describe() const {
  std::string text = std::to_string(records) + " records in " + std::to_string(objects) + " objects: " + std::to_string(sent) +
                     " sent, " + std::to_string(duplicates) + " duplicates, " + std::to_string(discarded) + " discarded, " +
                     std::to_string(quarantined_records) + " quarantined";
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += ", " + std::to_string(count) + ' ' + what;
  };
  add(shortened, "shortened");
  add(damaged_objects, "damaged objects");
  add(unread_objects, "objects not read");
  add(gone_objects, "objects deleted before they were read");
  add(digests, "digest files");
  return text;
}

namespace {

using Report = FlowResult<MessageReport>;

class QueueCollector {
 public:
  QueueCollector(const QueueCollectorOptions& options, std::stop_token stop)
      : options_(options), stop_(std::move(stop)), quarantine_(options.home), seen_(kMaxSeen, kKeepSeen) {}

  QueueResult Run() {
    if (Open()) Collect();
    result_.stopped = stop_.stop_requested();
    if (options_.reparse) RemoveReparse();
    return std::move(result_);
  }

 private:
  // Notes what is to be told at the end: what ends the collection goes before what was only met.
  bool Fail(QueueTrouble trouble, const Status& why) {
    const bool ends = trouble == QueueTrouble::kState || trouble == QueueTrouble::kSocket;
    if (result_.trouble == QueueTrouble::kNone || ends) {
      result_.trouble = trouble;
      result_.why = why;
    }
    return false;
  }
  bool FailAloud(QueueTrouble trouble, const Status& why) {
    LogError("collector", why.message());
    return Fail(trouble, why);
  }

  std::string ReparseHome() const { return options_.home + "/reparse"; }
  void RemoveReparse() const {
    std::error_code error;
    std::filesystem::remove_all(ReparseHome(), error);
  }

  bool Open() {
    Result<std::unique_ptr<CollectorSource>> source = MakeSource();
    if (!source.ok()) return FailAloud(QueueTrouble::kSettings, source.status());
    source_ = std::move(source).value();
    if (const Status status = OpenState(); !status.ok()) return FailAloud(QueueTrouble::kState, status);
    Result<std::unique_ptr<QueueSocket>> socket = QueueSocket::Open(options_.socket);
    if (!socket.ok()) return FailAloud(QueueTrouble::kSocket, socket.status());
    socket_ = std::move(socket).value();
    const CollectorFault fault = source_->Begin();
    return fault.trouble == QueueTrouble::kNone || Fail(fault.trouble, fault.why);
  }

  Result<std::unique_ptr<CollectorSource>> MakeSource() const {
    const AwsS3Settings& settings = options_.settings.aws_s3;
    if (!settings.services.empty()) return MakeServiceSource(options_);
    if (!settings.subscribers.empty()) return MakeSubscriberSource(options_);
    return MakeBucketSource(options_);
  }

  Status OpenState() {
    std::error_code error;
    std::filesystem::create_directories(options_.home, error);
    if (error) return {Code::kIo, options_.home + ": cannot be made: " + error.message()};
    Result<std::unique_ptr<Checkpoint>> checkpoint = Checkpoint::Open(options_.home);
    if (!checkpoint.ok()) return checkpoint.status();
    checkpoint_ = std::move(checkpoint).value();
    if (!checkpoint_->alerts().file.empty() && checkpoint_->alerts().file != kMark)
      return {Code::kInvalid, options_.home + ": the home of trailsift run; choose another --home"};
    if (options_.reparse) {
      // The lock stays with the home; what is read again is remembered for this run only.
      RemoveReparse();
      lock_ = std::move(checkpoint_);
      checkpoint = Checkpoint::Open(ReparseHome());
      if (!checkpoint.ok()) return checkpoint.status();
      checkpoint_ = std::move(checkpoint).value();
    }
    log_ = std::make_unique<StateLog>(options_.reparse ? ReparseHome() : options_.home);
    const Status opened = log_->Open(checkpoint_->state_log(), [this](StateFrame type, std::string_view payload) {
      return type != StateFrame::kSeen || seen_.Restore(payload) ? Status::Ok() : Status(Code::kCorrupt, "damaged identities");
    });
    if (opened.code() == Code::kIo) return opened;
    if (!opened.ok()) {
      LogWarning("collector", opened.message() + "; which records were sent before is forgotten");
      TRAILSIFT_RETURN_IF_ERROR(Rotate());
    }
    return source_->Join(*checkpoint_);
  }

  void Collect() {
    const Status flowed = RunFlow();
    result_.listing = source_->listing();
    if (!flowed.ok()) return;
    if (const CollectorFault fault = source_->fault(); fault.trouble != QueueTrouble::kNone) Fail(fault.trouble, fault.why);
    if (const Status committed = Commit(); !committed.ok() || stop_.stop_requested()) return;
    const Status ended = source_->End(waiting_);
    if (!ended.ok()) FailAloud(QueueTrouble::kState, ended);
    else if (Commit().ok() && source_->fault().trouble != QueueTrouble::kNone) Fail(source_->fault().trouble, source_->fault().why);
  }

  Status RunFlow() {
    FlowOptions flow_options;
    flow_options.threads = options_.threads;
    flow_options.max_bytes = kMaxUnderWay;
    Flow<MessageReport> flow(
        flow_options,
        []() -> Flow<MessageReport>::Worker {
          return [maker = MessageMaker(kMaxQueueDatagram)](std::string bytes, Report& report) {
            report.report = maker.Make(bytes, report.object);
            if (!report.report.object_fault.ok()) report.bytes = std::move(bytes);
          };
        },
        [&] { return source_->Next(stop_); });
    Report report;
    std::optional<std::chrono::steady_clock::time_point> stop_seen;
    for (;;) {
      const auto state = flow.Next(report, kGroupTime);
      if (state == Flow<MessageReport>::State::kEnd) return Status::Ok();
      Status status;
      if (state == Flow<MessageReport>::State::kReport) {
        if (!group_began_) group_began_ = std::chrono::steady_clock::now();
        status = Take(report);
      }
      if (status.ok()) status = Settle();
      if (!status.ok()) {
        flow.StopFeeding();
        source_->Cancel();  // nothing more of this is wanted
        return status;
      }
      if (!stop_.stop_requested()) continue;
      flow.StopFeeding();
      if (!stop_seen) stop_seen = std::chrono::steady_clock::now();
      if (std::chrono::steady_clock::now() - *stop_seen > kStopPatience) source_->Cancel();
    }
  }

  Status Take(Report& flow) {
    waiting_ = true;
    const std::string place = source_->PlaceBefore(flow.object) + flow.object.key;
    if (!flow.fetch.ok()) {
      TakeFailure(flow, place);
      return Status::Ok();
    }
    MessageReport& report = flow.report;
    CollectorCounters& counters = result_.counters;
    ++counters.objects;
    counters.records += report.datagrams.size() + report.discarded + report.bad_records.size();
    counters.discarded += report.discarded;
    counters.quarantined_records += report.bad_records.size();
    counters.digests += report.digests;
    std::vector<std::string_view> wanted;
    std::string error_event;
    if (const Status kept = KeepDamage(flow, place, error_event); !kept.ok()) {
      FailAloud(QueueTrouble::kState, kept);
      return kept;
    }

    // A name dated in the future must not make identities forgotten.
    const Millis name_time = std::min(flow.object.name_time, NowMillis() + kHour / 2);
    std::map<Millis, std::vector<ShortId>> fresh;
    wanted.reserve(report.datagrams.size() + 1);
    for (const Datagram& datagram : report.datagrams) {
      if (!seen_.Insert(datagram.event, datagram.time, name_time)) {
        ++counters.duplicates;
        continue;
      }
      fresh[SeenEvents::HourOf(datagram.time)].push_back(SeenEvents::Shorten(datagram.event));
      if (datagram.shortened >= 0) {
        const ShortenedRecord& whole = report.shortened[static_cast<std::size_t>(datagram.shortened)];
        ++counters.shortened;
        LogWarning("collector", place + ", record " + std::to_string(whole.index) + ": " + whole.reason);
        if (const Status kept = quarantine_.Keep(source_->QuarantineName(flow.object), static_cast<int>(whole.index), whole.reason,
                                                 whole.record, NowMillis());
            !kept.ok()) {
          FailAloud(QueueTrouble::kState, kept);
          return kept;
        }
      }
      wanted.push_back(std::string_view(report.text).substr(datagram.at, datagram.size));
    }
    // An answer is of now, while buckets may be behind: theirs are not to be forgotten for it.
    seen_.Advance(ServicePages::IsPage(flow.object) ? name_time - kDay : name_time);
    const std::size_t sending = wanted.size();
    if (!error_event.empty()) wanted.push_back(error_event);
    TRAILSIFT_RETURN_IF_ERROR(Send(std::move(wanted)));
    counters.sent += sending;
    for (auto& [hour, events] : fresh) {
      std::vector<ShortId>& all = new_seen_[{hour, name_time}];
      all.insert(all.end(), events.begin(), events.end());
    }
    source_->Sent(std::move(flow.object), flow.IsSound(), finished_);
    LogDebug("collector", place + ": " + std::to_string(sending) + " messages sent");
    return Status::Ok();
  }

  void TakeFailure(const Report& flow, const std::string& place) {
    if (flow.fetch.code() == Code::kNotFound) {
      ++result_.counters.gone_objects;
      LogWarning("collector", place + ": deleted before it was read; nothing of it was sent");
    } else if (flow.fetch.code() != Code::kCancelled) {
      ++result_.counters.unread_objects;
    }
    if (const CollectorFault fault = source_->NotRead(flow.object, flow.fetch); fault.trouble != QueueTrouble::kNone)
      Fail(fault.trouble, fault.why);
  }

  Status KeepDamage(const Report& flow, const std::string& place, std::string& error_event) {
    const MessageReport& report = flow.report;
    const Millis now = NowMillis();
    const std::string name = source_->QuarantineName(flow.object);
    if (!report.object_fault.ok()) {
      ++result_.counters.damaged_objects;
      TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(name, -1, report.object_fault.message(), flow.bytes, now));
    }
    for (const BadRecord& bad : report.bad_records)
      TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(name, static_cast<int>(bad.index), bad.reason, bad.bytes, now));
    if (flow.IsSound()) return Status::Ok();
    const std::string why = !report.object_fault.ok()
                                ? source_->PlaceBefore(flow.object) + report.object_fault.message()
                                : place + ": " + std::to_string(report.bad_records.size()) +
                                      " records can't be read, the first: " + report.bad_records.front().reason;
    const std::string text = why + "; kept in " + options_.home + "/quarantine, what could be read was sent";
    if (options_.skip_on_error) {
      LogWarning("collector", text);
      error_event = ErrorMessage(*flow.object.envelope, why);
    } else {
      FailAloud(QueueTrouble::kDamaged, Status(Code::kCorrupt, text));
    }
    return Status::Ok();
  }

  Status Send(std::vector<std::string_view> wanted) {
    while (!wanted.empty()) {
      const Result<std::size_t> sent = socket_->Send(wanted, kGroupTime);
      if (!sent.ok()) {
        FailAloud(QueueTrouble::kSocket, sent.status());
        return sent.status();
      }
      if (*sent == wanted.size()) return Status::Ok();
      wanted.erase(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(*sent));
      if (stop_.stop_requested()) return {Code::kCancelled, "stopped while the queue of Wazuh was full"};
    }
    return Status::Ok();
  }

  Status Settle() {
    if (!group_began_) return Status::Ok();
    if (finished_.size() < kGroupObjects && std::chrono::steady_clock::now() - *group_began_ < kGroupTime) return Status::Ok();
    group_began_.reset();
    return Commit();
  }

  // Waits until what was sent has been read.
  Status Drain() {
    for (;;) {
      const bool last = stop_.stop_requested();
      const Result<bool> drained =
          socket_->Drained(last ? std::chrono::duration_cast<std::chrono::milliseconds>(kLastDrain) : kGroupTime);
      if (!drained.ok()) {
        FailAloud(QueueTrouble::kSocket, drained.status());
        return drained.status();
      }
      if (*drained) return Status::Ok();
      if (last) return {Code::kCancelled, "stopped before the queue of Wazuh was read"};
    }
  }

  Status Commit() {
    if (!waiting_) return Status::Ok();
    TRAILSIFT_RETURN_IF_ERROR(Drain());
    const Status written = WriteState();
    if (!written.ok()) {
      FailAloud(QueueTrouble::kState, written);
      return written;
    }
    waiting_ = false;
    source_->Committed();
    return Status::Ok();
  }

  Status Rotate() {
    rotated_ = true;
    return log_->Rotate([this] {
      std::string all;
      seen_.AppendAll(all);
      log_->Append(StateFrame::kSeen, all);
    });
  }

  Status WriteState() {
    if (!rotated_ && log_->growth() > std::max<std::uint64_t>(kRotateGrowth, 2 * sizeof(ShortId) * seen_.size()))
      TRAILSIFT_RETURN_IF_ERROR(Rotate());
    std::string frame;
    for (const auto& [when, events] : new_seen_) SeenEvents::AppendFrame(when.first, when.second, events, frame);
    if (!frame.empty()) log_->Append(StateFrame::kSeen, frame);
    TRAILSIFT_RETURN_IF_ERROR(log_->Sync());
    TRAILSIFT_RETURN_IF_ERROR(checkpoint_->Commit(finished_, {kMark, 0}, log_->position()));
    new_seen_.clear();
    finished_.clear();
    if (rotated_) log_->RemoveOthers();
    rotated_ = false;
    return Status::Ok();
  }

  const QueueCollectorOptions& options_;
  const std::stop_token stop_;
  QueueResult result_;
  Quarantine quarantine_;
  SeenEvents seen_;
  std::map<std::pair<Millis, Millis>, std::vector<ShortId>> new_seen_;  // of the group, by hour and time in the object's name
  std::unique_ptr<Checkpoint> lock_;                                    // reparse: the home's own
  std::unique_ptr<Checkpoint> checkpoint_;
  std::unique_ptr<StateLog> log_;
  std::unique_ptr<QueueSocket> socket_;
  std::unique_ptr<CollectorSource> source_;
  std::vector<FinishedObject> finished_;  // of the group
  bool waiting_ = false;                  // there is something to commit
  std::optional<std::chrono::steady_clock::time_point> group_began_;
  bool rotated_ = false;
};

}  // namespace

QueueResult CollectToQueue(const QueueCollectorOptions& options, const std::stop_token& stop) {
  return QueueCollector(options, stop).Run();
}

}  // namespace trailsift
