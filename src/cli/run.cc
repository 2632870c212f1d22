#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/log.h"
#include "cli/default_config.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/rule_loading.h"
#include "cli/sigma_options.h"
#include "cli/signals.h"
#include "config/ossec_conf.h"
#include "pipeline/service.h"
#include "server/http_server.h"
#include "server/metrics.h"

namespace trailsift {
namespace {

struct RunArguments {
  std::vector<std::string> config;
  std::string home = "/var/lib/trailsift";
  bool once = false;
  unsigned threads = 0;
  std::string metrics;
  SigmaSources sigma;
};

void Print(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.items()) std::fprintf(stderr, "%s\n", diagnostic.ToString().c_str());
}

void TellPass(const RunCounters& counters, const PassReport& pass) {
  std::string text = counters.Describe() + "; " + std::to_string(pass.listing.known) + " objects were known";
  if (pass.listing.failures > 0) text += "; " + std::to_string(pass.listing.failures) + " places could not be listed";
  LogInfo("run", text);
}

// What memory's bounds and late events did since the start; silent where there is nothing to say.
void TellMemory(const Service& service) {
  const WindowCounters windows = service.window_counters();
  std::string text;
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + what;
  };
  add(windows.superseded, "alerts replaced after a late event");
  add(windows.retracted, "alerts withdrawn after a late event");
  add(windows.too_late, "events came later than <allowed_lateness>");
  add(windows.evicted_for_memory, "events left their windows early for want of memory");
  add(windows.short_walks, "counts left out events of their timeframe, of which there were too many");
  add(windows.forgotten, "remembered events dropped since their rules changed");
  add(service.forgotten_identities(), "identities forgotten for want of memory");
  if (!text.empty()) LogInfo("run", "since the start: " + text);
}

// Reads from the queues, and says so where there was something.
Result<PassReport> Follow(Service& service, Millis until, const Signals& signals) {
  const RunCounters before = service.counters();
  Result<PassReport> followed = service.FollowQueues(until, signals.token());
  if (!followed.ok()) return followed;
  const RunCounters now = service.counters().Since(before);
  if (now.objects + now.unreadable_objects + now.gone_objects + followed->listing.known > 0)
    LogInfo("run", "from queues: " + now.Describe() + "; " + std::to_string(followed->listing.known) + " objects were known");
  return followed;
}

int ExitOf(const PassReport& pass, const RunCounters& counters, int signal) {
  if (signal == SIGINT) return kExitInterrupted;
  if (pass.local_failure) return kExitIo;
  if (pass.remote_failure) return kExitAws;
  if (counters.quarantined_objects + counters.quarantined_records > 0) return kExitQuarantine;
  return kExitOk;
}

// Loads the rules and lists anew, or says why those of before stay.
std::optional<NewRules> LoadAnew(const Settings& settings, const RunArguments& arguments) {
  Diagnostics diagnostics;
  std::shared_ptr<const RuleSet> rules = LoadConfiguredRules(settings, arguments.config, diagnostics, arguments.sigma);
  for (const Diagnostic& item : diagnostics.items())
    if (item.severity == Severity::kError) LogError("rules", item.ToString());
    else if (item.severity == Severity::kWarning) LogWarning("rules", item.ToString());
  if (rules != nullptr) return NewRules{rules, "rules reloaded: " + DescribeRules(*rules)};
  LogError("rules", "not reloaded: the rules and lists of before stay until the errors above are mended and SIGHUP comes again");
  return std::nullopt;
}

// The server of /metrics and /healthz; nothing where none is wanted.
Result<std::unique_ptr<HttpServer>> ServeMetrics(const std::string& address, const StatusBoard& board) {
  if (address.empty()) return std::unique_ptr<HttpServer>();
  HttpServerOptions options;
  options.address = *ParseListenAddress(address);
  Result<std::unique_ptr<HttpServer>> server = HttpServer::Start(
      options, [&](const HttpQuery& query) { return AnswerMetrics(query, board.Read(), TRAILSIFT_VERSION, NowMillis()); });
  if (!server.ok()) return server.status().Annotate("--metrics");
  const ListenAddress& where = (*server)->address();
  LogInfo("metrics", "http://" + where.ToString() + "/metrics and /healthz");
  if (!where.is_loopback())
    LogWarning("metrics", where.ToString() +
                              " can be reached from other machines: whoever reaches it can read the numbers, as there is "
                              "neither login nor TLS; allow your Prometheus alone in the firewall");
  return server;
}

int Run(RunArguments arguments) {
  Signals signals;
  if (!arguments.metrics.empty() && !ParseListenAddress(arguments.metrics)) {
    std::fprintf(stderr, "trailsift run: --metrics %s: write an address and a port, such as 127.0.0.1:9144 or [::1]:9144\n",
                 arguments.metrics.c_str());
    return kExitUsage;
  }
  if (arguments.config.empty()) arguments.config = DefaultConfig();
  if (arguments.config.empty()) {
    std::fprintf(stderr, "trailsift run: no configuration: %s is not there; name a file with --config\n", kDefaultConfig[0]);
    return kExitConfiguration;
  }
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(arguments.config, diagnostics);
  std::shared_ptr<const RuleSet> rules;
  if (settings) rules = LoadConfiguredRules(*settings, arguments.config, diagnostics, arguments.sigma);
  Print(diagnostics);
  if (!settings || rules == nullptr) {
    std::fprintf(stderr, "trailsift run: not started: mend the errors above\n");
    return kExitConfiguration;
  }
  if (!settings->aws_s3.present || settings->aws_s3.disabled) {
    LogWarning("run", settings->aws_s3.present ? "<wodle name=\"aws-s3\"> is disabled: nothing is collected"
                                               : "no <wodle name=\"aws-s3\"> block: nothing is collected");
    if (arguments.once) return kExitOk;
  }

  StatusBoard board;
  ServiceOptions options;
  options.board = &board;
  options.settings = &*settings;
  options.home = arguments.home;
  options.host = HostName();
  options.rules = rules;
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.once = arguments.once;
  options.reload = [&]() -> std::optional<NewRules> {
    if (!signals.TakeHangup()) return std::nullopt;
    return LoadAnew(*settings, arguments);
  };
  Result<std::unique_ptr<Service>> opened = Service::Open(std::move(options));
  if (!opened.ok()) {
    LogError("run", opened.status().message());
    return kExitIo;
  }
  Service& service = **opened;
  const Result<std::unique_ptr<HttpServer>> metrics = ServeMetrics(arguments.metrics, board);
  if (!metrics.ok()) {
    LogError("run", metrics.status().message());
    return kExitIo;
  }
  const bool idle = !settings->aws_s3.present || settings->aws_s3.disabled;
  const Schedule& schedule = settings->aws_s3.schedule;
  std::optional<Millis> planned;
  int code = kExitOk;
  while (!signals.token().stop_requested()) {
    const Millis next = idle ? INT64_MAX : NextRun(schedule, planned, NowMillis());
    if (!arguments.once && !idle && service.has_queues() && NowMillis() < next) {
      if (const Result<PassReport> followed = Follow(service, next, signals); !followed.ok()) {
        LogError("run", followed.status().message());
        return kExitIo;
      }
    }
    while (!arguments.once && !signals.token().stop_requested() && NowMillis() < next) {
      signals.WaitUntil(next);
      if (const Status reloaded = service.Reload(signals.token()); !reloaded.ok()) {
        LogError("run", reloaded.message());
        return kExitIo;
      }
    }
    if (signals.token().stop_requested()) break;
    planned = std::min(next, NowMillis());
    const RunCounters before = service.counters();
    Result<PassReport> pass = service.RunPass(signals.token());
    if (pass.ok()) TellPass(service.counters().Since(before), *pass);
    if (pass.ok() && arguments.once && service.has_queues()) {
      const PassReport listed = *pass;
      pass = Follow(service, INT64_MAX, signals);
      if (pass.ok()) pass->Add(listed);
    }
    if (!pass.ok()) {
      LogError("run", pass.status().message());
      return kExitIo;
    }
    TellMemory(service);
    code = ExitOf(*pass, service.counters(), signals.received());
    service.Maintain();
    if (arguments.once) return code;
  }
  return signals.received() == SIGINT ? kExitInterrupted : kExitOk;
}

}  // namespace

void AddRunCommand(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "Collect from the configured buckets, detect, write alerts");
  command
      ->add_option("--config", arguments->config,
                   "Configuration file, may repeat (default: /etc/trailsift/ossec.conf, trailsift.conf)")
      ->type_name("FILE");
  AddSigmaOptions(*command, arguments->sigma);
  command->add_option("--home", arguments->home, "Where everything is written")->type_name("DIR")->capture_default_str();
  command->add_flag("--once", arguments->once, "Make one pass and exit");
  command->add_option("--threads", arguments->threads, "Threads that read and match (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--metrics", arguments->metrics,
                   "Serve numbers for Prometheus and the state of health here, such as 127.0.0.1:9144 (port 0: any)")
      ->type_name("ADDRESS:PORT");
  command->callback([arguments, &action] { action = [arguments] { return Run(*arguments); }; });
}

}  // namespace trailsift
