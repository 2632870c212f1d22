// The least that an identity of AWS must be allowed so that a configuration works: one policy for the credentials themselves, one for each
// role that they assume. Actions and conditions: Service authorization reference, "Actions, resources, and condition keys for Amazon S3",
// "… for AWS Security Token Service", "… for AWS Key Management Service". Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"

namespace trailsift {

// One statement; every list has an entry, but for the prefixes, which only listing has.
struct PolicyStatement {
  std::string sid;
  std::vector<std::string> actions;
  std::vector<std::string> resources;
  std::vector<std::string> prefixes;  // condition s3:prefix
};

// The roles that the configuration assumes, as written, each once.
std::vector<std::string> AssumedRoles(const AwsS3Settings& settings);

// What `role` (empty: the credentials themselves) must be allowed. `kms_keys`: ARNs of the keys that the buckets are encrypted with.
std::vector<PolicyStatement> LeastPolicy(const AwsS3Settings& settings, const std::string& role,
                                         const std::vector<std::string>& kms_keys);

// What checking the digests of the buckets that `role` reads needs besides; nothing where none is checked.
std::optional<PolicyStatement> KeysStatement(const Settings& settings, const std::string& role);

// The policy as IAM takes it, with a line break at its end.
std::string PolicyJson(const std::vector<PolicyStatement>& statements);

}  // namespace trailsift
