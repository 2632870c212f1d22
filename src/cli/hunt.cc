#include "cli/hunt.h"

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/hunt_output.h"
#include "cli/rule_loading.h"
#include "cli/signals.h"
#include "pipeline/hunt.h"
#include "source/folder_store.h"
#include "source/store_factory.h"

namespace trailsift {
namespace {

struct HuntArguments {
  std::vector<std::string> paths;
  std::vector<std::string> rules;
  std::vector<std::string> lists;
  int min_level = 3;
  unsigned threads = 0;
  std::string start;
  std::string end;
  std::string clock = "event";
  std::string format = "table";
  std::string output;
  std::string summary;
};

const std::map<std::string, HuntFormat> kFormats{
    {"table", HuntFormat::kTable}, {"json", HuntFormat::kJson}, {"ndjson", HuntFormat::kNdjson}, {"csv", HuntFormat::kCsv}};

// What was read from stdin, as a store of one object.
class StdinStore : public ObjectStore {
 public:
  Result<StorePage> List(const StoreQuery& /*query*/) override { return StorePage{}; }
  Result<std::string> Get(const std::string& /*key*/) override {
    if (bytes_.empty()) bytes_.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
    return bytes_;
  }
  void GetAsync(const std::string& key, std::uint64_t /*size*/, std::function<void(Result<std::string>)> done) override {
    done(Get(key));
  }
  Status Delete(const std::string& /*key*/) override { return Status::Ok(); }
  std::string name() const override { return ""; }
  bool local() const override { return true; }

 private:
  std::string bytes_;
};

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

int TerminalWidth() {
  winsize size{};
  return isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Result<HuntInput> MakeInput(const std::string& text) {
  HuntInput input;
  input.text = text;
  if (text == "-") {
    input.store = std::make_shared<StdinStore>();
    input.prefix = "stdin";
    input.single = true;
    return input;
  }
  if (text.rfind("s3://", 0) == 0) {
    const std::size_t slash = text.find('/', 5);
    const std::string bucket = text.substr(5, slash == std::string::npos ? std::string::npos : slash - 5);
    Result<std::unique_ptr<ObjectStore>> store = MakeS3Store(bucket);
    if (!store.ok()) return store.status();
    input.store = std::move(store).value();
    if (slash != std::string::npos) input.prefix = text.substr(slash + 1);
    return input;
  }
  if (access(text.c_str(), R_OK) != 0) return Status(Code::kIo, text + ": " + std::strerror(errno));
  const std::size_t slash = text.find_last_not_of('/');
  const std::string path = slash == std::string::npos ? text : text.substr(0, slash + 1);
  if (std::filesystem::is_directory(path)) {
    input.store = std::make_shared<FolderStore>(path);
    return input;
  }
  const std::size_t last = path.rfind('/');
  input.store = std::make_shared<FolderStore>(last == std::string::npos ? "." : path.substr(0, last + 1));
  input.prefix = last == std::string::npos ? path : path.substr(last + 1);
  input.single = true;
  return input;
}

// A bar on a terminal's stderr, a few times a second.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}
  ~Progress() { Clear(); }
  void Show(const RunCounters& counters, std::uint64_t all) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    const std::uint64_t done = counters.objects + counters.unreadable_objects + counters.gone_objects;
    const int filled = all == 0 ? 0 : static_cast<int>(done * 30 / all);
    const double seconds = std::chrono::duration<double>(now - began_).count();
    std::fprintf(stderr, "\r\x1b[K[%.*s%.*s] %llu/%llu objects, %llu records, %.0f/s", filled, "##############################",
                 30 - filled, "..............................", static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(all), static_cast<unsigned long long>(counters.records),
                 static_cast<double>(counters.records) / std::max(seconds, 0.001));
    dirty_ = true;
  }
  void Clear() {
    if (dirty_) std::fputs("\r\x1b[K", stderr);
    dirty_ = false;
  }

 private:
  bool shown_;
  bool dirty_ = false;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
};

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

int RunHunt(const HuntArguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const Signals signals;
  const auto usage = [](const std::string& message) {
    std::fprintf(stderr, "trailsift hunt: %s\n", message.c_str());
    return static_cast<int>(kExitUsage);
  };
  HuntOptions options;
  if (!arguments.start.empty() && !(options.analyzer.start = ParseIsoTime(arguments.start)))
    return usage("--start " + arguments.start + ": not a time; write 2026-01-15 or 2026-01-15T10:00:00Z");
  if (!arguments.end.empty() && !(options.analyzer.end = ParseIsoTime(arguments.end)))
    return usage("--end " + arguments.end + ": not a time; write 2026-01-15 or 2026-01-15T10:00:00Z");
  if (options.analyzer.start && options.analyzer.end && *options.analyzer.end <= *options.analyzer.start)
    return usage("--end is not after --start");

  Diagnostics diagnostics;
  options.analyzer.rules = LoadRules(arguments.rules, arguments.lists, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.items())
    if (diagnostic.severity != Severity::kNote) std::fprintf(stderr, "%s\n", diagnostic.ToString().c_str());
  if (options.analyzer.rules == nullptr) return kExitConfiguration;
  options.analyzer.plan = std::make_shared<const CorrelationPlan>(*options.analyzer.rules);
  options.analyzer.log_alert_level = arguments.min_level;
  options.analyzer.utc_arrival = true;
  options.analyzer.by_arrival = arguments.clock == "arrival";
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());

  Output output;
  if (const Status opened = output.Open(arguments.output); !opened.ok()) {
    LogError("hunt", opened.message());
    return kExitIo;
  }
  Status failed_input;
  for (const std::string& path : arguments.paths) {
    Result<HuntInput> input = MakeInput(path);
    if (input.ok()) {
      options.inputs.push_back(std::move(input).value());
      continue;
    }
    LogError("hunt", input.status().message());
    if (failed_input.ok() || input.status().code() == Code::kIo) failed_input = input.status();
  }

  const HuntFormat format = kFormats.at(arguments.format);
  const char* no_color = std::getenv("NO_COLOR");
  const bool color =
      format == HuntFormat::kTable && output.is_stdout() && isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == 0);
  const int width = output.is_stdout() ? TerminalWidth() : 0;
  Origin origin;
  origin.agent_name = origin.manager_name = HostName();
  Progress progress(isatty(STDERR_FILENO) != 0);
  options.progress = [&](const RunCounters& counters, std::uint64_t all) { progress.Show(counters, all); };

  bool first = true;
  const auto write = [&](const std::string& line) -> Status {
    if (first) {
      progress.Clear();
      TRAILSIFT_RETURN_IF_ERROR(output.Write(HuntHeader(format, color)));
    }
    std::string text = format == HuntFormat::kJson ? (first ? "\n" : ",\n") : "";
    first = false;
    text += format == HuntFormat::kJson || format == HuntFormat::kNdjson ? WithId(line, output.written()) : line;
    if (format != HuntFormat::kJson) text += '\n';
    return output.Write(text);
  };
  Result<HuntResult> result = Hunt(
      options, [&](const Alert& alert) { return HuntLine(format, alert, origin, width, color); }, write, signals.token());
  progress.Clear();
  Status finished = result.status();
  if (finished.ok() && first && format != HuntFormat::kTable) finished = output.Write(HuntHeader(format, color));
  if (finished.ok() && format == HuntFormat::kJson) finished = output.Write(first ? "]\n" : "\n]\n");
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
  const Status& failure = failed_input.ok() ? result->failure : failed_input;
  if (result->local_failure || failed_input.code() == Code::kIo) return kExitIo;
  if (!failure.ok()) return kExitAws;
  if (counters.quarantined_objects + counters.quarantined_records > 0) return kExitQuarantine;
  return kExitOk;
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
  command->add_option("--min-level", arguments->min_level, "Show alerts of this level and above")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
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
  command->add_option("-o,--output-format", arguments->format, "table, json, ndjson or csv")
      ->check(CLI::IsMember(kFormats))
      ->capture_default_str();
  command->add_option("-O,--output", arguments->output, "Write to this file instead of stdout")->type_name("FILE");
  command->add_option("--summary", arguments->summary, "Write what was counted to this file, as JSON")->type_name("FILE");
  command->callback([arguments, &action] { action = [arguments] { return RunHunt(*arguments); }; });
}

}  // namespace trailsift
