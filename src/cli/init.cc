#include "cli/init.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/exit_code.h"
#include "config/ossec_conf.h"
#include "source/iam_policy.h"

namespace trailsift {
namespace {

struct InitArguments {
  std::vector<std::string> config;
  bool iam = false;
  std::string role;
  std::vector<std::string> kms_keys;
};

void Say(const std::string& text) { std::fprintf(stderr, "trailsift init: %s\n", text.c_str()); }

int Init(const InitArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(arguments.config, diagnostics);
  if (!settings) {
    for (const Diagnostic& item : diagnostics.items()) std::fprintf(stderr, "%s\n", item.ToString().c_str());
    return kExitConfiguration;
  }
  const std::vector<std::string> roles = AssumedRoles(settings->aws_s3);
  if (!arguments.role.empty() && std::find(roles.begin(), roles.end(), arguments.role) == roles.end()) {
    Say(arguments.role + ": no <bucket> of the configuration assumes it");
    return kExitUsage;
  }
  std::vector<PolicyStatement> statements = LeastPolicy(settings->aws_s3, arguments.role, arguments.kms_keys);
  if (std::optional<PolicyStatement> keys = KeysStatement(*settings, arguments.role)) statements.push_back(*std::move(keys));
  if (statements.empty()) {
    Say("the configuration reads no bucket of AWS: nothing has to be allowed");
    return kExitFindings;
  }
  const std::string policy = PolicyJson(statements);
  if (std::fwrite(policy.data(), 1, policy.size(), stdout) != policy.size() || std::fflush(stdout) != 0) return kExitIo;
  if (arguments.kms_keys.empty()) Say("where the objects are encrypted with a key of yours in KMS, name it with --kms-key");
  if (arguments.role.empty())
    for (const std::string& role : roles) Say("the role " + role + " needs a policy of its own: --role " + role);
  return kExitOk;
}

}  // namespace

void AddInitCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* command = app.add_subcommand("init", "Print what has to be set up at AWS for a configuration");
  const auto arguments = std::make_shared<InitArguments>();
  command->add_option("--config", arguments->config, "Configuration file, may repeat")->type_name("FILE")->required();
  command->add_flag("--iam", arguments->iam, "The least policy, as IAM takes it")->required();
  command->add_option("--role", arguments->role, "The policy of this role, which the configuration assumes")->type_name("ARN");
  command->add_option("--kms-key", arguments->kms_keys, "A key that the buckets are encrypted with, may repeat")->type_name("ARN");
  command->callback([arguments, &action] { action = [arguments] { return Init(*arguments); }; });
}

}  // namespace trailsift
