// The command line of Wazuh's `aws-s3` script (shared facts 1.2), read as its parser reads it: long and short names (`-sr` is one),
// `--name=value`, `-bvalue`, long names that are cut as long as they mean one. What is wrong is told with the exit code that the script
// gives. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/settings.h"

namespace trailsift {

// The exit codes of Wazuh's script (shared facts 1.2), for the Wazuh module that starts it: another table than that of all other commands.
enum WazuhExit : int {
  kWazuhOk = 0,
  kWazuhUnknown = 1,
  kWazuhUsage = 2,  // and SIGINT
  kWazuhCredentials = 3,
  kWazuhState = 5,
  kWazuhStateNew = 6,  // cannot be made
  kWazuhObject = 7,
  kWazuhDecompress = 8,
  kWazuhParse = 9,
  kWazuhQueue = 11,
  kWazuhType = 12,
  kWazuhSend = 13,
  kWazuhEmpty = 14,
  kWazuhEndpoint = 15,
  kWazuhThrottled = 16,
  kWazuhValue = 17,
  kWazuhPrefix = 18,
  kWazuhClock = 19,
  kWazuhNoMessages = 20,  // no such queue of SQS
  kWazuhMessages = 21,    // its messages can't be received or deleted; what security_lake needs is missing
  kWazuhProfile = 23,
};

struct AwsS3Arguments {
  bool help = false;
  // Exactly one is not empty; the bucket's name stands in `bucket`.
  std::string service;     // inspector, cloudwatchlogs
  std::string subscriber;  // security_lake, buckets, security_hub

  BucketSettings bucket;  // what a service and a subscriber share with it, too
  std::string queue;      // of a subscriber
  std::vector<std::string> log_groups;
  bool remove_log_streams = false;
  bool skip_on_error = false;
  bool reparse = false;
  int debug = 0;

  // Ours.
  std::string home;    // empty: below Wazuh's installation
  std::string socket;  // empty: that of the installation
  Millis look_back = 2 * kDay;
  Millis queue_wait = 20 * kSecond;
  Millis queue_visibility = 5 * kMinute;
  unsigned threads = 0;  // 0: as many as there are cores, at most four
};

struct ReadArguments {
  std::optional<AwsS3Arguments> arguments;  // nothing: `error` and `code`
  std::string error;
  int code = kWazuhOk;
};

// `words`: without the program's own name.
ReadArguments ReadAwsS3Arguments(const std::vector<std::string>& words);

// One option a line.
std::string AwsS3Help();

}  // namespace trailsift
