// Where services of AWS are asked, as far as the environment and the profile say it: an endpoint of the user's, or AWS's own by FIPS 140 or
// over IPv6 as well as IPv4 (dual-stack). Settings and their order: AWS SDKs and tools reference guide, "Service-specific endpoints" and
// "Dual-stack and FIPS endpoints"; the names of hosts: the endpoint rule sets of the SDKs (partition data and each service's own rules).
//
// Pure but for the environment and the files. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/environment.h"
#include "aws/profile.h"
#include "base/status.h"

namespace trailsift {

struct EndpointVariant {
  bool fips = false;
  bool dual_stack = false;
};

struct EndpointSettings {
  EndpointVariant variant;
  bool ignore_configured = false;                  // of environment and profile; what a configuration of ours says counts always
  std::map<std::string, std::string> of_services;  // of the profile: `s3` -> URL
  std::string of_profile;                          // for all services
};

// `profile`: the one that counts, or an empty one. kInvalid for a switch that is neither `true` nor `false`.
Result<EndpointSettings> ReadEndpointSettings(const Environment& environment, const AwsProfile& profile);

// Of the profile named, else of that of the environment or `default`; a file that can't be read is none: who needs it says so.
Result<EndpointSettings> LoadEndpointSettings(const Environment& environment, const std::string& profile);

// The user's endpoint of a service; empty: AWS's own. `explicit_endpoint`: of our configuration. `service`: as the environment's variable
// ends, `S3` of AWS_ENDPOINT_URL_S3.
std::string ConfiguredEndpoint(const EndpointSettings& settings, const Environment& environment,
                               const std::string& explicit_endpoint, const std::string& service);

// Whether the variant can be had: kInvalid for one together with an endpoint of the user's, and for FIPS where the partition has none.
Status CheckVariant(const EndpointVariant& variant, const std::string& endpoint, std::string_view region);

// `sts-fips.us-east-1.api.aws`. `service`: `s3`, `sts`, `sqs`, `logs`, `portal.sso` and others.
std::string ServiceHost(std::string_view service, std::string_view region, const EndpointVariant& variant);

}  // namespace trailsift
