#include "cli/rules_check.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/list_warnings.h"
#include "cli/rule_loading.h"
#include "cli/sigma_options.h"
#include "config/ossec_conf.h"
#include "rules/rule_set.h"
#include "rules/rule_warnings.h"
#include "rules/sigma_rules.h"

namespace trailsift {
namespace {

struct Options {
  RuleSources sources;
  std::vector<std::string> config;
  std::string output = "table";
};

std::string TableText(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& item : diagnostics.items()) out += item.ToString() + "\n";
  return out;
}

std::string JsonText(const Diagnostics& diagnostics) {
  std::string out = "[";
  for (const Diagnostic& item : diagnostics.items()) {
    out += out.size() > 1 ? ",\n{\"file\":" : "\n{\"file\":";
    AppendJsonString(item.file, out);
    out += ",\"line\":" + std::to_string(item.line) + ",\"column\":" + std::to_string(item.column) + ",\"severity\":";
    AppendJsonString(SeverityName(item.severity), out);
    out += ",\"message\":";
    AppendJsonString(item.message, out);
    out += ",\"hint\":";
    AppendJsonString(item.hint, out);
    out += '}';
  }
  return out + (diagnostics.empty() ? "]\n" : "\n]\n");
}

// Sigma's are the files *.yml and *.yaml, and the folders without Wazuh's.
bool IsSigma(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    const std::string extension = std::filesystem::path(path).extension().string();
    return extension == ".yml" || extension == ".yaml";
  }
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    if (entry->path().extension() == ".xml") return false;
  return true;
}

// Whether the paths are whole folders. The rules of one file may leave a list to the files beside it.
bool AreFolders(const std::vector<std::string>& paths) {
  std::error_code error;
  return std::all_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return std::filesystem::is_directory(path, error); });
}

std::shared_ptr<const RuleSet> CheckPaths(RuleSources sources, Diagnostics& diagnostics) {
  const auto sigma = std::stable_partition(sources.paths.begin(), sources.paths.end(), std::not_fn(IsSigma));
  sources.sigma.paths.assign(sigma, sources.paths.end());
  sources.paths.erase(sigma, sources.paths.end());
  AddListFolders(sources);
  std::shared_ptr<const RuleSet> rules = RuleSet::Load(sources, diagnostics);
  if (rules == nullptr) return nullptr;
  WarnOfRules(*rules, diagnostics);
  if (AreFolders(sources.paths)) WarnOfLists(*rules, ListFilesIn(sources.list_folders), diagnostics);
  return rules;
}

std::shared_ptr<const RuleSet> CheckConfigured(const std::vector<std::string>& files, const SigmaSources& sigma,
                                               Diagnostics& diagnostics) {
  const std::optional<Settings> settings = LoadSettings(files, diagnostics);
  if (!settings) return nullptr;
  std::shared_ptr<const RuleSet> rules = LoadConfiguredRules(*settings, files, diagnostics, sigma);
  if (rules == nullptr) return nullptr;
  WarnOfRules(*rules, diagnostics);
  std::vector<ListFile> lists;
  for (const RulesetSettings::Entry& entry : settings->ruleset.lists) lists.push_back({entry.path, entry.place});
  WarnOfLists(*rules, lists, diagnostics);
  return rules;
}

int CheckRules(const Options& options) {
  if (options.sources.paths.empty() == options.config.empty()) {
    std::fputs("trailsift rules check: name rule files and folders, or a configuration with --config\n", stderr);
    return kExitUsage;
  }
  Diagnostics diagnostics;
  const std::shared_ptr<const RuleSet> rules = options.config.empty()
                                                   ? CheckPaths(options.sources, diagnostics)
                                                   : CheckConfigured(options.config, options.sources.sigma, diagnostics);
  const std::string text = options.output == "json" ? JsonText(diagnostics) : TableText(diagnostics);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (rules == nullptr) return kExitConfiguration;
  std::fprintf(stderr, "%zu rules", rules->rules().size());
  if (const SigmaRules& sigma = rules->sigma(); !sigma.rules().empty() || sigma.left_out() > 0)
    std::fprintf(stderr, ", %zu Sigma rules, %zu for other logs left out", sigma.rules().size(), sigma.left_out());
  std::fputs("\n", stderr);
  return kExitOk;
}

}  // namespace

void AddRulesCheck(CLI::App& rules, std::function<int()>& action) {
  CLI::App* check = rules.add_subcommand("check", "Report every fault of rule files, and rules that can't do what was meant");
  const auto options = std::make_shared<Options>();
  check->add_option("PATH", options->sources.paths,
                    "Rule files, or folders of them (*.xml by name), read as one set; Sigma rules are files *.yml "
                    "and folders without *.xml");
  AddSigmaPlaceholders(*check, options->sources.sigma.placeholders);
  check->add_option("--config", options->config, "Check the rules that `run` would load with these configuration files");
  check->add_option("--lists", options->sources.list_folders,
                    "Folders of the lists that rules name; else the folders `lists` beside the rules");
  check->add_option("-o,--output", options->output, "table: a line a fault; json: an array")
      ->check(CLI::IsMember({"table", "json"}));
  check->callback([options, &action] { action = [options] { return CheckRules(*options); }; });
}

}  // namespace trailsift
