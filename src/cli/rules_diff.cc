#include "cli/rules_diff.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/amounts.h"
#include "base/log.h"
#include "cli/alert_diff.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/hunt_input.h"
#include "cli/hunt_output.h"
#include "cli/hunt_progress.h"
#include "cli/rule_choice.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "pipeline/hunt.h"

namespace trailsift {
namespace {

struct Arguments {
  std::string old_rules;
  std::string new_rules;
  std::vector<std::string> paths;
  int min_level = 3;
  unsigned threads = 0;
  std::string start;
  std::string end;
  std::string format = "table";
  int progress = 0;
};

RuleChoice ChoiceOf(const std::string& text) {
  RuleChoice choice;
  if (text.ends_with(".conf")) choice.config = {text};
  else if (text != "default") choice.rules = {text};
  return choice;
}

// Prints the changes. What could not be written is told once, at the end.
class DiffOutput {
 public:
  explicit DiffOutput(const std::string& format) : json_(format == "json"), width_(static_cast<int>(TerminalWidth(STDOUT_FILENO))) {
    origin_.agent_name = origin_.manager_name = HostName();
  }

  std::string Render(const Alert& alert) const {
    if (json_) return WithId(HuntLine(HuntFormat::kNdjson, alert, origin_, 0, false), 0);
    return HuntLine(HuntFormat::kTable, alert, origin_, std::max(0, width_ - 2), false);
  }

  void Write(const AlertChange& change) {
    const auto kind = static_cast<std::size_t>(change.kind);
    std::string text;
    if (json_) {
      constexpr const char* kNames[] = {"added", "removed", "level"};
      text = std::string(first_ ? "[\n" : ",\n") + "{\"change\":\"" + kNames[kind] + '"';
      if (change.kind == AlertChange::Kind::kLevel) text += ",\"old_level\":" + std::to_string(change.old_level);
      text += ",\"alert\":" + change.line + '}';
    } else {
      if (first_) text = "  " + HuntHeader(HuntFormat::kTable, false);
      text += "+-~"[kind];
      text += ' ' + change.line;
      if (change.kind == AlertChange::Kind::kLevel) text += " (level was " + std::to_string(change.old_level) + ')';
      text += '\n';
      ++by_rule_[change.rule][kind];
    }
    first_ = false;
    std::fwrite(text.data(), 1, text.size(), stdout);
  }

  Status Finish() {
    if (json_) std::fputs(first_ ? "[]\n" : "\n]\n", stdout);
    else if (!first_) PrintByRule();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return Status::Ok();
    return Status(Code::kIo, std::string("stdout: ") + std::strerror(errno));
  }

 private:
  void PrintByRule() const {
    std::size_t width = 4;
    for (const auto& [rule, counts] : by_rule_) width = std::max(width, rule.size());
    const int column = static_cast<int>(width);
    std::printf("\n%-*s  %10s  %10s  %14s\n", column, "RULE", "ADDED", "REMOVED", "ANOTHER LEVEL");
    for (const auto& [rule, counts] : by_rule_)
      std::printf("%-*s  %10s  %10s  %14s\n", column, rule.c_str(), WithCommas(counts[0]).c_str(), WithCommas(counts[1]).c_str(),
                  WithCommas(counts[2]).c_str());
  }

  const bool json_;
  const int width_;
  Origin origin_;
  bool first_ = true;
  std::map<std::string, std::array<std::uint64_t, 3>> by_rule_;
};

int Fail(const Status& status) {
  LogError("rules diff", status.message());
  return status.code() == Code::kIo ? kExitIo : kExitAws;
}

int ShowDiff(const Arguments& arguments) {
  const Signals signals;
  HuntOptions options;
  if (const Status range = ReadHuntRange(arguments.start, arguments.end, options.analyzer); !range.ok()) {
    std::fprintf(stderr, "trailsift rules diff: %s\n", range.message().c_str());
    return kExitUsage;
  }
  const std::shared_ptr<const RuleSet> sets[] = {LoadChoice(ChoiceOf(arguments.old_rules)),
                                                 LoadChoice(ChoiceOf(arguments.new_rules))};
  if (sets[0] == nullptr || sets[1] == nullptr) return kExitConfiguration;
  options.analyzer.log_alert_level = arguments.min_level;
  options.analyzer.utc_arrival = true;
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  const Status failed_input = OpenInputs("rules diff", arguments.paths, options.inputs);

  // Listed once, so that what comes into a bucket meanwhile is no difference.
  const HuntObjects listed = ListHuntObjects(options, signals.token());
  AlertDiff diff;
  DiffOutput output(arguments.format);
  int fault = kExitOk;
  for (const AlertDiff::Side side : {AlertDiff::Side::kOld, AlertDiff::Side::kNew}) {
    options.analyzer.rules = sets[static_cast<std::size_t>(side)];
    options.analyzer.MakePlans();
    HuntProgressLine progress(HuntProgressForm(arguments.progress));
    options.progress = [&](const HuntProgress& now) { progress.Show(now); };
    const Result<HuntResult> result = Hunt(
        options, listed, [&](const Alert& alert) { return AlertDiff::Pack(alert, output.Render(alert)); },
        [&](std::string_view packed) { return diff.Add(side, packed); }, signals.token());
    progress.Clear();
    if (!result.ok()) return Fail(result.status());
    if (result->interrupted) {
      LogError("rules diff", "interrupted: nothing was compared");
      return signals.received() == SIGINT ? kExitInterrupted : kExitFindings;
    }
    std::fprintf(stderr, "%s: %s\n", side == AlertDiff::Side::kOld ? "old" : "new", result->counters.Describe().c_str());
    if (const int code = HuntFaultCode(*result, failed_input); fault == kExitOk || code == kExitIo) fault = code;
  }
  const Result<AlertDiff::Counts> counts = diff.Drain([&](const AlertChange& change) {
    output.Write(change);
    return Status::Ok();
  });
  if (!counts.ok()) return Fail(counts.status());
  if (const Status finished = output.Finish(); !finished.ok()) return Fail(finished);
  std::fprintf(stderr, "%s added, %s removed, %s at another level, %s the same\n", WithCommas(counts->added).c_str(),
               WithCommas(counts->removed).c_str(), WithCommas(counts->level).c_str(), WithCommas(counts->same).c_str());
  if (fault != kExitOk) return fault;
  return counts->differ() ? kExitFindings : kExitOk;
}

}  // namespace

void AddRulesDiff(CLI::App& rules, std::function<int()>& action) {
  CLI::App* command = rules.add_subcommand("diff", "Show which alerts a change of rules adds and removes over history");
  const auto arguments = std::make_shared<Arguments>();
  const char* what = "A rule file, a folder of them, a configuration file (*.conf), default, or none";
  command->add_option("OLD", arguments->old_rules, what)->required();
  command->add_option("NEW", arguments->new_rules, what)->required();
  command->add_option("PATH", arguments->paths, "What to read, as for hunt: file, folder, s3://bucket/prefix, or - for stdin")
      ->required();
  command->add_option("--min-level", arguments->min_level, "Compare alerts of this level and above")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "Threads that read and match (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--start", arguments->start, "Only events at or after this time (2026-01-15T10:00:00Z, or a day)")
      ->type_name("TIME");
  command->add_option("--end", arguments->end, "Only events before this time")->type_name("TIME");
  command->add_option("-o,--output", arguments->format, "table, or json: an array")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->add_flag("--progress{1},--no-progress{-1}", arguments->progress,
                    "Show how far it is also where stderr is no terminal, or never");
  command->callback([arguments, &action] { action = [arguments] { return ShowDiff(*arguments); }; });
}

}  // namespace trailsift
