#include "aws/client_settings.h"

#include <algorithm>
#include <charconv>

#include "aws/profile.h"
#include "aws/s3_endpoint.h"

namespace trailsift {
namespace {

constexpr int kMostAttempts = 100;

int PositiveNumber(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? std::min(value, kMostAttempts) : 0;
}

}  // namespace

std::string FirstText(std::initializer_list<std::string> values) {
  const auto* const found = std::find_if(values.begin(), values.end(), [](const std::string& value) { return !value.empty(); });
  return found == values.end() ? std::string() : *found;
}

Result<ClientSettings> ReadClientSettings(const CredentialOptions& credentials, const std::string& region,
                                          const std::string& endpoint_region, int max_attempts) {
  const Environment& environment = credentials.environment;
  // The profile says where and how often even when the keys come from elsewhere.
  const std::string named = FirstText({credentials.profile, environment("AWS_PROFILE"), environment("AWS_DEFAULT_PROFILE")});
  const Result<AwsProfile> profile = LoadProfile(environment, named.empty() ? "default" : named);
  const bool needed = !credentials.profile.empty() && credentials.access_key.empty();
  if (!profile.ok() && needed) return profile.status();
  if (profile.ok() && !profile->exists && needed) {
    return Status(Code::kNotFound, "no AWS profile \"" + named + "\" in " + profile->credentials_file + " or " +
                                       profile->config_file + "; add it there, or name another profile");
  }
  const AwsProfile written = profile.ok() ? *profile : AwsProfile{};
  const std::string here = FirstText({environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"), written.region});
  ClientSettings settings;
  settings.region = FirstText({region, endpoint_region, here, "us-east-1"});
  if (!IsRegionName(settings.region)) return Status(Code::kInvalid, '"' + settings.region + "\" is no name of an AWS region");
  settings.sts_region = FirstText({here, region, endpoint_region});
  for (const int attempts : {max_attempts, PositiveNumber(environment("AWS_MAX_ATTEMPTS")), PositiveNumber(written.max_attempts)})
    if (settings.max_attempts == 0) settings.max_attempts = attempts;
  return settings;
}

}  // namespace trailsift
