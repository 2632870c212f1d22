// Finds, below a prefix, the regions of accounts that hold CloudTrail's logs or digests. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "source/object_store.h"

namespace trailsift {

struct TrailFolder {
  std::string account;  // `…AWSLogs/[{organization}/]{account}/`
  std::string region;

  std::string digests() const { return account + "CloudTrail-Digest/" + region + '/'; }
  std::string logs() const { return account + "CloudTrail/" + region + '/'; }
};

// In byte order. `prefix` lies above the folders `CloudTrail` and `CloudTrail-Digest`. What can't be listed is added to `faults`.
std::vector<TrailFolder> FindTrailFolders(ObjectStore& store, const std::string& prefix, std::vector<Status>& faults);

// Every prefix below `prefix` up to the next slash.
Result<std::vector<std::string>> SubFolders(ObjectStore& store, const std::string& prefix, std::vector<Status>& faults);

}  // namespace trailsift
