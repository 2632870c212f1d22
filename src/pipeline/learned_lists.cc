#include "pipeline/learned_lists.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/log.h"
#include "rules/text_file.h"
#include "sink/disk.h"

namespace trailsift {
namespace {

constexpr std::string_view kFolder = "lists/trailsift/";
constexpr std::string_view kPrefix = "etc/lists/trailsift/";
// The key of regions_used that says that learning is over: aws.source of every CloudTrail record.
constexpr std::string_view kOver = "cloudtrail";
constexpr std::size_t kMaxKeySize = 256;

// What can't stand in a list, or would stand there as something else, is no name of AWS.
bool IsPlain(std::string_view key) {
  return !key.empty() && key.size() <= kMaxKeySize &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c != '"' && static_cast<unsigned char>(c) < 0x7f; });
}

std::string TextOf(const std::map<std::string, std::string, std::less<>>& values) {
  std::string text;
  for (const auto& [key, value] : values) text += (key.find(':') == std::string::npos ? key : '"' + key + '"') + ':' + value + '\n';
  return text;
}

Status WriteAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return DiskError("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0 ? Status::Ok() : DiskError("sync", path, errno);
}

}  // namespace

LearnedLists::LearnedLists(std::string home, Millis learning_period)
    : home_(std::move(home)),
      learning_period_(learning_period),
      lists_{{{"accounts_own", {}}, {"own_log_buckets", {}}, {"own_log_keys", {}}, {"regions_used", {}}}} {}

void LearnedLists::Read() {
  for (List& list : lists_) {
    const std::string path = home_ + '/' + std::string(kFolder) + list.name;
    const Result<std::string> text = ReadTextFile(path);
    if (!text.ok()) {
      if (text.status().code() != Code::kNotFound)
        LogWarning("lists", text.status().message() + "; what stood there is learned again");
      continue;
    }
    const ValueList read = ValueList::Parse(*text);
    for (const auto& [key, value] : read.values())
      if (IsPlain(key) && Add(list, key, value)) list.is_new = true;
    list.unsaved = false;
  }
}

bool LearnedLists::Add(List& list, std::string_view key, std::string value) {
  if (list.values.contains(key)) return false;
  if (list.values.size() >= kMaxLearnedKeys) {
    if (left_out_++ == 0)
      LogWarning("lists",
                 std::string(list.name) + ": more than " + std::to_string(kMaxLearnedKeys) + " keys; further ones are left out");
    return false;
  }
  list.values.emplace(key, std::move(value));
  return list.unsaved = true;
}

void LearnedLists::AddLogBucket(std::string_view bucket) {
  if (IsPlain(bucket) && Add(lists_[kLogBuckets], bucket, "")) lists_[kLogBuckets].is_new = true;
}

void LearnedLists::AddAccount(std::string_view account) {
  if (IsPlain(account) && Add(lists_[kAccounts], account, "")) lists_[kAccounts].is_new = true;
}

void LearnedLists::SetLogBuckets(const std::vector<std::string>& buckets) {
  List& list = lists_[kLogBuckets];
  const auto before = std::exchange(list.values, {});
  for (const std::string& bucket : buckets)
    if (IsPlain(bucket)) Add(list, bucket, "");
  list.is_new = list.is_new || list.values != before;
  list.unsaved = list.values != before;
}

void LearnedLists::AddLogKey(std::string_view key) {
  if (!IsPlain(key)) return;
  List& list = lists_[kLogKeys];
  if (Add(list, key, "")) list.is_new = true;
  // arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-…
  const std::size_t id = key.find(":key/");
  if (id != std::string_view::npos && id + 5 < key.size() && Add(list, key.substr(id + 5), "")) list.is_new = true;
}

void LearnedLists::AddRegion(std::string_view region, Millis time) {
  List& list = lists_[kRegions];
  if (!IsPlain(region) || region == kOver) return;
  if (Add(list, region, FormatIsoTime(std::min(time, NowMillis()))) && list.values.contains(kOver)) list.is_new = true;
}

void LearnedLists::Advance(Millis time) {
  List& list = lists_[kRegions];
  if (list.values.empty() || list.values.contains(kOver)) return;
  Millis began = INT64_MAX;
  for (const auto& [region, first_seen] : list.values) began = std::min(began, ParseIsoTime(first_seen).value_or(INT64_MAX));
  // A name dated in the future must not end it.
  time = std::min(time, NowMillis());
  if (began == INT64_MAX || time - began < learning_period_) return;
  if (Add(list, kOver, FormatIsoTime(time))) list.is_new = true;
}

bool LearnedLists::IsNewTo(const RuleSet& rules) const {
  return std::any_of(lists_.begin(), lists_.end(), [&](const List& list) {
    if (!list.is_new) return false;
    const auto use = rules.lists().find(std::string(kPrefix) + list.name);
    return use != rules.lists().end() && use->second.origin != ListUse::Origin::kFile;
  });
}

std::shared_ptr<const RuleSet> LearnedLists::ApplyTo(const RuleSet& rules) {
  ListTexts texts;
  for (List& list : lists_) {
    if (!list.values.empty()) texts.emplace_back(std::string(kPrefix) + list.name, TextOf(list.values));
    list.is_new = false;
  }
  return rules.WithLearned(texts);
}

Status LearnedLists::Save() {
  for (List& list : lists_) {
    if (!list.unsaved || home_.empty()) continue;
    TRAILSIFT_RETURN_IF_ERROR(Write(list));
    list.unsaved = false;
  }
  return Status::Ok();
}

Status LearnedLists::Write(const List& list) const {
  const std::string name = std::string(kFolder) + list.name;
  const std::string path = home_ + '/' + name;
  const std::string fresh = path + ".new";
  TRAILSIFT_RETURN_IF_ERROR(MakeFoldersOf(home_, name));
  {
    const FileDescriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file.valid()) return DiskError("make", fresh, errno);
    TRAILSIFT_RETURN_IF_ERROR(WriteAll(file.get(), TextOf(list.values), fresh));
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0) return DiskError("rename", fresh, errno);
  return SyncFoldersOf(home_, name);
}

}  // namespace trailsift
