// What the HTML report of `hunt` shows of the alerts, gathered one by one in bounded memory: counts by rule, actor, address and place, a
// timeline, and the worst alerts in full. cli/hunt_report_page.h makes the page of it. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "cli/time_bins.h"

namespace trailsift {

// What the report says of an alert; absent is empty.
struct ReportAlert {
  Millis time = 0;
  int level = 0;
  std::string id;
  std::string rule;
  std::string description;
  std::string actor;
  std::string actor_kind;
  std::string actor_account;
  std::string account;
  std::string account_name;
  std::string region;
  std::string event_source;
  std::string event_name;
  std::string address;
  std::string error;
  std::string target;
  std::string instances;
  std::string events;  // eventIDs, separated by spaces
  std::string also;    // rule ids, likewise
  std::string fields;  // of the record, `name: value` a line, cut where they are long
};

// Alerts that share something.
struct AlertGroup {
  static constexpr std::size_t kNamed = 3;

  std::uint64_t count = 0;
  int highest = 0;  // level
  Millis first = INT64_MAX;
  Millis last = INT64_MIN;
  std::vector<std::string> others;  // the first kNamed names that stood beside them, and one more where there are more
};

// Groups by what a table shows in front: `alice`, `user`, `111122223333`.
class AlertGroups {
 public:
  using Key = std::vector<std::string>;
  // Rows that alerts of one severity may begin: a flood of mild ones leaves room for the worse.
  static constexpr std::size_t kMax = 5'000;

  // `other` may be empty.
  void Add(Key key, const ReportAlert& alert, const std::string& other);
  std::size_t size() const { return groups_.size(); }
  // Alerts for which there was no row.
  std::uint64_t left_out() const { return left_out_; }
  // By highest level, then number of alerts, then key; at most `max`.
  std::vector<std::pair<Key, AlertGroup>> Worst(std::size_t max) const;

 private:
  std::map<Key, AlertGroup> groups_;
  std::array<std::size_t, kSeverities.size()> begun_{};
  std::uint64_t left_out_ = 0;
};

class HuntReport {
 public:
  // In full are shown at most so many alerts, the worst, and of one rule the first ones.
  static constexpr std::size_t kListed = 1000;
  static constexpr std::size_t kListedOfRule = 50;

  // The alert as bytes for Take, which may follow much later or never. Remembers its rule.
  std::string Pack(const Alert& alert);
  // An alert that holds, in the order of time.
  void Take(std::string_view packed);

  std::uint64_t count() const { return count_; }
  const AlertGroups& rules() const { return by_rule_; }         // id; beside it actors
  const AlertGroups& actors() const { return by_actor_; }       // name, kind, account; addresses
  const AlertGroups& addresses() const { return by_address_; }  // address; actors
  const AlertGroups& places() const { return by_place_; }       // account, its name, region; actors
  const TimeBins& times() const { return times_; }
  // nullptr for an id that no alert had.
  const RuleInfo* Rule(const std::string& id) const;
  // Worst first, then by time.
  std::vector<ReportAlert> Listed() const;

 private:
  std::uint64_t count_ = 0;
  AlertGroups by_rule_;
  AlertGroups by_actor_;
  AlertGroups by_address_;
  AlertGroups by_place_;
  TimeBins times_;
  std::map<std::string, RuleInfo> rules_;
  // By level, the highest first, and the order of Take; packed.
  std::map<std::pair<int, std::uint64_t>, std::string> listed_;
  std::map<std::string, std::size_t> listed_of_rule_;
};

}  // namespace trailsift
