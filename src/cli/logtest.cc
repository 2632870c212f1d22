#include "cli/logtest.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/logtest_explain.h"
#include "cli/logtest_input.h"
#include "cli/logtest_session.h"
#include "cli/rule_loading.h"
#include "cli/sigma_options.h"
#include "config/ossec_conf.h"

namespace trailsift {
namespace {

struct Options {
  RuleSources sources;
  std::vector<std::string> config;
  std::string location = "Wazuh-AWS";
  std::string clock = "event";
  std::string expected;  // -U
  std::vector<int> why_not;
  bool has_expected = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool version = false;
};

void AppendField(std::string_view name, std::string_view value, std::string& out) {
  out += '\t';
  out += name;
  out += ": '";
  out += value;
  out += "'\n";
}

std::string ListText(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) out += ", ";
    out += '\'' + item + '\'';
  }
  return out + ']';
}

void AppendDecoding(const LogtestAnswer& answer, std::string& out) {
  out += "**Phase 1: Completed pre-decoding.\n";
  if (!answer.alert.full_log.empty()) AppendField("full event", answer.alert.full_log, out);
  out += "\n**Phase 2: Completed decoding.\n";
  if (answer.alert.decoder.empty()) {
    out += "\tNo decoder matched.\n";
    return;
  }
  AppendField("name", answer.alert.decoder, out);
  auto fields = answer.alert.fields;
  std::sort(fields.begin(), fields.end());
  for (const auto& [name, value] : fields)
    if (!value.empty()) AppendField(name, value, out);
}

void AppendFiltering(const LogtestAnswer& answer, std::string& out) {
  const RuleInfo& info = *answer.alert.rule;
  out += "\n**Phase 3: Completed filtering (rules).\n";
  AppendField("id", info.id, out);
  AppendField("level", std::to_string(info.level), out);
  AppendField("description", answer.alert.description, out);
  AppendField("groups", ListText(info.groups), out);
  if (answer.alert.fired_times > 0) AppendField("firedtimes", std::to_string(answer.alert.fired_times), out);
  std::vector<std::pair<std::string, std::string>> rest;
  for (const auto& [standard, requirements] : info.compliance) rest.emplace_back(standard, ListText(requirements));
  if (info.frequency > 0) rest.emplace_back("frequency", std::to_string(info.frequency));
  rest.emplace_back("mail", answer.alert.mail ? "true" : "false");
  std::vector<std::string> ids;
  std::vector<std::string> names;
  std::vector<std::string> tactics;
  for (const MitreTechnique& technique : info.mitre) {
    if (!technique.id.empty()) ids.push_back(technique.id);
    if (!technique.technique.empty()) names.push_back(technique.technique);
    for (const std::string& tactic : technique.tactics)
      if (std::find(tactics.begin(), tactics.end(), tactic) == tactics.end()) tactics.push_back(tactic);
  }
  if (!ids.empty()) rest.emplace_back("mitre.id", ListText(ids));
  if (!tactics.empty()) rest.emplace_back("mitre.tactic", ListText(tactics));
  if (!names.empty()) rest.emplace_back("mitre.technique", ListText(names));
  std::sort(rest.begin(), rest.end());
  for (const auto& [name, value] : rest) AppendField(name, value, out);
  if (answer.raises_alert) out += "**Alert to be generated.\n";
}

void AppendText(const LogtestAnswer& answer, bool verbose, std::string& out) {
  AppendDecoding(answer, out);
  if (verbose) {
    out += "\n**Rule debugging:\n";
    AppendPathText(answer, out);
  }
  if (answer.rule != nullptr) AppendFiltering(answer, out);
  if (!answer.sigma.empty()) {
    out += "\n**Sigma rules that hold:\n";
    for (const Alert& alert : answer.sigma)
      out += '\t' + alert.rule->id + " (level " + std::to_string(alert.rule->level) + "): " + alert.description + '\n';
  }
  AppendWhyNotText(answer, out);
  out += '\n';
}

// The line of alerts.json with `alert`, and `rule` null where there is none; where Sigma rules were given, with those that hold.
void AppendJsonAnswer(const LogtestAnswer& answer, const LogtestLocation& location, const Options& options, bool with_sigma,
                      std::string& out) {
  Origin origin;
  origin.agent_id = location.agent_id;
  origin.agent_name = location.agent_name;
  std::string line;
  AppendAlertJson(answer.alert, origin, "0.0", true, line);
  out += answer.raises_alert ? "{\"alert\":true," : "{\"alert\":false,";
  if (answer.rule == nullptr) out += "\"rule\":null,";
  out.append(line, 1, line.size() - 2);
  if (with_sigma) {
    out += ",\"sigma\":[";
    for (const Alert& alert : answer.sigma) {
      if (out.back() != '[') out += ',';
      AppendRuleJson(alert, out);
    }
    out += ']';
  }
  if (options.verbose) AppendPathJson(answer, out);
  if (!options.why_not.empty()) AppendWhyNotJson(answer, out);
  out += "}\n";
}

void WriteDiagnostics(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

// rule:level:decoder
std::array<std::string, 3> SplitExpected(const std::string& text) {
  std::array<std::string, 3> parts;
  std::size_t part = 0;
  for (char c : text) {
    if (c == ':' && part < 2) ++part;
    else parts[part] += c;
  }
  return parts;
}

int JudgeLast(const LogtestAnswer& last, const std::string& expected) {
  const std::array<std::string, 3> wanted = SplitExpected(expected);
  std::array<std::string, 3> got;
  if (last.rule != nullptr) got = {last.rule->info.id, std::to_string(last.rule->info.level), ""};
  got[2] = last.alert.decoder;
  if (got != wanted) return kExitFindings;
  return static_cast<int>(std::count(wanted.begin(), wanted.end(), std::string()));
}

// The rules of --why-not; nothing, with a word on stderr, when one is not there.
std::optional<std::vector<const Rule*>> FindRules(const RuleSet& rules, const std::vector<int>& ids) {
  std::vector<const Rule*> found;
  bool complete = true;
  for (int id : ids) {
    found.push_back(rules.Find(id));
    if (found.back() != nullptr) continue;
    complete = false;
    std::vector<std::string_view> known;
    for (const std::unique_ptr<Rule>& rule : rules.rules()) known.emplace_back(rule->info.id);
    const std::string hint = DidYouMean(std::to_string(id), known);
    std::fprintf(stderr, "--why-not %d: no rule has that id%s\n", id, hint.empty() ? "" : (" (" + hint + ")").c_str());
  }
  if (!complete) return std::nullopt;
  return found;
}

std::shared_ptr<const RuleSet> LoadFor(const Options& options, Diagnostics& diagnostics) {
  if (!options.config.empty()) {
    const std::optional<Settings> settings = LoadSettings(options.config, diagnostics);
    return settings ? LoadConfiguredRules(*settings, options.config, diagnostics, options.sources.sigma) : nullptr;
  }
  const std::vector<std::string>& paths = options.sources.paths;
  if (paths.empty() || paths == std::vector<std::string>{"none"})
    return LoadRules(paths, options.sources.list_folders, options.sources.sigma, diagnostics);
  RuleSources sources = options.sources;
  AddListFolders(sources);
  return RuleSet::Load(sources, diagnostics);
}

// Answers each line of stdin; the last answer.
LogtestAnswer AnswerLines(const Options& options, LogtestSession& session) {
  LogtestAnswer last;
  std::string line;
  for (int number = 1; std::getline(std::cin, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    // As wazuh-logtest; in JSON each line has its answer, so that they can be put side by side.
    if (line.empty() && !options.json) continue;
    if (const std::string odd = options.quiet ? "" : OddLine(line); !odd.empty())
      std::fprintf(stderr, "line %d: %s\n", number, odd.c_str());
    LogtestAnswer answer = session.Process(line);
    std::string out;
    if (options.json) AppendJsonAnswer(answer, session.location(), options, session.has_sigma(), out);
    else AppendText(answer, options.verbose, out);
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
    last = std::move(answer);
  }
  return last;
}

int RunLogtest(const Options& options) {
  if (options.version) {
    std::puts("trailsift logtest " TRAILSIFT_VERSION);
    return kExitOk;
  }
  if (options.has_expected && std::count(options.expected.begin(), options.expected.end(), ':') < 2) {
    std::fputs("trailsift logtest: -U takes RULE:LEVEL:DECODER, each of which may be empty\n", stderr);
    return kExitUsage;
  }
  Diagnostics diagnostics;
  const std::shared_ptr<const RuleSet> rules = LoadFor(options, diagnostics);
  if (!options.quiet || rules == nullptr) WriteDiagnostics(diagnostics);
  if (rules == nullptr) return kExitConfiguration;

  const LogtestClock clock = options.clock == "arrival" ? LogtestClock::kArrival : LogtestClock::kEvent;
  LogtestSession session(rules, clock, LogtestLocation::Parse(options.location));
  std::optional<std::vector<const Rule*>> why_not = FindRules(*rules, options.why_not);
  if (!why_not) return kExitUsage;
  session.Explain(options.verbose, *std::move(why_not));
  if (!options.quiet && isatty(STDIN_FILENO) != 0) std::fputs("Type one log a line; Ctrl-D ends.\n", stderr);
  const LogtestAnswer last = AnswerLines(options, session);
  return options.has_expected ? JudgeLast(last, options.expected) : static_cast<int>(kExitOk);
}

}  // namespace

void AddLogtestCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* command = app.add_subcommand(
      "logtest",
      "Show what the rules make of log lines on stdin: bare CloudTrail records, or whole messages as Wazuh's collector sends them");
  const auto options = std::make_shared<Options>();
  CLI::Option* rules = command->add_option(
      "--rules", options->sources.paths, "Rule files, or folders of them (*.xml by name), instead of the default ruleset; or none");
  command
      ->add_option("--config", options->config,
                   "The rules that `run` would load with these configuration files: the default ruleset and your own")
      ->excludes(rules);
  command->add_option("--lists", options->sources.list_folders,
                      "Folders of the lists that rules name; else the folders `lists` beside --rules");
  AddSigmaOptions(*command, options->sources.sigma);
  command->add_option("--mitre", options->sources.mitre_file, "Table of MITRE techniques; else mitre.tsv beside the rules");
  command->add_option("-l,--location", options->location, "Where the lines come from: PLACE, or [ID] (HOST) ADDRESS->PLACE");
  command->add_option("--correlation-time", options->clock, "Clock of frequency rules: the events' own time, or now")
      ->check(CLI::IsMember({"event", "arrival"}));
  CLI::Option* expected =
      command->add_option("-U,--ut", options->expected, "Expect RULE:LEVEL:DECODER of the last line; the exit code tells");
  command->add_flag("--json", options->json, "One line of JSON for each line of input, as in alerts.json");
  command->add_flag("-q,--quiet", options->quiet, "No warnings and hints on stderr");
  command->add_flag("-v,--verbose", options->verbose,
                    "Explain the result: each rule on the way to it, each condition and what it saw");
  command->add_option("--why-not", options->why_not, "Explain why the rule with this ID is not the result; may be repeated")
      ->type_name("ID")
      ->allow_extra_args(false);
  command->add_flag("-V,--version", options->version, "Print the version");
  command->callback([options, expected, &action] {
    options->has_expected = expected->count() > 0;
    action = [options] { return RunLogtest(*options); };
  });
}

}  // namespace trailsift
