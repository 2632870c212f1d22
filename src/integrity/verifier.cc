#include "integrity/verifier.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "integrity/chain.h"
#include "integrity/digest_file.h"
#include "integrity/read_ahead.h"
#include "integrity/trail_folders.h"
#include "source/digest_key.h"
#include "source/folder_store.h"
#include "source/layout.h"

namespace trailsift {
namespace {

// A digest comes within the hour after the one that it covers, so a log waits for it no longer than this.
constexpr Millis kDigestDelay = 2 * kHour;
// How far a log's name may be ahead of the clock.
constexpr Millis kClockSlack = 15 * kMinute;
// A log is delivered some minutes after the time in its name; the digest goes by the delivery.
constexpr Millis kDeliveryDelay = 15 * kMinute;
constexpr std::size_t kReadsAhead = 8;

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Why nothing trusted names the logs of a digest.
struct Trouble {
  Millis from;
  Millis to;
  Why why;
};

Why LogsReason(const FileFinding& digest) {
  switch (digest.verdict) {
    case Verdict::kChanged: return Why::kDigestChanged;
    case Verdict::kMissing: return Why::kDigestMissing;
    case Verdict::kUnreadable: return Why::kDigestUnreadable;
    default: return Why::kDigestUnsigned;
  }
}

std::string Detail(Why why) {
  switch (why) {
    case Why::kDigestChanged: return "the digest that names it, or that of its time, is changed";
    case Why::kDigestMissing: return "the digest of its time is missing";
    case Why::kDigestUnreadable: return "the digest of its time could not be read";
    case Why::kDigestUnsigned: return "the digest that names it, or that of its time, is unsigned";
    default: return "no digest names it";
  }
}

// One account's region.
class RegionVerifier {
 public:
  RegionVerifier(const VerifyOptions& options, const TrailFolder& folder, const std::function<Status(const FileFinding&)>& tell,
                 const std::stop_token& stop, VerifyResult& result)
      : options_(options), store_(*options.store), folder_(folder), tell_(tell), stop_(stop), result_(result) {}

  Status Run() {
    std::map<std::string, std::vector<std::pair<Millis, std::string>>> streams;
    bool whole = true;
    const Status listed = List(
        folder_.digests(), kDigestDelay,
        [&](const StoredObject& object) {
          if (const std::optional<DigestKey> name = ReadDigestKey(object.key); name && InRange(name->end, kDigestDelay))
            streams[name->stream].emplace_back(name->end, object.key);
          return Status::Ok();
        },
        &whole);
    TRAILSIFT_RETURN_IF_ERROR(listed);
    if (options_.keys == nullptr && !streams.empty()) {
      Millis from = std::numeric_limits<Millis>::max();
      Millis to = 0;
      for (const auto& [stream, files] : streams) {
        for (const auto& [end, key] : files) {
          from = std::min(from, end - kHour);
          to = std::max(to, end);
        }
      }
      Result<PublicKeys> asked = options_.ask_keys(folder_.region, from, to + kHour);
      if (!asked.ok()) {
        result_.faults.push_back(asked.status());
        return Status::Ok();
      }
      asked_ = std::move(asked).value();
    }
    for (auto& [stream, files] : streams) {
      std::sort(files.begin(), files.end(), std::greater<>());
      TRAILSIFT_RETURN_IF_ERROR(VerifyStream(stream, files));
    }
    if (!whole)
      troubles_.push_back({std::numeric_limits<Millis>::min(), std::numeric_limits<Millis>::max(), Why::kDigestUnreadable});
    return FindUncovered();
  }

 private:
  bool stopped() {
    if (stop_.stop_requested()) result_.interrupted = true;
    return result_.interrupted;
  }
  std::size_t ahead() const { return store_.local() ? 1 : kReadsAhead; }
  bool InRange(Millis time, Millis behind) const {
    return (!options_.from_day || time >= *options_.from_day * kDay) &&
           (!options_.to_day || time < (*options_.to_day + 1) * kDay + behind);
  }

  // Every object of the range's days below `prefix`. What fails is noted, and `whole` becomes false.
  Status List(const std::string& prefix, Millis behind, const std::function<Status(const StoredObject&)>& each, bool* whole) {
    StoreQuery query;
    query.prefix = prefix;
    if (options_.from_day) query.start_after = prefix + DayFolder(*options_.from_day);
    const std::string end = options_.to_day ? prefix + DayFolder(*options_.to_day + 1 + (behind > 0 ? 1 : 0)) : std::string();
    do {
      if (stopped()) return Status::Ok();
      const Result<StorePage> page = store_.List(query);
      if (!page.ok()) {
        result_.faults.push_back(page.status());
        *whole = false;
        return Status::Ok();
      }
      if (!page->faults.empty()) *whole = false;
      result_.faults.insert(result_.faults.end(), page->faults.begin(), page->faults.end());
      for (const StoredObject& object : page->objects) {
        if (!end.empty() && object.key >= end) return Status::Ok();
        TRAILSIFT_RETURN_IF_ERROR(each(object));
      }
      query.token = page->next;
    } while (!query.token.empty());
    return Status::Ok();
  }

  Status VerifyStream(const std::string& stream, const std::vector<std::pair<Millis, std::string>>& files) {
    ChainScope scope;
    scope.stream = stream;
    scope.backfill = ReadDigestKey(files.front().second)->backfill;
    scope.bucket = options_.bucket;
    scope.copy = options_.bucket.empty();
    if (const std::optional<KeyParts> parts = SplitAtLogs(stream)) scope.lead = parts->lead;
    if (options_.from_day) scope.from = *options_.from_day * kDay;
    Chain chain(options_.keys != nullptr ? *options_.keys : asked_, scope);
    ChainSpan span{stream, 0, 0};
    ReadAhead<ObjectWithMetadata> reads(
        files.size(), ahead(), [&](std::size_t index, auto done) { store_.GetWithMetadata(files[index].second, std::move(done)); });
    for (const auto& [end, key] : files) {
      if (stopped()) return Status::Ok();
      Result<ObjectWithMetadata> object = reads.Next();
      if (stopped()) return Status::Ok();
      if (!object.ok() && object.status().code() != Code::kCorrupt) {
        TRAILSIFT_RETURN_IF_ERROR(TellMissing(chain.Skip(key, end)));
        // Listed and gone at once: for the chain it is missing, and the digest after it may not name it.
        const bool gone = object.status().code() == Code::kNotFound;
        TRAILSIFT_RETURN_IF_ERROR(
            TellDigest({FileKind::kDigest, gone ? Verdict::kMissing : Verdict::kUnreadable, gone ? Why::kNotThere : Why::kNoAccess,
                        key, object.status().message(), end - kHour, end}));
        continue;
      }
      const DigestFile file = ReadDigestFile(key, end, object);
      const Chain::Judgement judgement = chain.Judge(file);
      TRAILSIFT_RETURN_IF_ERROR(TellMissing(judgement.before));
      TRAILSIFT_RETURN_IF_ERROR(TellDigest(judgement.finding));
      if (!file.digest.ok()) continue;
      if (judgement.trusted) {
        span.from = span.to == 0 ? file.digest->start : std::min(span.from, file.digest->start);
        span.to = std::max(span.to, file.digest->end);
        TRAILSIFT_RETURN_IF_ERROR(VerifyLogs(chain, *file.digest));
      } else {
        for (const DigestLog& log : file.digest->logs)
          untrusted_.emplace(StrongHash(chain.LocalKey(log.key)), LogsReason(judgement.finding));
      }
    }
    if (span.to != 0) result_.spans.push_back(std::move(span));
    return TellMissing(chain.Finish());
  }

  Status TellDigest(const FileFinding& finding) {
    if (finding.verdict != Verdict::kValid && finding.from && finding.to)
      troubles_.push_back({*finding.from, *finding.to, LogsReason(finding)});
    return tell_(finding);
  }

  // What a chain lacks is asked for once more by its key: it may lie outside of what was listed, or be hidden from us.
  Status TellMissing(std::vector<FileFinding> findings) {
    for (FileFinding& finding : findings) {
      if (finding.why == Why::kNotThere) {
        const Result<std::string> object = store_.Get(finding.key);
        if (object.ok()) continue;
        if (object.status().code() != Code::kNotFound) {
          finding.verdict = Verdict::kUnreadable;
          finding.why = Why::kNoAccess;
          finding.detail = object.status().message();
        }
      }
      TRAILSIFT_RETURN_IF_ERROR(TellDigest(finding));
    }
    return Status::Ok();
  }

  Status VerifyLogs(const Chain& chain, const Digest& digest) {
    ReadAhead<std::string> reads(digest.logs.size(), ahead(), [&](std::size_t index, auto done) {
      store_.GetAsync(chain.LocalKey(digest.logs[index].key), 0, std::move(done));
    });
    for (const DigestLog& log : digest.logs) {
      if (stopped()) return Status::Ok();
      const std::string key = chain.LocalKey(log.key);
      covered_.insert(StrongHash(key));
      const Result<std::string> bytes = reads.Next();
      if (stopped()) return Status::Ok();
      const FileFinding finding = JudgeLog(log, digest, key, HashOfLog(bytes));
      TRAILSIFT_RETURN_IF_ERROR(tell_(finding));
    }
    return Status::Ok();
  }

  // The logs that no trusted digest names.
  Status FindUncovered() {
    bool whole = true;
    return List(
        folder_.logs(), 0,
        [&](const StoredObject& object) {
          if (object.key.back() == '/' || (store_.local() && EndsWith(object.key, kMetadataSuffix))) return Status::Ok();
          if (covered_.contains(StrongHash(object.key))) return Status::Ok();
          return tell_(Uncovered(object.key));
        },
        &whole);
  }

  FileFinding Uncovered(const std::string& key) const {
    FileFinding finding{FileKind::kLog, Verdict::kUnsigned, Why::kNoDigest, key, "", {}, {}};
    const std::optional<Millis> time = ReadKey(key).name_time;
    if (const auto named = untrusted_.find(StrongHash(key)); named != untrusted_.end()) {
      finding.why = named->second;
    } else if (time) {
      const auto trouble = std::find_if(troubles_.begin(), troubles_.end(), [&](const Trouble& t) {
        return t.from == std::numeric_limits<Millis>::min() || (*time >= t.from - kDeliveryDelay && *time <= t.to);
      });
      if (trouble != troubles_.end()) finding.why = trouble->why;
      else if (*time > options_.now - kDigestDelay && *time < options_.now + kClockSlack) finding.verdict = Verdict::kNotYetCovered;
    }
    if (finding.why == Why::kDigestUnreadable) finding.verdict = Verdict::kUnreadable;
    finding.detail = finding.verdict == Verdict::kNotYetCovered ? "its digest is still to come" : Detail(finding.why);
    return finding;
  }

  const VerifyOptions& options_;
  ObjectStore& store_;
  const TrailFolder& folder_;
  const std::function<Status(const FileFinding&)>& tell_;
  const std::stop_token& stop_;
  VerifyResult& result_;
  PublicKeys asked_;                                           // of the region
  std::unordered_set<Hash128, HashOfHash128> covered_;         // keys of logs that trusted digests name
  std::unordered_map<Hash128, Why, HashOfHash128> untrusted_;  // those that other digests name
  std::vector<Trouble> troubles_;
};

}  // namespace

Result<VerifyResult> Verify(const VerifyOptions& options, const std::function<Status(const FileFinding&)>& tell,
                            const std::stop_token& stop) {
  VerifyResult result;
  for (const TrailFolder& folder : FindTrailFolders(*options.store, options.prefix, result.faults)) {
    if (options.bucket.empty() && !SplitAtLogs(folder.account)) {
      result.faults.emplace_back(Code::kInvalid, options.store->name() + folder.account +
                                                     ": not below a folder AWSLogs; a digest names its "
                                                     "logs from there on, so keep that folder in a copy");
      continue;
    }
    RegionVerifier verifier(options, folder, tell, stop, result);
    TRAILSIFT_RETURN_IF_ERROR(verifier.Run());
    if (result.interrupted) break;
  }
  return result;
}

}  // namespace trailsift
