#include "aws/client_settings.h"

#include <gtest/gtest.h>

#include <map>

namespace trailsift {
namespace {

Result<ClientSettings> Read(std::map<std::string, std::string> variables, int max_attempts = 0) {
  CredentialOptions options;
  variables["AWS_CONFIG_FILE"] = variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  options.environment = [variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  };
  return ReadClientSettings(options, "", "", max_attempts);
}

TEST(ClientSettings, AttemptsOfTheCallerThenOfTheEnvironment) {
  EXPECT_EQ(Read({{"AWS_MAX_ATTEMPTS", "3"}}, 2)->max_attempts, 2);
  EXPECT_EQ(Read({{"AWS_MAX_ATTEMPTS", "3"}})->max_attempts, 3);
  for (const char* nonsense : {"", "0", "-1", "x", "3x"})
    EXPECT_EQ(Read({{"AWS_MAX_ATTEMPTS", nonsense}})->max_attempts, Read({})->max_attempts) << nonsense;
}

}  // namespace
}  // namespace trailsift
