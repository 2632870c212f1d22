// Where STS is asked: an endpoint of the user's, else the region's own host, which also works from networks that reach no other region.
// Names: AWS general reference, "AWS Security Token Service endpoints and quotas". Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "aws/endpoint_settings.h"
#include "base/status.h"

namespace trailsift {

struct StsEndpoint {
  std::string origin;  // scheme://host[:port]
  std::string host;    // the Host header
  std::string path;    // begins with `/`
  std::string region;  // to sign for
  bool is_loopback = false;
  bool is_custom = false;
};

// `custom` empty: AWS, by the variant. `region`: where we are, as far as known; one of another partition than the role's does not count. kInvalid for an
// endpoint that is no URL, and for a variant that can't be had (CheckVariant).
Result<StsEndpoint> ResolveSts(const std::string& custom, std::string_view region, std::string_view role_arn,
                               const EndpointVariant& variant = {});

// `aws`, `aws-cn` … of an ARN; empty where the text is none.
std::string_view PartitionOfArn(std::string_view arn);

}  // namespace trailsift
