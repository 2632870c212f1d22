#include "cli/rules_test_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "cli/case_report.h"
#include "cli/case_runner.h"
#include "cli/exit_code.h"
#include "cli/rule_loading.h"
#include "cli/sigma_options.h"
#include "rules/case_file.h"
#include "rules/ini_cases.h"
#include "rules/text_file.h"

namespace trailsift {
namespace {

struct Options {
  std::vector<std::string> paths;
  RuleSources sources;
  std::string format = "table";
  std::string output;
};

struct Tests {
  std::vector<RuleCase> cases;
  std::vector<IniCase> ini_cases;
};

bool IsIni(const std::string& file) { return std::filesystem::path(file).extension() == ".ini"; }

// The test files behind a path: itself, or the *.yaml, *.yml and *.ini of a folder by name.
void ListTestFiles(const std::string& path, std::vector<std::string>& files, Diagnostics& diagnostics) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    files.push_back(path);
    return;
  }
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".ini") found.push_back(entry.path().string());
  }
  if (found.empty()) diagnostics.Error(path, 0, 0, "no tests in this folder", "tests are *.yaml, *.yml and *.ini");
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

Tests ReadTests(const std::vector<std::string>& paths, Diagnostics& diagnostics) {
  std::vector<std::string> files;
  for (const std::string& path : paths) ListTestFiles(path, files, diagnostics);
  Tests tests;
  for (const std::string& file : files) {
    const Result<std::string> text = ReadTextFile(file);
    if (!text.ok()) {
      diagnostics.Error(file, 0, 0, "can't read the test file: " + text.status().message());
    } else if (IsIni(file)) {
      std::vector<IniCase> cases = ReadIniCases(*text, file, diagnostics);
      tests.ini_cases.insert(tests.ini_cases.end(), cases.begin(), cases.end());
    } else {
      std::vector<RuleCase> cases = ReadCaseFile(*text, file, diagnostics);
      tests.cases.insert(tests.cases.end(), cases.begin(), cases.end());
    }
  }
  return tests;
}

// A list that nobody asks is likely misspelt: filling it changes nothing.
void WarnOfUnknownLists(const RuleSet& rules, const std::vector<RuleCase>& cases, Diagnostics& diagnostics) {
  std::set<std::string> known = {"accounts_own", "accounts_vendor", "account_names"};  // derived fields ask these
  for (const std::unique_ptr<Rule>& rule : rules.rules())
    for (const ListCondition& list : rule->lists) known.insert(list.list_name.substr(list.list_name.rfind('/') + 1));
  const std::vector<std::string_view> names(known.begin(), known.end());
  std::set<std::pair<std::string, std::string>> told;
  for (const RuleCase& test : cases)
    for (const auto& [name, text] : test.lists)
      if (!known.contains(name) && told.emplace(test.place.file, name).second)
        diagnostics.Warning(test.place.file, test.place.line, test.place.column, "no rule asks a list `" + name + "`",
                            DidYouMean(name, names));
}

void WriteFaults(const Diagnostics& diagnostics) {
  for (const Diagnostic& item : diagnostics.items())
    if (item.severity != Severity::kNote) std::fprintf(stderr, "%s\n", item.ToString().c_str());
}

bool WriteOutput(const std::string& text, const std::string& path) {
  bool written = false;
  if (path.empty()) {
    written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  } else if (std::FILE* file = std::fopen(path.c_str(), "we")) {
    written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    written = std::fclose(file) == 0 && written;
  }
  if (!written) std::fprintf(stderr, "%s: %s\n", path.empty() ? "stdout" : path.c_str(), std::strerror(errno));
  return written;
}

int TestRules(const Options& options) {
  Diagnostics diagnostics;
  const Tests tests = ReadTests(options.paths, diagnostics);
  RuleSources sources = options.sources;
  if (sources.paths.empty() || sources.paths == std::vector<std::string>{"none"})
    sources = ChosenRules(sources.paths, options.sources.list_folders, options.sources.sigma);
  CaseRunner runner(std::move(sources));
  const std::shared_ptr<const RuleSet> rules = runner.Load(diagnostics);
  if (rules != nullptr) WarnOfUnknownLists(*rules, tests.cases, diagnostics);
  WriteFaults(diagnostics);
  if (rules == nullptr || diagnostics.has_errors()) return kExitConfiguration;

  std::vector<CaseResult> results;
  for (const RuleCase& test : tests.cases) results.push_back(runner.Run(test));
  for (const IniCase& test : tests.ini_cases) results.push_back(runner.Run(test));
  const std::string text = options.format == "json"    ? CaseJson(results)
                           : options.format == "junit" ? CaseJUnit(results)
                                                       : CaseTable(results);
  if (!WriteOutput(text, options.output)) return kExitIo;
  const bool passed = std::all_of(results.begin(), results.end(), [](const CaseResult& result) { return result.passed; });
  return passed ? kExitOk : kExitFindings;
}

}  // namespace

void AddRulesTest(CLI::App& rules, std::function<int()>& action) {
  CLI::App* command = rules.add_subcommand("test", "Run tests of rules: YAML files, and Wazuh's .ini files");
  const auto options = std::make_shared<Options>();
  command->add_option("PATH", options->paths, "Test files, or folders of them (*.yaml, *.yml, *.ini by name)")->required();
  command
      ->add_option("--rules", options->sources.paths,
                   "Rule files, or folders of them (*.xml by name), instead of the default ruleset; may repeat")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("--lists", options->sources.list_folders, "Folders of the lists that rules name; may repeat")
      ->allow_extra_args(false)
      ->take_all();
  AddSigmaOptions(*command, options->sources.sigma);
  command->add_option("-o,--output", options->format, "table: a line a failed case; json: an array; junit: XML for CI systems")
      ->check(CLI::IsMember({"table", "json", "junit"}))
      ->capture_default_str();
  command->add_option("--output-file", options->output, "Write to this file instead of stdout")->type_name("FILE");
  command->callback([options, &action] { action = [options] { return TestRules(*options); }; });
}

}  // namespace trailsift
