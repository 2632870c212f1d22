#include "cli/reparse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <utility>

#include "base/log.h"
#include "cli/default_config.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/rule_loading.h"
#include "cli/signals.h"
#include "config/ossec_conf.h"
#include "pipeline/service.h"

namespace trailsift {
namespace {

struct ReparseArguments {
  std::string from;
  std::vector<std::string> config;
  std::string home = "/var/lib/trailsift";
  std::vector<std::string> buckets;
  bool dry_run = false;
  unsigned threads = 0;
};

int Usage(const std::string& message) {
  std::fprintf(stderr, "trailsift reparse: %s\n", message.c_str());
  return kExitUsage;
}

void Tell(const ReparseReport& report, bool dry_run) {
  std::string text = report.counters.Describe();
  text += dry_run ? " that would be written; " : " written; ";
  text += std::to_string(report.known) + " alerts were in the files already";
  if (report.listing.left > 0) text += "; " + std::to_string(report.listing.left) + " objects are left to the next pass of run";
  if (report.listing.failures > 0) text += "; " + std::to_string(report.listing.failures) + " places could not be listed";
  LogInfo("reparse", text);
}

int Run(const ReparseArguments& arguments) {
  Signals signals;
  ReparseOptions what;
  const std::optional<Millis> from = ParseIsoTime(arguments.from);
  if (!from || *from % kDay != 0) return Usage(arguments.from + ": not a day; write 2026-01-15");
  what.from_day = *from / kDay;
  what.dry_run = arguments.dry_run;
  what.buckets = arguments.buckets;
  const std::vector<std::string> config = arguments.config.empty() ? DefaultConfig() : arguments.config;
  if (config.empty()) {
    std::fprintf(stderr, "trailsift reparse: no configuration: %s is not there; name a file with --config\n", kDefaultConfig[0]);
    return kExitConfiguration;
  }
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(config, diagnostics);
  std::shared_ptr<const RuleSet> rules;
  if (settings) rules = LoadConfiguredRules(*settings, config, diagnostics);
  for (const Diagnostic& item : diagnostics.items()) std::fprintf(stderr, "%s\n", item.ToString().c_str());
  if (!settings || rules == nullptr) return kExitConfiguration;
  for (const std::string& name : what.buckets) {
    const auto& buckets = settings->aws_s3.buckets;
    if (std::none_of(buckets.begin(), buckets.end(), [&](const BucketSettings& bucket) { return bucket.name == name; }))
      return Usage("--bucket " + name + ": no <bucket> of the configuration has this <name>");
  }
  if (settings->own.alerts_keep_days > 0 && what.from_day < NowMillis() / kDay - settings->own.alerts_keep_days)
    LogWarning("reparse", "the files of alerts written more than " + std::to_string(settings->own.alerts_keep_days) +
                              " days ago are gone: such alerts can't be recognised and are written once more");
  ServiceOptions options;
  options.settings = &*settings;
  options.home = arguments.home;
  options.host = HostName();
  options.rules = std::move(rules);
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.once = true;
  const Result<std::unique_ptr<Service>> service = Service::Open(std::move(options));
  if (!service.ok()) {
    LogError("reparse", service.status().message());
    return kExitIo;
  }
  const Result<ReparseReport> report = (*service)->Reparse(what, signals.token());
  if (!report.ok()) {
    LogError("reparse", report.status().message());
    return kExitIo;
  }
  Tell(*report, what.dry_run);
  if (signals.received() == SIGINT) return kExitInterrupted;
  if (report->local_failure) return kExitIo;
  if (report->remote_failure) return kExitAws;
  if (report->counters.quarantined_objects + report->counters.quarantined_records > 0) return kExitQuarantine;
  return kExitOk;
}

}  // namespace

void AddReparseCommand(CLI::App& app, std::function<int()>& action) {
  auto arguments = std::make_shared<ReparseArguments>();
  CLI::App* command = app.add_subcommand("reparse", "Read objects again from a day on and write the alerts that are missing");
  command->add_option("DATE", arguments->from, "The first day, UTC: 2026-01-15")->required();
  command
      ->add_option("--config", arguments->config,
                   "Configuration file, may repeat (default: /etc/trailsift/ossec.conf, trailsift.conf)")
      ->type_name("FILE");
  command->add_option("--home", arguments->home, "The home of run, which must not be at work")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_option("--bucket", arguments->buckets, "Only the bucket of this <name>, may repeat")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->take_all();
  command->add_flag("--dry-run", arguments->dry_run, "Write nothing, say how much it would be");
  command->add_option("--threads", arguments->threads, "Threads that read and match (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command->callback([arguments, &action] { action = [arguments] { return Run(*arguments); }; });
}

}  // namespace trailsift
