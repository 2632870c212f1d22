// What is watched: a configured bucket, one of its accounts, or one region of an account. Names of notes are made of it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.h"

namespace trailsift {

// A configured bucket as the watch knows it: of several <bucket> blocks over the same folder all that they ask for.
struct WatchedSource {
  std::int64_t id = 0;  // in the checkpoint
  std::string name;     // s3://bucket/prefix/AWSLogs/
  std::string bucket;
  std::vector<std::string> accounts;  // empty: all
  std::vector<std::string> regions;   // empty: all
};
void AddSource(std::vector<WatchedSource>& sources, std::int64_t id, const std::string& name, const BucketSettings& settings);

struct SourcePlace {
  std::int64_t source = 0;
  std::string account;  // empty: the whole bucket
  std::string region;   // empty: the whole account
  auto operator<=>(const SourcePlace&) const = default;

  const char* scope() const { return account.empty() ? "bucket" : region.empty() ? "account" : "region"; }
  bool IsWithin(const SourcePlace& whole) const {
    return source == whole.source && (whole.account.empty() || account == whole.account) &&
           (whole.region.empty() || region == whole.region);
  }
  // `3/111122223333/eu-west-1`; and back.
  std::string ToText() const { return std::to_string(source) + '/' + account + '/' + region; }
  static std::optional<SourcePlace> FromText(std::string_view text);
};

using SourcePlaces = std::set<SourcePlace>;

// The place lies in one of these.
bool IsCovered(const SourcePlace& place, const SourcePlaces& by);
// One of these lies in the place.
bool Touches(const SourcePlaces& some, const SourcePlace& place);

// `scope`, `place` in words, `bucket`, `source`, `account` and `region`, as own events have them.
std::vector<std::pair<std::string, std::string>> FieldsOf(const SourcePlace& place, const WatchedSource& source);

}  // namespace trailsift
