#include "doctor/bucket_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "aws/s3.h"
#include "base/time.h"
#include "config/values.h"
#include "doctor/access_check.h"
#include "doctor/home_check.h"
#include "doctor/newest_object.h"
#include "source/folder_store.h"
#include "source/layout.h"
#include "source/public_key_lister.h"
#include "source/s3_store.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;
using Area = CheckResult::Area;

// Accounts of which an object is read.
constexpr std::size_t kMaxReads = 10;
// Failures of one kind that are told one by one.
constexpr std::size_t kMaxFailures = 5;
constexpr int kMaxFolderPages = 20;

struct Stream {
  std::string account;
  std::string region;
  std::optional<NewestObject> newest;
};

std::string Count(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

std::string Ago(Millis span) {
  struct Unit {
    Millis span;
    const char* one;
    const char* many;
  };
  static constexpr Unit kUnits[] = {{kDay, "day", "days"}, {kHour, "hour", "hours"}, {kMinute, "minute", "minutes"}};
  for (const Unit& unit : kUnits)
    if (span >= unit.span) return Count(static_cast<std::size_t>(span / unit.span), unit.one, unit.many) + " ago";
  return "just now";
}

class BucketCheck {
 public:
  BucketCheck(const BucketSettings& bucket, const DoctorOptions& options, const Tell& tell)
      : bucket_(bucket), options_(options), tell_(tell), subject_(SourceName(bucket)) {}

  void Run() {
    if (bucket_.is_folder()) store_ = std::make_unique<FolderStore>(bucket_.folder);
    else if (!OpenBucket()) return SkipRest();
    if (!FindStreams()) return SkipRest();
    LookAtNewest();
    ReadNewest();
    if (bucket_.remove_from_bucket) TryToDelete();
    if (NeedsKeys()) ListKeys();
  }

 private:
  CheckResult Make(Verdict verdict, const char* check, std::string detail) const {
    CheckResult result;
    result.verdict = verdict;
    result.area = bucket_.is_folder() ? Area::kDisk : Area::kAws;
    result.check = check;
    result.subject = subject_;
    result.detail = std::move(detail);
    return result;
  }
  void Say(Verdict verdict, const char* check, std::string detail, std::string hint = {}) const {
    CheckResult result = Make(verdict, check, std::move(detail));
    result.hint = std::move(hint);
    tell_(std::move(result));
  }

  // What a request was refused with.
  void Refused(const char* check, Need need, const Status& status) const {
    CheckResult result = Make(Verdict::kFail, check, status.message());
    if (bucket_.is_folder()) return tell_(std::move(result));
    result.action = ActionsOf(need).front();
    result.identity = identity_;
    ReadRefusal(status, StatementFor(bucket_, need), result);
    tell_(std::move(result));
  }
  void Allowed(const char* check, Need need, std::string detail) const {
    CheckResult result = Make(Verdict::kOk, check, std::move(detail));
    if (!bucket_.is_folder()) result.action = ActionsOf(need).front();
    tell_(std::move(result));
  }
  void Skip(const char* check, Need need, std::string why) const {
    CheckResult result = Make(Verdict::kSkipped, check, std::move(why));
    if (!bucket_.is_folder()) result.action = ActionsOf(need).front();
    tell_(std::move(result));
  }
  void SkipRest() const {
    if (!tried_list_) Skip("list", Need::kList, "not tried");
    Skip("get", Need::kRead, "not tried: no object is known");
    Skip("decrypt", Need::kDecrypt, "not tried");
    if (NeedsKeys() && !bucket_.is_folder()) Skip("keys", Need::kKeys, "not tried");
    if (bucket_.remove_from_bucket) {
      if (client_ != nullptr && tried_list_) TryToDelete();
      else Skip("delete", Need::kRemove, "not tried");
    }
  }

  // --- the way to the bucket ---

  S3Options Options() const { return WithLimits(ClientOptions(bucket_), options_); }

  bool OpenBucket() {
    Result<std::unique_ptr<S3Client>> client = S3Client::Create(Options());
    if (!client.ok()) {
      const bool profile = client.status().code() == Code::kNotFound || client.status().code() == Code::kIo;
      Say(Verdict::kFail, profile ? "credentials" : "reach", client.status().message());
      return false;
    }
    client_ = client->get();
    store_ = std::make_unique<S3Store>(std::move(client).value());
    const bool reached = Reach();
    return FindKeys() && reached;
  }

  bool Reach() {
    return CheckHost([this] { return client_->Knock(); }, client_->origin(), options_, Make(Verdict::kOk, "", ""), false, tell_);
  }

  bool FindKeys() {
    const auto without_role = [this]() -> Result<std::string> {
      S3Options plain = Options();
      plain.credentials.role_arn.clear();
      const Result<std::unique_ptr<S3Client>> caller = S3Client::Create(std::move(plain));
      if (!caller.ok()) return caller.status();
      return (*caller)->FindKeys();
    };
    const std::optional<std::string> identity = CheckKeys(
        bucket_, subject_, without_role, [this] { return client_->FindKeys(); }, tell_);
    identity_ = identity.value_or("");
    return identity.has_value();
  }

  // --- what is in it ---

  Result<std::vector<std::string>> Folders(const std::string& prefix) {
    tried_list_ = true;
    std::vector<std::string> names;
    StoreQuery query;
    query.prefix = prefix;
    query.delimiter = "/";
    for (int pages = 0; pages < kMaxFolderPages; ++pages) {
      Result<StorePage> page = store_->List(query);
      if (!page.ok()) return page.status();
      for (const std::string& folder : page->prefixes)
        names.push_back(folder.substr(prefix.size(), folder.size() - prefix.size() - 1));
      query.token = page->next;
      if (query.token.empty()) break;
    }
    return names;
  }

  void ListRefused(const Status& status) {
    if (++list_failures_ <= kMaxFailures) Refused("list", Need::kList, status);
  }

  // False where nothing can be said of the objects.
  bool FindStreams() {
    bool has_accounts = !ServiceFolder(bucket_.type).empty();
    if (bucket_.type == "guardduty") {
      // Findings that Firehose delivers have no accounts.
      const Result<std::vector<std::string>> native = Folders(bucket_.path + "AWSLogs/");
      if (!native.ok()) return ListRefused(native.status()), false;
      has_accounts = !native->empty();
    }
    if (!has_accounts) {
      const Result<std::vector<std::string>> folders = Folders(bucket_.path);
      if (!folders.ok()) return ListRefused(folders.status()), false;
      Allowed("list", Need::kList, Count(folders->size(), "folder", "folders"));
      streams_.push_back({});
      return true;
    }
    std::vector<std::string> accounts = bucket_.account_ids;
    if (accounts.empty() && !DiscoverAccounts(accounts)) return false;
    for (const std::string& account : accounts) {
      std::vector<std::string> regions = bucket_.regions;
      if (regions.empty()) {
        Result<std::vector<std::string>> found = Folders(RegionsPrefix(bucket_, account));
        if (!found.ok()) {
          ListRefused(found.status());
          continue;
        }
        regions = std::move(*found);
        if (regions.empty())
          Say(Verdict::kWarn, "newest", account + ": no region's folder there", "check <aws_account_id>, <path> and <path_suffix>");
      }
      for (const std::string& region : regions) streams_.push_back({account, region, std::nullopt});
      if (options_.max_streams != 0 && streams_.size() >= options_.max_streams) break;
    }
    accounts_ = accounts.size();
    return list_failures_ == 0 || !streams_.empty();
  }

  bool DiscoverAccounts(std::vector<std::string>& accounts) {
    const std::string prefix = AccountsPrefix(bucket_);
    Result<std::vector<std::string>> found = Folders(prefix);
    if (!found.ok()) return ListRefused(found.status()), false;
    std::string organization;
    for (std::string& name : *found) {
      if (IsAccountId(name)) accounts.push_back(std::move(name));
      else if (name.rfind("o-", 0) == 0) organization = name;
    }
    if (!accounts.empty()) return true;
    Allowed("list", Need::kList, "allowed");
    Say(Verdict::kWarn, "newest", "no account's folder there",
        organization.empty()
            ? "check <path> and <path_suffix>; a new trail needs up to 15 minutes for its first object"
            : "for the trail of the organization write <aws_organization_id>" + organization + "</aws_organization_id>");
    return false;
  }

  void LookAtNewest() {
    const Millis now = NowMillis();
    const std::size_t all = streams_.size();
    if (options_.max_streams != 0 && all > options_.max_streams) streams_.resize(options_.max_streams);
    std::vector<Stream> listed;
    for (Stream& stream : streams_) {
      Result<std::optional<NewestObject>> newest = FindNewest(*store_, bucket_, stream.account, stream.region, now);
      if (!newest.ok()) {
        ListRefused(newest.status());
        continue;
      }
      stream.newest = std::move(*newest);
      listed.push_back(std::move(stream));
    }
    streams_ = std::move(listed);
    if (list_failures_ > kMaxFailures)
      Say(Verdict::kFail, "list", Count(list_failures_ - kMaxFailures, "further failure", "further failures") + " of this kind");
    if (list_failures_ == 0 && accounts_ > 0) {
      std::string detail = Count(accounts_, "account", "accounts") + ", " + Count(streams_.size(), "region", "regions");
      if (options_.max_streams != 0 && all >= options_.max_streams) detail += " looked at; --all looks at every one";
      Allowed("list", Need::kList, std::move(detail));
    }
    for (std::size_t begin = 0; begin < streams_.size();) {
      std::size_t end = begin;
      while (end < streams_.size() && streams_[end].account == streams_[begin].account) ++end;
      TellNewest(begin, end, now);
      begin = end;
    }
  }

  // The streams of one account, the good ones first.
  void TellNewest(std::size_t begin, std::size_t end, Millis now) const {
    std::optional<Millis> freshest;
    for (std::size_t i = begin; i < end; ++i)
      if (streams_[i].newest && streams_[i].newest->dated) freshest = std::max(freshest.value_or(0), streams_[i].newest->time);
    std::vector<CheckResult> results;
    for (std::size_t i = begin; i < end; ++i) results.push_back(JudgeNewest(streams_[i], freshest, now));
    std::stable_sort(results.begin(), results.end(), [](const CheckResult& a, const CheckResult& b) {
      return std::tie(a.verdict, a.hint) < std::tie(b.verdict, b.hint);
    });
    for (CheckResult& result : results) tell_(std::move(result));
  }

  CheckResult JudgeNewest(const Stream& stream, std::optional<Millis> freshest, Millis now) const {
    CheckResult result = Make(Verdict::kOk, "newest", "");
    result.area = Area::kState;
    if (!stream.account.empty()) result.subject += ' ' + stream.account;
    result.item = stream.region;
    const bool trail = bucket_.type == "cloudtrail";
    const bool account_lives = freshest && now - *freshest <= kDay;
    if (!stream.newest) {
      result.verdict = Verdict::kWarn;
      result.detail = "no object";
      result.hint = stream.region.empty() ? "check <path>" : "check <regions> and <aws_account_id>";
      return result;
    }
    if (!stream.newest->dated) {
      result.detail = "its key says no time";
      return result;
    }
    const Millis age = now - stream.newest->time;
    result.detail = (stream.newest->old ? "more than " : "") + Ago(age);
    if (age <= (trail ? kHour : kDay)) return result;
    result.verdict = Verdict::kWarn;
    if (bucket_.is_folder()) result.hint = "a copy that is not kept up to date shows no new events";
    else if (!trail) result.hint = "right where so little happens; else look whether the service still writes";
    else if (account_lives)
      result.hint = "right where nothing happens in a region; CloudTrail writes about every five minutes else";
    else result.hint = "look whether the trail still logs: aws cloudtrail get-trail-status --name TRAIL";
    if (trail && !bucket_.is_folder() && !account_lives) result.verdict = Verdict::kFail;
    return result;
  }

  // The newest object of each account.
  void ReadNewest() {
    std::vector<const Stream*> newest;
    for (const Stream& stream : streams_) {
      if (!stream.newest) continue;
      if (newest.empty() || newest.back()->account != stream.account) newest.push_back(&stream);
      else if (newest.back()->newest->time < stream.newest->time) newest.back() = &stream;
    }
    if (newest.empty()) {
      Skip("get", Need::kRead, "not tried: there is no object yet");
      return Skip("decrypt", Need::kDecrypt, "not tried");
    }
    std::size_t read = 0;
    std::size_t bytes = 0;
    std::size_t failed = 0;
    for (const Stream* stream : newest) {
      if (read + failed == kMaxReads) break;
      const Result<std::string> object = store_->Get(stream->newest->key);
      if (!object.ok()) {
        if (++failed <= kMaxFailures) Refused("get", Need::kRead, object.status());
        continue;
      }
      ++read;
      bytes += object->size();
      LookInside(stream->newest->key, *object);
    }
    if (read == 0) return;
    if (failed == 0)
      Allowed("get", Need::kRead,
              Count(read, "object", "objects") + " read, " + InBytes(static_cast<double>(bytes)) +
                  (newest.size() > 1 ? ": the newest of each account" : ": the newest"));
    if (bucket_.is_folder()) return;
    Allowed("decrypt", Need::kDecrypt, DescribeKeys(store_->TakeKeys()));
  }

  void LookInside(const std::string& key, const std::string& bytes) const {
    if (bucket_.type != "cloudtrail" || bytes.rfind("\x1f\x8b", 0) == 0 || bytes.rfind('{', 0) == 0) return;
    Say(Verdict::kWarn, "get", store_->name() + key + ": neither gzip nor JSON", "something else than CloudTrail writes there");
  }

  // Of a folder's digests the environment's credentials ask.
  bool NeedsKeys() const { return options_.log_integrity && bucket_.type == "cloudtrail"; }

  // Those that sign today, of one region: the permission is the same in all.
  void ListKeys() const {
    const std::string region = streams_.empty() || streams_.front().region.empty() ? "us-east-1" : streams_.front().region;
    const Millis now = NowMillis();
    PublicKeyLister lister(bucket_.is_folder() ? nullptr : &bucket_, options_.attempts, options_.timeout);
    const Result<std::vector<PublicKeyEntry>> keys = lister.List(region, now - kDay, now);
    CheckResult result = Make(keys.ok() ? Verdict::kOk : Verdict::kFail, "keys", "");
    result.area = Area::kAws;
    result.action = ActionsOf(Need::kKeys).front();
    if (keys.ok()) {
      result.detail = Count(keys->size(), "public key", "public keys") + " of CloudTrail in " + region;
      return tell_(std::move(result));
    }
    result.detail = keys.status().message();
    result.identity = identity_;
    if (keys.status().code() == Code::kDenied) result.missing = KeysStatement();
    else result.hint = "digests wait until the keys can be had";
    tell_(std::move(result));
  }

  void TryToDelete() const {
    const std::string prefix = StatementFor(bucket_, Need::kList).prefixes.front();  // ends with *
    const std::string key = prefix.substr(0, prefix.size() - 1).append(kNeverWritten);
    if (bucket_.is_folder()) return;
    const Status status = store_->Delete(key);
    if (status.ok()) Allowed("delete", Need::kRemove, "allowed, tried with a key that nothing has: " + key);
    else Refused("delete", Need::kRemove, status);
  }

  const BucketSettings& bucket_;
  const DoctorOptions& options_;
  const Tell& tell_;
  const std::string subject_;
  std::unique_ptr<ObjectStore> store_;
  S3Client* client_ = nullptr;  // of the store; null for a folder
  std::string identity_;        // whose policy is asked
  bool tried_list_ = false;
  std::size_t list_failures_ = 0;
  std::size_t accounts_ = 0;
  std::vector<Stream> streams_;
};

}  // namespace

void CheckBucket(const BucketSettings& bucket, const DoctorOptions& options, const Tell& tell) {
  BucketCheck(bucket, options, tell).Run();
}

}  // namespace trailsift
