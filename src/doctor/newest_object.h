// The newest object of one account and region, found with few listings: keys begin with their time, so a listing that starts an hour ago
// shows what came within the hour, and only where it is empty one starts further back. Blocking; as thread-safe as the store.
#pragma once

#include <optional>
#include <string>

#include "base/status.h"
#include "base/time.h"
#include "config/settings.h"
#include "source/object_store.h"

namespace trailsift {

struct NewestObject {
  std::string key;
  std::uint64_t size = 0;
  Millis time = 0;     // of its delivery by its name; the end of its day (or now) where the name says the day only
  bool dated = false;  // whether the name says any time
  bool old =
      false;  // there is something, but nothing of the time that is looked at: `key` is any, `time` the earliest that was looked at
};

// Nothing where there is no object at all. `account` and `region` empty: a type without account folders.
Result<std::optional<NewestObject>> FindNewest(ObjectStore& store, const BucketSettings& bucket, const std::string& account,
                                               const std::string& region, Millis now);

}  // namespace trailsift
