// What a digest's key says (AWS CloudTrail user guide, "CloudTrail digest file structure"):
//   {prefix}AWSLogs/[{organization}/]{account}/CloudTrail-Digest/{region}/{yyyy}/{mm}/{dd}/
//       {account}_CloudTrail-Digest_{region}_{trail}_{home region}_{yyyymmddThhmmssZ}[_backfill].json.gz
// A trail's name may hold underscores, so the name is read from its end. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace trailsift {

struct DigestKey {
  std::string stream;  // the chain that it belongs to: folder of the region, trail, and whether it is of the backfill
  Millis end = 0;      // of the time that it covers
  bool backfill = false;
};

// Nothing where the key is not of that form.
std::optional<DigestKey> ReadDigestKey(std::string_view key);

// The part from the component `AWSLogs` on, and what stands before it; nothing where there is none.
struct KeyParts {
  std::string_view lead;
  std::string_view tail;
};
std::optional<KeyParts> SplitAtLogs(std::string_view key);

}  // namespace trailsift
