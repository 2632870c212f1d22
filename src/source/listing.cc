#include "source/listing.h"

#include <algorithm>

#include "base/log.h"
#include "config/values.h"
#include "source/digest_key.h"
#include "source/layout.h"

namespace trailsift {
namespace {

// Keys that wait in memory over all branches: about 150 bytes each.
constexpr int kWaitingKeys = 200'000;

}  // namespace

struct Listing::Branch {
  std::size_t bucket = 0;
  std::string account;
  std::string region;
  std::string prefix;
  std::string start_after;
  std::int64_t from = 0;            // the first day that a pass lists
  std::optional<std::int64_t> day;  // listed day by day: the one at hand
  std::optional<Millis> digests_from;
  std::string token;
  std::deque<ObjectTask> waiting;
  bool started = false;
  bool at_end = false;
  bool failed = false;
};

Listing::Listing(std::vector<BucketSource> buckets, Checkpoint& checkpoint, std::int64_t today, Millis look_back, bool digests)
    : buckets_(std::move(buckets)),
      checkpoint_(checkpoint),
      today_(today),
      look_back_days_((look_back + kDay - 1) / kDay),
      digests_(digests),
      incomplete_(buckets_.size()) {}

Listing::~Listing() = default;

void Listing::Fail(std::size_t index, const std::string& what, const Status& status, const std::string& account,
                   const std::string& region) {
  const BucketSource& bucket = buckets_[index];
  incomplete_[index] = true;
  if (status.code() == Code::kCancelled) return;
  ++counters_.failures;
  if (first_failure_.ok()) first_failure_ = status;
  if (bucket.store->local()) ++counters_.local_failures;
  // A page may have any number of faults, which come one after the other.
  const ListingFailure* last = failures_.empty() ? nullptr : &failures_.back();
  if (last == nullptr || last->bucket != index || last->account != account || last->region != region)
    failures_.push_back({index, account, region, what + ": " + status.message()});
  LogError("source", bucket.store->name() + what + ": not listed in this pass: " + status.message());
}

Result<std::vector<std::string>> Listing::Folders(const BucketSource& bucket, const std::string& prefix) {
  std::vector<std::string> names;
  StoreQuery query;
  query.prefix = prefix;
  query.delimiter = "/";
  do {
    Result<StorePage> page = bucket.store->List(query);
    if (!page.ok()) return page.status();
    for (const std::string& folder : page->prefixes)
      names.push_back(folder.substr(prefix.size(), folder.size() - prefix.size() - 1));
    query.token = page->next;
  } while (!query.token.empty());
  return names;
}

void Listing::Discover(std::size_t index) {
  const BucketSource& bucket = buckets_[index];
  const BucketSettings& settings = *bucket.settings;
  bool has_accounts = !ServiceFolder(settings.type).empty();
  if (settings.type == "guardduty") {
    // Findings that Firehose delivers have no accounts.
    const std::string prefix = settings.path + "AWSLogs/";
    const Result<std::vector<std::string>> native = Folders(bucket, prefix);
    if (!native.ok()) return Fail(index, prefix, native.status());
    has_accounts = !native->empty();
  }
  if (!has_accounts) return AddBranch(index, {}, {});
  std::vector<std::string> accounts = settings.account_ids;
  if (accounts.empty()) {
    const std::string prefix = AccountsPrefix(settings);
    Result<std::vector<std::string>> found = Folders(bucket, prefix);
    if (!found.ok()) return Fail(index, prefix, found.status());
    std::string organization;
    for (std::string& name : *found) {
      if (IsAccountId(name)) accounts.push_back(std::move(name));
      else if (name.rfind("o-", 0) == 0) organization = name;
    }
    if (accounts.empty())
      LogWarning("source",
                 bucket.store->name() + prefix + ": no account folder here" +
                     (organization.empty() ? std::string("; is <path> right, and has the trail written yet?")
                                           : "; for the trail of organization " + organization + " write <aws_organization_id>" +
                                                 organization + "</aws_organization_id>"));
    else if (!organization.empty() && settings.organization_id.empty())
      LogWarning("source", bucket.store->name() + prefix + organization +
                               "/: an organization's trail is not read; a further <bucket> with <aws_organization_id> would");
  }
  accounts_.insert(accounts.begin(), accounts.end());
  for (const std::string& account : accounts) {
    std::vector<std::string> regions = settings.regions;
    if (regions.empty()) {
      const std::string prefix = RegionsPrefix(settings, account);
      Result<std::vector<std::string>> found = Folders(bucket, prefix);
      if (!found.ok()) {
        Fail(index, prefix, found.status(), account);
        continue;
      }
      regions = std::move(*found);
      if (regions.empty()) LogInfo("source", bucket.store->name() + prefix + ": no region folder here yet");
    }
    for (const std::string& region : regions) AddBranch(index, account, region);
    if (digests_ && settings.type == "cloudtrail") AddDigests(index, account);
  }
}

// Digests lie beside the logs: `…/{account}/CloudTrail-Digest/{region}/`. In the checkpoint they are streams of their own.
void Listing::AddDigests(std::size_t index, const std::string& account) {
  const BucketSource& bucket = buckets_[index];
  const std::string prefix = AccountsPrefix(*bucket.settings) + account + "/CloudTrail-Digest/";
  const Result<std::vector<std::string>> found = Folders(bucket, prefix);
  if (!found.ok()) return Fail(index, prefix, found.status(), account, "CloudTrail-Digest");
  const std::vector<std::string>& wanted = bucket.settings->regions;
  for (const std::string& region : *found) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), region) == wanted.end()) continue;
    const std::string name = "CloudTrail-Digest/" + region;
    const Result<Stream> stream = checkpoint_.EnsureStream(bucket.id, account, name);
    if (!stream.ok()) return Fail(index, prefix, stream.status(), account, name);
    // History is not checked, verify does that: the logs that old digests name would all be read again.
    std::int64_t from = std::max(stream->from_day, std::min(today_, stream->done_day.value_or(today_)) - look_back_days_);
    if (bucket.settings->only_logs_after) from = std::max(from, *bucket.settings->only_logs_after);
    auto branch = std::make_unique<Branch>();
    branch->bucket = index;
    branch->account = account;
    branch->region = name;
    branch->prefix = prefix + region + '/';
    branch->start_after = branch->prefix + DayFolder(from);
    branch->digests_from = from * kDay;
    branches_.push_back(std::move(branch));
  }
}

void Listing::AddBranch(std::size_t index, const std::string& account, const std::string& region) {
  const BucketSource& bucket = buckets_[index];
  const Result<Stream> stream = checkpoint_.EnsureStream(bucket.id, account, region);
  auto branch = std::make_unique<Branch>();
  branch->bucket = index;
  branch->account = account;
  branch->region = region;
  branch->prefix = DaysPrefix(*bucket.settings, account, region);
  if (!stream.ok()) return Fail(index, branch->prefix, stream.status(), account, region);
  std::int64_t from = stream->from_day;
  // What another collector has read begins and ends where it says, whatever the source's first day is.
  if (!stream->start_after.empty()) from = ReadKey(stream->start_after).day.value_or(from);
  if (stream->done_day) from = std::max(from, std::min(today_, *stream->done_day) - look_back_days_);
  if (bucket.settings->only_logs_after) from = std::max(from, *bucket.settings->only_logs_after);
  branch->from = from;
  std::string start_after = stream->start_after;
  if (again_from_) {
    from = *again_from_;
    start_after.clear();
  }
  if (IsListedByDay(bucket.settings->type)) branch->day = std::min(from, today_);
  else branch->start_after = std::max(branch->prefix + DayFolder(from, bucket.settings->type), start_after);
  branches_.push_back(std::move(branch));
}

bool Listing::IsWantedAgain(const Branch& branch, const ObjectTask& task, bool known) {
  if (!known && task.day >= branch.from) {
    ++counters_.left;
    return false;
  }
  return task.name_time >= *again_from_ * kDay;
}

void Listing::Refill(Branch& branch) {
  const BucketSource& bucket = buckets_[branch.bucket];
  while (branch.waiting.empty() && !branch.at_end) {
    StoreQuery query;
    query.prefix = branch.prefix;
    if (branch.day) query.prefix += DayFolder(*branch.day, bucket.settings->type) + '/';
    else if (branch.token.empty()) query.start_after = branch.start_after;
    query.token = branch.token;
    query.max_keys = std::clamp(kWaitingKeys / std::max(1, static_cast<int>(branches_.size())), 50, 1000);
    Result<StorePage> page = bucket.store->List(query);
    if (!page.ok()) {
      branch.failed = branch.at_end = true;
      return Fail(branch.bucket, branch.prefix, page.status(), branch.account, branch.region);
    }
    for (const Status& fault : page->faults) {
      branch.failed = true;
      Fail(branch.bucket, branch.prefix, fault, branch.account, branch.region);
    }
    branch.token = page->next;
    branch.at_end = page->next.empty() && (!branch.day || ++*branch.day > today_);
    for (StoredObject& object : page->objects) {
      if (object.key.empty() || object.key.back() == '/') continue;
      ++counters_.listed;
      ObjectTask task;
      const KeyFacts facts = branch.account.empty() ? ReadDatedKey(object.key) : ReadKey(object.key);
      task.bucket = branch.bucket;
      task.size = object.size;
      task.day = facts.day.value_or(kNoDay);
      task.name_time = facts.name_time.value_or(facts.day.value_or(today_) * kDay);
      task.account = branch.account;
      if (branch.digests_from) {
        const std::optional<DigestKey> digest = ReadDigestKey(object.key);
        if (!digest) continue;
        task.day = digest->end / kDay;
        task.name_time = digest->end;
        task.digests_from = branch.digests_from;
      }
      task.key = std::move(object.key);
      const Result<bool> known = checkpoint_.IsFinished({bucket.id, task.day, ObjectKeyHash(task.key)});
      if (!known.ok()) {
        branch.failed = branch.at_end = true;
        return Fail(branch.bucket, branch.prefix, known.status(), branch.account, branch.region);
      }
      if (*known) ++counters_.known;
      if (again_from_ ? IsWantedAgain(branch, task, *known) : !*known) branch.waiting.push_back(std::move(task));
    }
  }
}

std::optional<ObjectTask> Listing::Next() {
  const auto push = [&](std::size_t index) {
    Branch& branch = *branches_[index];
    if (branch.waiting.empty()) Refill(branch);
    if (!branch.waiting.empty()) heads_.push({branch.waiting.front().name_time, branch.waiting.front().key, index});
  };
  if (!discovered_) {
    discovered_ = true;
    for (std::size_t i = 0; i < buckets_.size(); ++i) Discover(i);
    for (std::size_t i = 0; i < branches_.size(); ++i) push(i);
  }
  if (heads_.empty()) return std::nullopt;
  const std::size_t index = heads_.top().branch;
  heads_.pop();
  ObjectTask task = std::move(branches_[index]->waiting.front());
  branches_[index]->waiting.pop_front();
  push(index);
  return task;
}

void Listing::MarkFailed(const ObjectTask& task) {
  for (const auto& branch : branches_)
    if (branch->bucket == task.bucket && task.key.compare(0, branch->prefix.size(), branch->prefix) == 0) branch->failed = true;
}

Status Listing::Finish() {
  for (const auto& branch : branches_)
    if (branch->at_end && !branch->failed)
      TRAILSIFT_RETURN_IF_ERROR(checkpoint_.FinishStream(buckets_[branch->bucket].id, branch->account, branch->region, today_));
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const bool whole =
        std::none_of(branches_.begin(), branches_.end(), [&](const auto& branch) { return branch->bucket == i && branch->failed; });
    if (whole && !incomplete_[i]) TRAILSIFT_RETURN_IF_ERROR(checkpoint_.ForgetBefore(buckets_[i].id, today_ - look_back_days_ - 1));
  }
  return Status::Ok();
}

}  // namespace trailsift
