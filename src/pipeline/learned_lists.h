// The lists of the ruleset that fill themselves: what `run` learns from the buckets it reads, kept in HOME/lists/trailsift/NAME as lists of
// the same form as a user's (docs/format/state.md), and what `hunt` can tell from the names of what it reads.
//
//   accounts_own      account folders found or configured
//   own_log_buckets   the configured buckets
//   own_log_keys      KMS keys of the objects read: id and ARN
//   regions_used      regions in which somebody changed something, each with when that was first seen; and, once the learning period
//                     is over, the key `cloudtrail`
//
// The files are a cache of what can be learned again: each is written whole, synced and renamed. At most kMaxLearnedKeys a list; what comes
// then is counted and left out. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "base/time.h"
#include "rules/rule_set.h"

namespace trailsift {

inline constexpr std::size_t kMaxLearnedKeys = 100'000;

class LearnedLists {
 public:
  // Without a home nothing is read or written.
  explicit LearnedLists(std::string home = {}, Millis learning_period = 14 * kDay);

  // What earlier runs have left. A file that can't be read is a warning, and that list begins anew.
  void Read();

  void AddAccount(std::string_view account);
  // Takes the place of those of before.
  void SetLogBuckets(const std::vector<std::string>& buckets);
  void AddLogBucket(std::string_view bucket);
  // An ARN adds the key's id, too.
  void AddLogKey(std::string_view key);
  // Somebody changed something there at this event time.
  void AddRegion(std::string_view region, Millis time);
  // Event time has come this far: the learning period may be over.
  void Advance(Millis time);

  // Whether rules that use these lists should be made anew: something that they ask for is new since ApplyTo. A region that is found during
  // the learning period is no reason, as rules ask for the key `cloudtrail` first.
  bool IsNewTo(const RuleSet& rules) const;
  // The rules with these lists.
  std::shared_ptr<const RuleSet> ApplyTo(const RuleSet& rules);

  // Writes what changed since the last time.
  Status Save();
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct List {
    const char* name;
    std::map<std::string, std::string, std::less<>> values;
    bool is_new = false;
    bool unsaved = false;
  };
  enum Which { kAccounts, kLogBuckets, kLogKeys, kRegions };

  bool Add(List& list, std::string_view key, std::string value);
  Status Write(const List& list) const;

  std::string home_;
  Millis learning_period_;
  std::array<List, 4> lists_;
  std::uint64_t left_out_ = 0;
};

}  // namespace trailsift
