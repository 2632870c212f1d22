// What a configuration says of a queue of SQS: its name, or its URL (`https://sqs.eu-west-1.amazonaws.com/111122223333/trail`), which says
// region and account, too, or names another server. Pure functions.
#pragma once

#include <string>

#include "base/status.h"

namespace trailsift {

struct QueueAddress {
  std::string name;
  std::string url;       // as written; empty for a name
  std::string region;    // of AWS; empty where nothing says it
  std::string account;   // 12 digits; likewise
  std::string endpoint;  // `http://127.0.0.1:9324` where the URL's host is none of AWS; else empty
};

// kInvalid for a URL that can't be one of a queue.
Result<QueueAddress> ReadQueueAddress(const std::string& text);

}  // namespace trailsift
