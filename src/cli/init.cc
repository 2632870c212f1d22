#include "cli/init.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/exit_code.h"
#include "config/ossec_conf.h"
#include "source/iam_policy.h"
#include "source/terraform.h"

namespace trailsift {
namespace {

struct InitArguments {
  std::vector<std::string> config;
  bool iam = false;
  bool terraform = false;
  std::string role;
  PolicyFacts facts;
};

void Say(const std::string& text) { std::fprintf(stderr, "trailsift init: %s\n", text.c_str()); }

int Print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? kExitOk : kExitIo;
}

int PrintPolicy(const Settings& settings, const InitArguments& arguments) {
  const std::vector<std::string> roles = AssumedRoles(settings.aws_s3);
  if (!arguments.role.empty() && std::find(roles.begin(), roles.end(), arguments.role) == roles.end()) {
    Say(arguments.role + ": nothing in the configuration assumes it");
    return kExitUsage;
  }
  std::vector<PolicyStatement> statements = LeastPolicy(settings.aws_s3, arguments.role, arguments.facts);
  if (NeedsKeys(settings, arguments.role)) statements.push_back(KeysStatement());
  if (statements.empty()) {
    Say("the configuration asks nothing of AWS: nothing has to be allowed");
    return kExitFindings;
  }
  if (const int code = Print(PolicyJson(statements)); code != kExitOk) return code;
  if (arguments.facts.kms_keys.empty()) Say("where the objects are encrypted with a key of yours in KMS, name it with --kms-key");
  if (HasSubscriber(settings.aws_s3, arguments.role) && arguments.facts.buckets.empty())
    Say("no setting says which buckets the messages of a <subscriber> name: replace " + std::string(kUnknownBucket) +
        ", or name them with --bucket");
  if (arguments.role.empty())
    for (const std::string& role : roles) Say("the role " + role + " needs a policy of its own: --role " + role);
  return kExitOk;
}

int Init(const InitArguments& arguments) {
  if (arguments.iam == arguments.terraform || (arguments.iam && arguments.config.empty())) {
    Say("--iam with --config FILE, or --terraform");
    return kExitUsage;
  }
  if (arguments.terraform && !arguments.role.empty()) {
    Say("--role is for --iam");
    return kExitUsage;
  }
  if (arguments.config.empty()) return Print(TerraformModule(Settings(), arguments.facts));
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(arguments.config, diagnostics);
  if (!settings) {
    for (const Diagnostic& item : diagnostics.items()) std::fprintf(stderr, "%s\n", item.ToString().c_str());
    return kExitConfiguration;
  }
  return arguments.terraform ? Print(TerraformModule(*settings, arguments.facts)) : PrintPolicy(*settings, arguments);
}

}  // namespace

void AddInitCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* command = app.add_subcommand("init", "Print what has to be set up at AWS for a configuration");
  const auto arguments = std::make_shared<InitArguments>();
  command->add_option("--config", arguments->config, "Configuration file, may repeat")->type_name("FILE");
  command->add_flag("--iam", arguments->iam, "The least policy, as IAM takes it");
  command->add_flag("--terraform", arguments->terraform,
                    "A Terraform module: trail, bucket, queue and role; without --config, with variables for all names");
  command->add_option("--role", arguments->role, "The policy of this role, which the configuration assumes")->type_name("ARN");
  command->add_option("--kms-key", arguments->facts.kms_keys, "A key that the buckets are encrypted with, may repeat")
      ->type_name("ARN");
  command->add_option("--bucket", arguments->facts.buckets, "A bucket that the messages of a <subscriber> name, may repeat")
      ->type_name("NAME");
  command->callback([arguments, &action] { action = [arguments] { return Init(*arguments); }; });
}

}  // namespace trailsift
