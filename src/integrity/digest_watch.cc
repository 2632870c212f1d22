#include "integrity/digest_watch.h"

#include <algorithm>
#include <future>
#include <memory>

#include "integrity/digest_file.h"
#include "source/digest_key.h"
#include "source/layout.h"

namespace trailsift {
namespace {

// How far back the digest before is looked for: CloudTrail writes one each hour, also of an hour without logs.
constexpr Millis kLookedFor = 3 * kDay;

bool MayComeLater(const Status& status) {
  return status.code() == Code::kUnavailable || status.code() == Code::kIo || status.code() == Code::kCancelled;
}

struct Folder {
  std::string prefix;  // `…/{account}/CloudTrail-Digest/{region}/`
  std::string account;
  std::string region;
};

Folder FolderOf(const std::string& key) {
  const std::string_view service = "/CloudTrail-Digest/";
  const std::size_t at = key.find(service);
  const std::size_t begin = at + service.size();
  const std::size_t end = key.find('/', begin);
  const std::size_t account = key.rfind('/', at - 1) + 1;  // 0 where there is none
  return {key.substr(0, end + 1), key.substr(account, at - account), key.substr(begin, end - begin)};
}

void Settle(DigestReport& report, const Status& why) {
  report.outcome = MayComeLater(why) ? DigestReport::Outcome::kLater : DigestReport::Outcome::kNoKeys;
  report.why = why;
  report.findings.clear();
}

}  // namespace

Result<ObjectWithMetadata> DigestWatch::Read(const std::string& key) const {
  // Shared: set_value still touches the promise when get() has already returned.
  auto promise = std::make_shared<std::promise<Result<ObjectWithMetadata>>>();
  std::future<Result<ObjectWithMetadata>> answer = promise->get_future();
  options_.store->GetWithMetadata(key, [promise](Result<ObjectWithMetadata> object) { promise->set_value(std::move(object)); });
  return answer.get();
}

DigestReport DigestWatch::Judge(const std::string& key, const Result<ObjectWithMetadata>& object, Millis begin) {
  DigestReport report;
  const std::optional<DigestKey> name = ReadDigestKey(key);
  if (!name) return report;
  report.time = name->end;
  const Folder folder = FolderOf(key);
  report.account = folder.account;
  report.region = folder.region;
  if (!object.ok() && object.status().code() != Code::kCorrupt) {
    report.outcome = DigestReport::Outcome::kLater;
    report.why = object.status();
    return report;
  }
  DigestFile file = ReadDigestFile(key, name->end, object);
  const auto keys_of = [&](const Digest& digest) {
    return options_.keys->Find(report.region, digest.fingerprint, digest.start, digest.end + kHour);
  };
  // Without keys it is none of the chain yet: it comes again before those that follow.
  if (file.digest.ok()) {
    if (const Status found = keys_of(*file.digest).status(); !found.ok()) {
      Settle(report, found);
      return report;
    }
  }
  auto last = last_.find(name->stream);
  if (last == last_.end()) {
    if (const Status found = FindLast(key, name->stream, name->end, begin); !found.ok()) {
      report.outcome = DigestReport::Outcome::kLater;
      report.why = found;
      return report;
    }
    last = last_.find(name->stream);
  }
  const bool newest = last == last_.end() || last->second.end < file.end;
  const PublicKeys none;
  const PublicKeys* keys = &none;
  // The older one first: both are then among the keys of the region.
  for (const DigestFile* wanted : {newest && last != last_.end() ? &last->second : nullptr, &file}) {
    if (wanted == nullptr || !wanted->digest.ok()) continue;
    const Result<const PublicKeys*> found = keys_of(*wanted->digest);
    if (found.ok()) {
      keys = *found;
      continue;
    }
    if (wanted != &file) continue;
    Settle(report, found.status());
    return report;
  }

  ChainScope scope;
  scope.stream = name->stream;
  scope.backfill = name->backfill;
  scope.bucket = options_.bucket;
  scope.copy = options_.bucket.empty();
  if (const std::optional<KeyParts> parts = SplitAtLogs(name->stream)) scope.lead = parts->lead;
  scope.from = begin;
  Chain chain(*keys, scope);
  const Chain::Judgement judgement = chain.Judge(file);
  if (judgement.finding.verdict != Verdict::kValid) report.findings.push_back(judgement.finding);
  Status done;
  if (judgement.trusted) done = AddLogs(chain, *file.digest, report);
  if (done.ok() && newest) {
    if (last == last_.end()) {
      done = AddMissing(chain.Finish(), report);
    } else {
      // What the new one says of the one before goes beyond what that was judged by alone.
      const DigestFile& before = last->second;
      Chain alone(*keys, scope);
      const Chain::Judgement first = alone.Judge(before);
      const Chain::Judgement second = chain.Judge(before);
      done = AddMissing(second.before, report);
      if (second.finding.verdict != first.finding.verdict) report.findings.push_back(second.finding);
      if (done.ok() && second.trusted && !first.trusted) done = AddLogs(chain, *before.digest, report);
    }
  }
  if (!done.ok()) {
    report.outcome = DigestReport::Outcome::kLater;
    report.why = std::move(done);
    report.findings.clear();
    return report;
  }
  if (newest) {
    if (judgement.trusted) file.digest->logs.clear();
    last_.insert_or_assign(name->stream, std::move(file));
  }
  return report;
}

Status DigestWatch::FindLast(const std::string& key, const std::string& stream, Millis end, Millis begin) {
  StoreQuery query;
  query.prefix = FolderOf(key).prefix;
  query.start_after = query.prefix + DayFolder(std::max(begin, end - kLookedFor) / kDay);
  std::string found;
  Millis found_end = 0;
  for (bool more = true; more;) {
    const Result<StorePage> page = options_.store->List(query);
    if (!page.ok()) return page.status();
    more = !page->next.empty();
    for (const StoredObject& object : page->objects) {
      const std::optional<DigestKey> name = ReadDigestKey(object.key);
      if (!name || name->stream != stream || name->end >= end || name->end <= found_end) continue;
      found = object.key;
      found_end = name->end;
    }
    // Several trails' digests lie between each other, but in the order of the days.
    if (!page->objects.empty() && page->objects.back().key > query.prefix + DayFolder(end / kDay + 1)) more = false;
    query.token = page->next;
  }
  if (found.empty()) return {};
  const Result<ObjectWithMetadata> object = Read(found);
  if (!object.ok() && object.status().code() != Code::kCorrupt) {
    return MayComeLater(object.status()) ? object.status() : Status();
  }
  last_.insert_or_assign(stream, ReadDigestFile(found, found_end, object));
  return {};
}

// What a chain lacks is asked for by its key: it may only be hidden from the listing.
Status DigestWatch::AddMissing(std::vector<FileFinding> missing, DigestReport& report) const {
  for (FileFinding& finding : missing) {
    if (finding.why == Why::kNotThere) {
      const Result<std::string> object = options_.store->Get(finding.key);
      if (object.ok() || object.status().code() == Code::kCorrupt) continue;
      if (MayComeLater(object.status())) return object.status();
      if (object.status().code() != Code::kNotFound) {
        finding.verdict = Verdict::kUnreadable;
        finding.detail = object.status().message();
        report.unreadable.push_back(std::move(finding));
        continue;
      }
    }
    report.findings.push_back(std::move(finding));
  }
  return {};
}

Result<std::vector<std::string>> DigestWatch::Present(std::vector<std::string> keys) const {
  std::sort(keys.begin(), keys.end());
  std::vector<std::string> present;
  for (std::size_t at = 0; at < keys.size();) {
    // The logs of a digest lie in one day's folder, or two; each is listed from the first of them to the last.
    const std::string folder = keys[at].substr(0, keys[at].rfind('/') + 1);
    std::size_t end = at;
    while (end < keys.size() && keys[end].compare(0, folder.size(), folder) == 0) ++end;
    StoreQuery query;
    query.prefix = folder;
    query.start_after = keys[at].substr(0, keys[at].size() - 1);  // stands before it
    for (bool more = true; more;) {
      const Result<StorePage> page = options_.store->List(query);
      if (!page.ok()) return page.status();
      if (!page->faults.empty()) return page->faults.front();
      more = !page->next.empty();
      for (const StoredObject& object : page->objects)
        if (std::binary_search(keys.begin() + static_cast<std::ptrdiff_t>(at), keys.begin() + static_cast<std::ptrdiff_t>(end),
                               object.key))
          present.push_back(object.key);
      if (!page->objects.empty() && page->objects.back().key >= keys[end - 1]) more = false;
      query.token = page->next;
    }
    at = end;
  }
  std::sort(present.begin(), present.end());
  return present;
}

Status DigestWatch::AddLogs(const Chain& chain, const Digest& digest, DigestReport& report) const {
  std::vector<std::string> keys;
  for (const DigestLog& log : digest.logs)
    if (log.bucket == digest.bucket) keys.push_back(chain.LocalKey(log.key));
  std::vector<std::string> present;
  if (!options_.logs_leave && !keys.empty()) {
    Result<std::vector<std::string>> listed = Present(std::move(keys));
    if (!listed.ok()) return listed.status();
    present = std::move(listed).value();
  }
  for (const DigestLog& log : digest.logs) {
    const std::string key = chain.LocalKey(log.key);
    const std::optional<Sha256Value> seen = options_.hash_of(key);
    const bool there = options_.logs_leave || std::binary_search(present.begin(), present.end(), key);
    Result<Sha256Value> hash = Status(Code::kNotFound, "");
    if (seen && there) hash = *seen;
    else if (log.bucket == digest.bucket) hash = HashOfLog(options_.store->Get(key));
    if (!hash.ok() && MayComeLater(hash.status())) return hash.status();
    ++report.logs;
    FileFinding finding = JudgeLog(log, digest, key, hash);
    if (finding.verdict == Verdict::kValid) continue;
    if (finding.verdict == Verdict::kMissing && options_.logs_leave) continue;
    (finding.verdict == Verdict::kUnreadable ? report.unreadable : report.findings).push_back(std::move(finding));
  }
  return {};
}

}  // namespace trailsift
