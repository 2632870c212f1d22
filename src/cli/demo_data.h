// The demo's bucket: three accounts, ordinary work, and the use cases of Wazuh's CloudTrail page, as objects of the shape that AWS writes.
// Deterministic but for the time it begins at.
#pragma once

#include <string>

#include "base/status.h"
#include "base/time.h"

namespace trailsift {

struct DemoBucket {
  std::string folder;
  std::string late_key;  // held back: to be put there by PlaceLate
  std::string late_bytes;
  int objects = 0;
};

// Writes the bucket below `folder`; its events lie in the hour before `now`, but not before the UTC day of `now` began.
Result<DemoBucket> WriteDemoBucket(const std::string& folder, Millis now);
Status PlaceLate(const DemoBucket& bucket);

}  // namespace trailsift
