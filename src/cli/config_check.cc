#include "cli/config_check.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/rule_loading.h"
#include "config/ossec_conf.h"
#include "config/summary.h"

namespace trailsift {
namespace {

constexpr int kExitOk = 0;
constexpr int kExitConfiguration = 3;

int CheckConfig(const std::vector<std::string>& files) {
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(files, diagnostics);
  std::shared_ptr<const RuleSet> rules;
  if (settings) rules = LoadConfiguredRules(*settings, files, diagnostics);
  std::string text;
  int errors = 0;
  for (const Diagnostic& item : diagnostics.items()) {
    text += item.ToString() + "\n";
    errors += item.severity == Severity::kError ? 1 : 0;
  }
  if (rules != nullptr) text += DescribeSettings(*settings) + DescribeRules(*rules) + '\n';
  else text += std::to_string(errors) + (errors == 1 ? " error" : " errors") + ": this configuration would be refused\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  return rules != nullptr ? kExitOk : kExitConfiguration;
}

}  // namespace

void AddConfigCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* config = app.add_subcommand("config", "Look at configuration files");
  config->require_subcommand(1);
  CLI::App* check = config->add_subcommand("check", "Report every fault of configuration files, and what they will do");
  const auto files = std::make_shared<std::vector<std::string>>();
  check->add_option("FILE", *files, "ossec.conf, trailsift.conf, …: read in this order as one configuration")->required();
  check->callback([files, &action] { action = [files] { return CheckConfig(*files); }; });
}

}  // namespace trailsift
