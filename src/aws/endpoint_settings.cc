#include "aws/endpoint_settings.h"

#include <algorithm>

#include "aws/s3_endpoint.h"

namespace trailsift {
namespace {

std::string Lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// The variable goes before the profile's setting.
Status ReadSwitch(const Environment& environment, const char* variable, const std::string& of_profile, const char* setting,
                  bool& into) {
  const std::string written = environment(variable);
  const std::string value = Lower(written.empty() ? of_profile : written);
  if (!value.empty() && value != "true" && value != "false")
    return {Code::kInvalid, std::string(written.empty() ? setting : variable) + " is neither true nor false"};
  into = value == "true";
  return {};
}

// What the hosts of a partition end with where they have IPv6 addresses, too.
std::string_view DualStackSuffixOf(std::string_view region) {
  const std::string_view partition = PartitionOf(region);
  if (partition == "aws-cn") return "api.amazonwebservices.com.cn";
  if (partition == "aws-iso") return "api.aws.ic.gov";
  if (partition == "aws-iso-b") return "api.aws.scloud";
  return "api.aws";
}

// GovCloud's ordinary hosts of these are FIPS 140's already, and have no second name.
bool IsFipsAnyway(std::string_view service, std::string_view region) {
  static constexpr std::string_view kServices[] = {"sts", "sqs", "logs", "cloudtrail", "portal.sso"};
  return PartitionOf(region) == "aws-us-gov" &&
         std::find(std::begin(kServices), std::end(kServices), service) != std::end(kServices);
}

}  // namespace

Result<EndpointSettings> ReadEndpointSettings(const Environment& environment, const AwsProfile& profile) {
  EndpointSettings settings;
  TRAILSIFT_RETURN_IF_ERROR(ReadSwitch(environment, "AWS_USE_FIPS_ENDPOINT", profile.use_fips,
                                       "use_fips_endpoint of the AWS profile", settings.variant.fips));
  TRAILSIFT_RETURN_IF_ERROR(ReadSwitch(environment, "AWS_USE_DUALSTACK_ENDPOINT", profile.use_dual_stack,
                                       "use_dualstack_endpoint of the AWS profile", settings.variant.dual_stack));
  TRAILSIFT_RETURN_IF_ERROR(ReadSwitch(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile.ignore_endpoints,
                                       "ignore_configured_endpoint_urls of the AWS profile", settings.ignore_configured));
  settings.of_services = profile.service_endpoints;
  settings.of_profile = profile.endpoint;
  return settings;
}

Result<EndpointSettings> LoadEndpointSettings(const Environment& environment, const std::string& profile) {
  std::string name = profile;
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"})
    if (name.empty()) name = environment(variable);
  const Result<AwsProfile> loaded = LoadProfile(environment, name.empty() ? "default" : name);
  return ReadEndpointSettings(environment, loaded.ok() ? *loaded : AwsProfile{});
}

std::string ConfiguredEndpoint(const EndpointSettings& settings, const Environment& environment,
                               const std::string& explicit_endpoint, const std::string& service) {
  if (!explicit_endpoint.empty() || settings.ignore_configured) return explicit_endpoint;
  for (const std::string& variable : {"AWS_ENDPOINT_URL_" + service, std::string("AWS_ENDPOINT_URL")})
    if (std::string value = environment(variable.c_str()); !value.empty()) return value;
  const auto found = settings.of_services.find(Lower(service));
  return found == settings.of_services.end() ? settings.of_profile : found->second;
}

Status CheckVariant(const EndpointVariant& variant, const std::string& endpoint, std::string_view region) {
  const char* const both = variant.fips ? "FIPS (AWS_USE_FIPS_ENDPOINT or use_fips_endpoint)"
                                        : "dual-stack (AWS_USE_DUALSTACK_ENDPOINT or use_dualstack_endpoint)";
  if (!endpoint.empty() && (variant.fips || variant.dual_stack)) {
    return {Code::kInvalid, std::string(both) + " chooses hosts of AWS, but there is an endpoint of your own, " + endpoint +
                                "; give only one of the two: the endpoint may itself be a FIPS or dual-stack one"};
  }
  if (variant.fips && PartitionOf(region) == "aws-cn") {
    return {Code::kInvalid,
            std::string(both) + " is asked for, but the partition aws-cn (" + std::string(region) + ") has no such endpoints"};
  }
  return {};
}

std::string ServiceHost(std::string_view service, std::string_view region, const EndpointVariant& variant) {
  std::string host(service);
  if (variant.fips && !IsFipsAnyway(service, region)) host += "-fips";
  host += '.';
  // S3 was there before the others: its hosts keep their old ending.
  const bool s3 = service == "s3";
  if (variant.dual_stack && s3) host += "dualstack.";
  host += region;
  host += '.';
  host += variant.dual_stack && !s3 ? DualStackSuffixOf(region) : DnsSuffixOf(region);
  return host;
}

}  // namespace trailsift
