#include "cli/rules_check.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "base/diagnostic.h"
#include "cli/exit_code.h"
#include "event/json.h"
#include "rules/rule_set.h"

namespace trailsift {
namespace {

struct Options {
  RuleSources sources;
  std::string output = "table";
};

// Lists lie beside the rules (DIR/lists, DIR/../lists) unless told otherwise.
void AddListFolders(RuleSources& sources) {
  if (!sources.list_folders.empty()) return;
  for (const std::string& path : sources.paths) {
    std::error_code error;
    std::filesystem::path folder = path;
    if (!std::filesystem::is_directory(folder, error)) folder = folder.parent_path();
    for (const std::filesystem::path& lists : {folder / "lists", folder / ".." / "lists"})
      if (std::filesystem::is_directory(lists, error)) sources.list_folders.push_back(lists.string());
  }
}

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

int CheckRules(Options options) {
  AddListFolders(options.sources);
  Diagnostics diagnostics;
  const std::shared_ptr<const RuleSet> rules = RuleSet::Load(options.sources, diagnostics);
  const std::string text = options.output == "json" ? JsonText(diagnostics) : TableText(diagnostics);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (rules == nullptr) return kExitConfiguration;
  std::fprintf(stderr, "%zu rules\n", rules->rules().size());
  return kExitOk;
}

}  // namespace

void AddRulesCheck(CLI::App& rules, std::function<int()>& action) {
  CLI::App* check = rules.add_subcommand("check", "Report every fault of rule files");
  const auto options = std::make_shared<Options>();
  check->add_option("PATH", options->sources.paths, "Rule files, or folders of them (*.xml by name), read as one set")->required();
  check->add_option("--lists", options->sources.list_folders,
                    "Folders of the lists that rules name; else the folders `lists` beside the rules");
  check->add_option("-o,--output", options->output, "table: a line a fault; json: an array")
      ->check(CLI::IsMember({"table", "json"}));
  check->callback([options, &action] { action = [options] { return CheckRules(*options); }; });
}

}  // namespace trailsift
