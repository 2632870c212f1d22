// The settings that a person wrote, checked, in plain structs that own their strings. config/ossec_conf.h makes them; every other
// part reads them and never the XML. Immutable once loaded, so any thread may read them. Settings move but do not copy (compiled
// patterns).
//
// `access_key` and `secret_key` hold secrets: they must not reach a log, a diagnostic or a summary.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "config/discard_regex.h"
#include "config/schedule.h"

namespace trailsift {

// How to reach AWS for one bucket, service or queue. Empty = not given: the credential chain and the environment decide.
struct AwsAccessSettings {
  std::string access_key;  // only together with secret_key
  std::string secret_key;
  std::string aws_profile;
  std::string iam_role_arn;
  std::string external_id;               // <subscriber> only
  std::optional<int> iam_role_duration;  // seconds, 900-3600
  std::string sts_endpoint;              // with http:// or https://
  std::string service_endpoint;
};

// <bucket type="…">
struct BucketSettings : AwsAccessSettings {
  std::string type = "cloudtrail";
  std::string name;                      // of the bucket; `file:///folder` stands for a local copy of a bucket
  std::string folder;                    // that folder, absolute, without a `/` at its end; empty for a real bucket
  std::string path;                      // `prefix/` before AWSLogs/; empty or with a `/` at its end
  std::string path_suffix;               // `suffix/` right behind AWSLogs/; likewise
  std::vector<std::string> account_ids;  // 12 digits each, as written, without doubles; empty = discover
  std::string account_alias;
  std::string organization_id;
  std::vector<std::string> regions;             // sorted, without doubles; empty = discover
  std::optional<std::int64_t> only_logs_after;  // days since 1970-01-01; that day itself is read
  std::vector<DiscardRegex> discard;            // a record that one of them matches is discarded
  bool remove_from_bucket = false;
  Place place;

  bool is_folder() const { return !folder.empty(); }
};

// <service type="inspector|cloudwatchlogs">
struct ServiceSettings : AwsAccessSettings {
  std::string type;
  std::vector<std::string> account_ids;
  std::string account_alias;
  std::vector<std::string> regions;
  std::optional<std::int64_t> only_logs_after;
  std::vector<std::string> log_groups;
  bool remove_log_streams = false;
  std::vector<DiscardRegex> discard;
  Place place;
};

// <subscriber type="security_lake|buckets|security_hub">
struct SubscriberSettings : AwsAccessSettings {
  std::string type;
  std::string sqs_name;
  std::vector<DiscardRegex> discard;
  Place place;
};

// <wodle name="aws-s3">. Of several such blocks the last one holds and the others have no effect, as in Wazuh; each of the others
// gets a warning.
struct AwsS3Settings {
  bool present = false;  // there is such a block
  bool disabled = false;
  bool skip_on_error = false;
  Schedule schedule;
  std::vector<BucketSettings> buckets;
  std::vector<ServiceSettings> services;
  std::vector<SubscriberSettings> subscribers;
  Place place;
};

// <ruleset>. Relative paths are resolved: in a file of a folder called `etc` they start at that folder's parent (Wazuh's
// installation: /var/ossec/etc/ossec.conf says `etc/rules`), else at the file's own folder.
struct RulesetSettings {
  struct Entry {
    std::string path;
    std::string pattern;  // rule_dir only: an osregex on the file names; empty = `.xml$`
    Place place;
  };
  std::vector<Entry> rules;               // <rule_dir> and <rule_include>, in file order
  std::vector<std::string> rule_exclude;  // as written: names or paths of files
  std::vector<Entry> lists;
};

enum class CorrelationTime { kEvent, kArrival };

// <trailsift>: what Wazuh has no setting for.
struct OwnSettings {
  int alerts_keep_days = 0;               // 0 = for ever
  std::uint64_t alerts_max_size = 0;      // bytes, of the whole alert folder; 0 = no cap
  Millis look_back = 2 * kDay;            // how long an object is remembered, and how far back listings look
  Millis allowed_lateness = kDay;         // how late an event may be to change the outcome of a window
  Millis queue_visibility = 5 * kMinute;  // how long a queue's message stays hidden from others unless that is renewed
  Millis learning_period = 14 * kDay;     // how long regions in use are learned before others are worth a word
  Millis silence_after = kDay;            // how much longer than usual a source may deliver nothing; 0 = never told
  Millis lag_alert = 6 * kHour;           // how long what was delivered may wait, beside the schedule; 0 = never told
  std::uint64_t quarantine_alert = 10;    // so many objects and records in quarantine within an hour are no news; 0 = never told
  bool log_integrity = false;             // digests are checked while logs are read
  CorrelationTime correlation_time = CorrelationTime::kEvent;
  std::string rules;        // folder of the default ruleset; `none` = without; empty = the one installed with the program
  std::string sigma_rules;  // folder or file of Sigma rules; empty = none
};

struct Settings {
  AwsS3Settings aws_s3;
  RulesetSettings ruleset;
  OwnSettings own;
  // <alerts>
  int log_alert_level = 1;
  int email_alert_level = 7;
  // <global>
  bool alerts_log = true;
  bool jsonout_output = true;
  bool logall = false;
  bool logall_json = false;
  // Blocks with which this machine is an agent or a manager of Wazuh; without effect, but worth knowing.
  bool has_client_block = false;
  bool has_remote_block = false;
};

}  // namespace trailsift
