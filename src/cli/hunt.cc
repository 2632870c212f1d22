#include "cli/hunt.h"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/hunt_input.h"
#include "cli/hunt_output.h"
#include "cli/hunt_plan_output.h"
#include "cli/hunt_progress.h"
#include "cli/hunt_report.h"
#include "cli/hunt_report_page.h"
#include "cli/rule_loading.h"
#include "cli/sigma_options.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "pipeline/hunt.h"

namespace trailsift {
namespace {

struct HuntArguments {
  std::vector<std::string> paths;
  std::vector<std::string> rules;
  std::vector<std::string> lists;
  SigmaSources sigma;
  int min_level = 3;
  std::optional<int> fail_on;
  unsigned threads = 0;
  std::string start;
  std::string end;
  std::string clock = "event";
  std::string format = "table";
  std::string output;
  std::string summary;
  bool plan = false;
  int progress = 0;  // 1, -1: shown or not whatever stderr is
};

const std::map<std::string, HuntFormat> kFormats{{"table", HuntFormat::kTable},
                                                 {"json", HuntFormat::kJson},
                                                 {"ndjson", HuntFormat::kNdjson},
                                                 {"csv", HuntFormat::kCsv},
                                                 {"html", HuntFormat::kHtml}};

// Where the lines go: stdout or a file. Every failure is kept.
class Output {
 public:
  Status Open(const std::string& path) {
    if (path.empty()) return Status::Ok();
    file_ = std::fopen(path.c_str(), "we");
    path_ = path;
    return file_ == nullptr ? Failed() : Status::Ok();
  }
  ~Output() {
    if (file_ != stdout && file_ != nullptr) std::fclose(file_);
  }
  Status Write(std::string_view text) {
    written_ += text.size();
    return std::fwrite(text.data(), 1, text.size(), file_) == text.size() ? Status::Ok() : Failed();
  }
  Status Close() {
    if (std::fflush(file_) != 0) return Failed();
    std::FILE* file = std::exchange(file_, stdout);
    return file == stdout || std::fclose(file) == 0 ? Status::Ok() : Failed();
  }
  std::uint64_t written() const { return written_; }
  bool is_stdout() const { return file_ == stdout; }

 private:
  Status Failed() const { return Status(Code::kIo, (path_.empty() ? "stdout" : path_) + ": " + std::strerror(errno)); }
  std::FILE* file_ = stdout;
  std::string path_;
  std::uint64_t written_ = 0;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Status WriteSummary(const std::string& path, const RunCounters& counters, double seconds) {
  char text[1024];
  const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::snprintf(text, sizeof text,
                "{\"objects\":%llu,\"bytes\":%llu,\"records\":%llu,\"duplicates\":%llu,\"discarded\":%llu,\"matched\":%llu,"
                "\"unmatched\":%llu,\"alerts\":%llu,\"quarantined_records\":%llu,\"quarantined_objects\":%llu,\"seconds\":%.3f,"
                "\"cpu_seconds\":%.3f}\n",
                n(counters.objects), n(counters.bytes), n(counters.records), n(counters.duplicates), n(counters.discarded),
                n(counters.matched), n(counters.unmatched), n(counters.alerts), n(counters.quarantined_records),
                n(counters.quarantined_objects), seconds, CpuSeconds());
  Output file;
  TRAILSIFT_RETURN_IF_ERROR(file.Open(path));
  TRAILSIFT_RETURN_IF_ERROR(file.Write(text));
  return file.Close();
}

int RunPlan(const HuntArguments& arguments, const HuntOptions& options, const Signals& signals) {
  const auto usage = [](const char* message) {
    std::fprintf(stderr, "trailsift hunt: %s\n", message);
    return static_cast<int>(kExitUsage);
  };
  const HuntFormat format = kFormats.at(arguments.format);
  if (format == HuntFormat::kCsv || format == HuntFormat::kHtml) return usage("--plan prints a table or, with -o json, JSON");
  if (!arguments.summary.empty()) return usage("--summary says what was read; --plan reads nothing");
  if (arguments.fail_on) return usage("--fail-on asks for alerts; --plan raises none");
  if (std::find(arguments.paths.begin(), arguments.paths.end(), "-") != arguments.paths.end())
    return usage("--plan can't know what will come from stdin; name files, folders or S3 prefixes");
  Output output;
  if (const Status opened = output.Open(arguments.output); !opened.ok()) {
    LogError("hunt", opened.message());
    return kExitIo;
  }
  std::vector<HuntInput> inputs;
  const Status failed_input = OpenInputs("hunt", arguments.paths, inputs);
  HuntProgressLine line(HuntProgressForm(arguments.progress));
  HuntProgress progress;
  HuntPlan plan = PlanHunt(inputs, {options.analyzer.start, options.analyzer.end}, signals.token(), [&](const PlanCount& count) {
    progress.in_all = count.objects;
    progress.bytes_in_all = count.bytes;
    line.Show(progress);
  });
  line.Clear();
  if (!failed_input.ok()) plan.listing.failures.push_back({failed_input, failed_input.code() == Code::kIo});
  Status written = output.Write(format == HuntFormat::kTable ? PlanText(plan, inputs) : PlanJson(plan, inputs));
  if (written.ok()) written = output.Close();
  if (!written.ok()) {
    LogError("hunt", written.message());
    return kExitIo;
  }
  if (plan.interrupted) return signals.received() == SIGINT ? kExitInterrupted : kExitOk;
  bool local = false;
  for (const HuntListing::Failure& failure : plan.listing.failures) local = local || failure.local;
  if (local) return kExitIo;
  return plan.listing.failures.empty() ? kExitOk : kExitAws;
}

// The alerts that hold, in the chosen form.
class AlertOutput {
 public:
  AlertOutput(HuntFormat format, Output& output, HuntProgressLine& progress)
      : format_(format),
        output_(output),
        progress_(progress),
        width_(output.is_stdout() ? static_cast<int>(TerminalWidth(STDOUT_FILENO)) : 0) {
    const char* no_color = std::getenv("NO_COLOR");
    color_ =
        format == HuntFormat::kTable && output.is_stdout() && isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == 0);
    origin_.agent_name = origin_.manager_name = HostName();
  }

  bool wants_fields() const { return format_ == HuntFormat::kHtml; }
  std::string Render(const Alert& alert) {
    return format_ == HuntFormat::kHtml ? report_.Pack(alert) : HuntLine(format_, alert, origin_, width_, color_);
  }
  Status Write(std::string_view rendered) {
    if (format_ == HuntFormat::kHtml) {
      report_.Take(rendered);
      return Status::Ok();
    }
    if (first_) {
      progress_.Clear();
      TRAILSIFT_RETURN_IF_ERROR(output_.Write(HuntHeader(format_, color_)));
    }
    std::string text = format_ == HuntFormat::kJson ? (first_ ? "\n" : ",\n") : "";
    first_ = false;
    const bool json = format_ == HuntFormat::kJson || format_ == HuntFormat::kNdjson;
    text += json ? WithId(rendered, output_.written()) : std::string(rendered);
    if (format_ != HuntFormat::kJson) text += '\n';
    return output_.Write(text);
  }
  // Behind the last alert.
  Status Finish(const HuntFacts& facts) {
    if (format_ == HuntFormat::kHtml) return output_.Write(HuntReportPage(report_, facts));
    if (first_ && format_ != HuntFormat::kTable) TRAILSIFT_RETURN_IF_ERROR(output_.Write(HuntHeader(format_, color_)));
    return format_ == HuntFormat::kJson ? output_.Write(first_ ? "]\n" : "\n]\n") : Status::Ok();
  }

 private:
  const HuntFormat format_;
  Output& output_;
  HuntProgressLine& progress_;
  const int width_;
  bool color_ = false;
  Origin origin_;
  bool first_ = true;
  HuntReport report_;
};

HuntFacts FactsOf(const HuntArguments& arguments, const HuntOptions& options, const HuntResult& result,
                  const Status& failed_input) {
  HuntFacts facts;
  facts.version = TRAILSIFT_VERSION;
  facts.made = NowMillis();
  facts.inputs = arguments.paths;
  facts.rules = DescribeRules(*options.analyzer.rules);
  facts.min_level = arguments.min_level;
  facts.start = options.analyzer.start;
  facts.end = options.analyzer.end;
  facts.first = result.first;
  facts.last = result.last;
  facts.counters = result.counters;
  facts.failure = (failed_input.ok() ? result.failure : failed_input).message();
  facts.interrupted = result.interrupted;
  return facts;
}

int RunHunt(const HuntArguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const Signals signals;
  const auto usage = [](const std::string& message) {
    std::fprintf(stderr, "trailsift hunt: %s\n", message.c_str());
    return static_cast<int>(kExitUsage);
  };
  HuntOptions options;
  if (const Status range = ReadHuntRange(arguments.start, arguments.end, options.analyzer); !range.ok())
    return usage(range.message());

  if (arguments.plan) return RunPlan(arguments, options, signals);

  Diagnostics diagnostics;
  options.analyzer.rules = LoadRules(arguments.rules, arguments.lists, arguments.sigma, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.items())
    if (diagnostic.severity != Severity::kNote) std::fprintf(stderr, "%s\n", diagnostic.ToString().c_str());
  if (options.analyzer.rules == nullptr) return kExitConfiguration;
  options.analyzer.MakePlans();
  options.analyzer.log_alert_level = arguments.min_level;
  options.analyzer.utc_arrival = true;
  options.analyzer.by_arrival = arguments.clock == "arrival";
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());

  Output output;
  if (const Status opened = output.Open(arguments.output); !opened.ok()) {
    LogError("hunt", opened.message());
    return kExitIo;
  }
  const Status failed_input = OpenInputs("hunt", arguments.paths, options.inputs);

  HuntProgressLine progress(HuntProgressForm(arguments.progress));
  options.progress = [&](const HuntProgress& now) { progress.Show(now); };
  AlertOutput alerts(kFormats.at(arguments.format), output, progress);
  options.analyzer.log_fields = alerts.wants_fields();
  const HuntObjects listed = ListHuntObjects(options, signals.token());
  Result<HuntResult> result = Hunt(
      options, listed, [&](const Alert& alert) { return alerts.Render(alert); },
      [&](std::string_view rendered) { return alerts.Write(rendered); }, signals.token());
  progress.Clear();
  Status finished = result.status();
  if (finished.ok()) finished = alerts.Finish(FactsOf(arguments, options, *result, failed_input));
  if (finished.ok()) finished = output.Close();
  if (!finished.ok()) {
    LogError("hunt", finished.message());
    return finished.code() == Code::kIo ? kExitIo : kExitAws;
  }
  const RunCounters& counters = result->counters;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::fprintf(stderr, "%s; %.1f s\n", counters.Describe().c_str(), seconds);
  if (!arguments.summary.empty())
    if (const Status summary = WriteSummary(arguments.summary, counters, seconds); !summary.ok()) {
      LogError("hunt", summary.message());
      return kExitIo;
    }
  if (result->interrupted) return signals.received() == SIGINT ? kExitInterrupted : kExitOk;
  if (const int fault = HuntFaultCode(*result, failed_input); fault != kExitOk) return fault;
  return arguments.fail_on && result->highest_level >= *arguments.fail_on ? kExitFindings : kExitOk;
}

}  // namespace

void AddHuntCommand(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<HuntArguments>();
  CLI::App* command = app.add_subcommand("hunt", "Run the rules over history: files, folders, S3 prefixes, or stdin (-)");
  command->add_option("PATH", arguments->paths, "File, folder, s3://bucket/prefix, or - for stdin")->required();
  command->add_option("--rules", arguments->rules, "Rules instead of the default ones: a file, a folder, or none; may repeat")
      ->type_name("DIR|none")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("--lists", arguments->lists, "Folder of the lists that rules name; may repeat")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->take_all();
  AddSigmaOptions(*command, arguments->sigma);
  command->add_option("--min-level", arguments->min_level, "Show alerts of this level and above")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
  command->add_option("--fail-on", arguments->fail_on, "Exit code 1 when an alert of this level or above is shown")
      ->type_name("LEVEL")
      ->check(CLI::Range(1, 16));
  command->add_option("--threads", arguments->threads, "Threads that read and match (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command->add_option("--start", arguments->start, "Only events at or after this time (2026-01-15T10:00:00Z, or a day)")
      ->type_name("TIME");
  command->add_option("--end", arguments->end, "Only events before this time")->type_name("TIME");
  command
      ->add_option("--correlation-time", arguments->clock,
                   "Clock of frequency rules and ignore: the events' own time, or the moment of reading")
      ->check(CLI::IsMember({"event", "arrival"}))
      ->capture_default_str();
  command->add_option("-o,--output-format", arguments->format, "table, json, ndjson, csv, or html: a report to read in a browser")
      ->check(CLI::IsMember(kFormats))
      ->capture_default_str();
  command->add_option("-O,--output", arguments->output, "Write to this file instead of stdout")->type_name("FILE");
  command->add_flag_callback(
      "--json", [arguments] { arguments->format = "json"; }, "The same as -o json");
  command->add_flag("--plan", arguments->plan, "Read nothing: list, count, and estimate what reading would cost");
  command->add_flag("--progress{1},--no-progress{-1}", arguments->progress,
                    "Show how far it is also where stderr is no terminal, or never");
  command->add_option("--summary", arguments->summary, "Write what was counted to this file, as JSON")->type_name("FILE");
  command->callback([arguments, &action] { action = [arguments] { return RunHunt(*arguments); }; });
}

}  // namespace trailsift
