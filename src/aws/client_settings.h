// What every client of AWS asks of the configuration, the environment and the profile before it sends anything: which region, how many
// attempts. In the order of boto3.
#pragma once

#include <string>

#include "aws/credentials.h"
#include "base/status.h"

namespace trailsift {

struct ClientSettings {
  std::string region;      // to begin with
  std::string sts_region;  // where this machine is: STS is asked there; empty: not known
  int max_attempts = 0;    // 0: as AttemptOptions
};

// `region`, `max_attempts`: of the caller, empty and 0 where it says nothing; `endpoint_region`: the one that the endpoint's name holds, or
// empty. kNotFound for a profile that is needed and does not exist, kInvalid for a region or a file that can't be.
Result<ClientSettings> ReadClientSettings(const CredentialOptions& credentials, const std::string& region,
                                          const std::string& endpoint_region, int max_attempts);

// The first that is not empty.
std::string FirstText(std::initializer_list<std::string> values);

}  // namespace trailsift
