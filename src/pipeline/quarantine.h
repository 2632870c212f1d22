// Where what can't be used is kept, for a person to look at: HOME/quarantine/yyyy-mm-dd/ holds the bytes, HOME/quarantine/index.ndjson a
// line for each with place and reason (docs/format/quarantine.md). The same thing quarantined again replaces its file. One thread.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "base/time.h"

namespace trailsift {

class Quarantine {
 public:
  explicit Quarantine(std::string home) : home_(std::move(home)) {}

  // `place`: `s3://bucket/key`. `record`: its position in the object, or -1 for the object as a whole. Durable when it returns.
  Status Keep(std::string_view place, int record, std::string_view reason, std::string_view bytes, Millis now);

 private:
  std::string home_;
};

}  // namespace trailsift
