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
#include "formats/log_format.h"
#include "pipeline/flow.h"
#include "pipeline/message_maker.h"
#include "pipeline/quarantine.h"
#include "pipeline/seen.h"
#include "pipeline/state_log.h"
#include "sink/queue_socket.h"
#include "source/checkpoint.h"
#include "source/layout.h"
#include "source/store_factory.h"
#include "source/wazuh_progress.h"

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

std::string QueueCounters::Describe() const {
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
      : options_(options), bucket_(options.bucket), stop_(std::move(stop)), quarantine_(options.home), seen_(kMaxSeen, kKeepSeen) {}

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
    Result<std::unique_ptr<ObjectStore>> store = MakeStore(bucket_);
    if (!store.ok()) return FailAloud(QueueTrouble::kSettings, store.status());
    store_ = std::move(store).value();
    if (const Status status = OpenState(); !status.ok()) return FailAloud(QueueTrouble::kState, status);
    Result<std::unique_ptr<QueueSocket>> socket = QueueSocket::Open(options_.socket);
    if (!socket.ok()) return FailAloud(QueueTrouble::kSocket, socket.status());
    socket_ = std::move(socket).value();
    return CheckBucket();
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
    // Apart from what `run` knows of the same bucket.
    const Result<std::int64_t> source =
        checkpoint_->EnsureSource("queue:" + SourceName(bucket_), bucket_.only_logs_after.value_or(NowMillis() / kDay));
    if (!source.ok()) return source.status();
    source_ = *source;
    return options_.reparse ? Status::Ok() : TakeOverProgress();
  }

  Status TakeOverProgress() {
    if (options_.wazuh_progress.empty() || bucket_.type != "cloudtrail") return Status::Ok();
    const Result<WazuhProgress> progress = ReadWazuhProgress(options_.wazuh_progress);
    if (progress.status().code() == Code::kNotFound) return Status::Ok();
    if (!progress.ok())
      return progress.status().Annotate("what Wazuh has read can't be taken over (remove the file to begin without it)");
    const std::string path = bucket_.name + '/' + bucket_.path + bucket_.path_suffix;
    for (const WazuhStream& stream : progress->streams) {
      if (stream.bucket_path != path) continue;
      const Status taken = TakeOver(*checkpoint_, source_, stream);
      if (taken.code() == Code::kInvalid) continue;  // read by us since
      TRAILSIFT_RETURN_IF_ERROR(taken);
      LogInfo("collector",
              path + ", account " + stream.account + ", region " + stream.region + ": goes on where Wazuh's script has been");
    }
    return Status::Ok();
  }

  Result<StorePage> FoldersBelow(const std::string& prefix) {
    StoreQuery query;
    query.prefix = prefix;
    query.delimiter = "/";
    return store_->List(query);
  }

  bool CheckBucket() {
    const Result<StorePage> page = FoldersBelow(bucket_.path);
    if (!page.ok()) return FailAloud(QueueTrouble::kListing, page.status());
    const std::string place = store_->name() + bucket_.path;
    if (page->prefixes.empty() && page->objects.empty())
      return FailAloud(QueueTrouble::kEmptyBucket,
                       Status(Code::kNotFound, place + ": nothing here; check the bucket and its path"));
    if (ServiceFolder(bucket_.type).empty() || bucket_.type == "guardduty" || !bucket_.account_ids.empty()) return true;
    const std::string prefix = AccountsPrefix(bucket_);
    const Result<StorePage> accounts = FoldersBelow(prefix);
    if (!accounts.ok()) return FailAloud(QueueTrouble::kListing, accounts.status());
    if (!accounts->prefixes.empty()) return true;
    return FailAloud(QueueTrouble::kNoAccounts,
                     Status(Code::kNotFound, store_->name() + prefix +
                                                 ": no account folder here; check the prefix, the suffix and the "
                                                 "organization"));
  }

  FlowObject ToFlow(ObjectTask task) const {
    FlowObject object;
    object.store = store_.get();
    object.size = task.size;
    object.name_time = task.name_time;
    object.discard = &bucket_.discard;
    object.format = FormatOfType(bucket_.type);
    object.day = task.day;
    auto envelope = std::make_shared<Envelope>();
    envelope->account_alias = bucket_.account_alias;
    envelope->log_file = task.key;
    envelope->bucket = bucket_.name;
    envelope->account_id = std::move(task.account);
    object.envelope = std::move(envelope);
    object.key = std::move(task.key);
    return object;
  }

  void Collect() {
    Listing listing({{&bucket_, store_.get(), source_}}, *checkpoint_, NowMillis() / kDay, options_.look_back);
    const Status flowed = RunFlow(listing);
    result_.listing = listing.counters();
    if (!flowed.ok()) return;
    if (!listing.first_failure().ok()) Fail(QueueTrouble::kListing, listing.first_failure());
    for (const ObjectTask& task : failed_) listing.MarkFailed(task);
    if (const Status committed = Commit(); !committed.ok() || stop_.stop_requested()) return;
    if (const Status finished = listing.Finish(); !finished.ok()) FailAloud(QueueTrouble::kState, finished);
  }

  Status RunFlow(Listing& listing) {
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
        [&]() -> std::optional<FlowObject> {
          if (stop_.stop_requested()) return std::nullopt;
          std::optional<ObjectTask> task = listing.Next();
          if (!task) return std::nullopt;
          return ToFlow(std::move(*task));
        });
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
        store_->Cancel();  // nothing more of this is wanted
        return status;
      }
      if (!stop_.stop_requested()) continue;
      flow.StopFeeding();
      if (!stop_seen) stop_seen = std::chrono::steady_clock::now();
      if (std::chrono::steady_clock::now() - *stop_seen > kStopPatience) store_->Cancel();
    }
  }

  Status Take(Report& flow) {
    const std::string place = store_->name() + flow.object.key;
    if (!flow.fetch.ok()) {
      TakeFailure(flow, place);
      return Status::Ok();
    }
    MessageReport& report = flow.report;
    QueueCounters& counters = result_.counters;
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
        if (const Status kept = quarantine_.Keep(place, static_cast<int>(whole.index), whole.reason, whole.record, NowMillis());
            !kept.ok()) {
          FailAloud(QueueTrouble::kState, kept);
          return kept;
        }
      }
      wanted.push_back(std::string_view(report.text).substr(datagram.at, datagram.size));
    }
    seen_.Advance(name_time);
    const std::size_t sending = wanted.size();
    if (!error_event.empty()) wanted.push_back(error_event);
    TRAILSIFT_RETURN_IF_ERROR(Send(std::move(wanted)));
    counters.sent += sending;
    for (auto& [hour, events] : fresh) {
      std::vector<ShortId>& all = new_seen_[{hour, name_time}];
      all.insert(all.end(), events.begin(), events.end());
    }
    finished_.push_back({source_, flow.object.day, ObjectKeyHash(flow.object.key)});
    const bool sound = report.object_fault.ok() && report.bad_records.empty();
    if (sound && bucket_.remove_from_bucket) removals_.push_back(std::move(flow.object.key));
    LogDebug("collector", place + ": " + std::to_string(sending) + " messages sent");
    return Status::Ok();
  }

  void TakeFailure(const Report& flow, const std::string& place) {
    if (flow.fetch.code() == Code::kNotFound) {
      ++result_.counters.gone_objects;
      LogWarning("collector", place + ": deleted between listing and reading; nothing of it was sent");
      return;
    }
    ObjectTask task;
    task.key = flow.object.key;
    failed_.push_back(std::move(task));
    if (flow.fetch.code() == Code::kCancelled) return;  // asked to stop; it comes again
    ++result_.counters.unread_objects;
    FailAloud(QueueTrouble::kObject, flow.fetch.Annotate("not read, tried again at the next run"));
  }

  Status KeepDamage(const Report& flow, const std::string& place, std::string& error_event) {
    const MessageReport& report = flow.report;
    const Millis now = NowMillis();
    if (!report.object_fault.ok()) {
      ++result_.counters.damaged_objects;
      TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(place, -1, report.object_fault.message(), flow.bytes, now));
    }
    for (const BadRecord& bad : report.bad_records)
      TRAILSIFT_RETURN_IF_ERROR(quarantine_.Keep(place, static_cast<int>(bad.index), bad.reason, bad.bytes, now));
    if (report.object_fault.ok() && report.bad_records.empty()) return Status::Ok();
    const std::string why = !report.object_fault.ok()
                                ? store_->name() + report.object_fault.message()
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
    if (finished_.empty()) return Status::Ok();
    TRAILSIFT_RETURN_IF_ERROR(Drain());
    const Status written = WriteState();
    if (!written.ok()) {
      FailAloud(QueueTrouble::kState, written);
      return written;
    }
    for (const std::string& key : removals_)
      if (const Status status = store_->Delete(key); !status.ok())
        LogWarning("collector", store_->name() + key + ": sent, but not removed from the bucket: " + status.message());
    removals_.clear();
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
  const BucketSettings& bucket_;
  const std::stop_token stop_;
  QueueResult result_;
  Quarantine quarantine_;
  SeenEvents seen_;
  std::map<std::pair<Millis, Millis>, std::vector<ShortId>> new_seen_;  // of the group, by hour and time in the object's name
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<Checkpoint> lock_;  // reparse: the home's own
  std::unique_ptr<Checkpoint> checkpoint_;
  std::unique_ptr<StateLog> log_;
  std::unique_ptr<QueueSocket> socket_;
  std::int64_t source_ = 0;
  std::vector<FinishedObject> finished_;  // of the group
  std::vector<std::string> removals_;     // of the group
  std::vector<ObjectTask> failed_;
  std::optional<std::chrono::steady_clock::time_point> group_began_;
  bool rotated_ = false;
};

}  // namespace

QueueResult CollectToQueue(const QueueCollectorOptions& options, const std::stop_token& stop) {
  return QueueCollector(options, stop).Run();
}

}  // namespace trailsift
