#include "cli/import_wazuh.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "cli/exit_code.h"
#include "config/ossec_conf.h"
#include "source/checkpoint.h"
#include "source/store_factory.h"
#include "source/wazuh_progress.h"

namespace trailsift {
namespace {

struct ImportArguments {
  std::string database;
  std::vector<std::string> config;
  std::string home = "/var/lib/trailsift";
};

void Say(const std::string& text) { std::fprintf(stderr, "trailsift import-wazuh: %s\n", text.c_str()); }

int Import(const ImportArguments& arguments) {
  Diagnostics diagnostics;
  const std::optional<Settings> settings = LoadSettings(arguments.config, diagnostics);
  if (!settings) {
    for (const Diagnostic& item : diagnostics.items()) std::fprintf(stderr, "%s\n", item.ToString().c_str());
    return kExitConfiguration;
  }
  const Result<WazuhProgress> progress = ReadWazuhProgress(arguments.database);
  if (!progress.ok()) {
    Say(progress.status().message());
    return kExitIo;
  }
  const Result<std::unique_ptr<Checkpoint>> checkpoint = Checkpoint::Open(arguments.home);
  if (!checkpoint.ok()) {
    Say(checkpoint.status().message());
    return kExitIo;
  }
  std::set<std::string> taken;
  bool refused = false;
  for (const BucketSettings& bucket : settings->aws_s3.buckets) {
    if (bucket.type != "cloudtrail") continue;
    const std::string path = bucket.name + '/' + bucket.path + bucket.path_suffix;
    const Result<std::int64_t> source =
        (*checkpoint)->EnsureSource(SourceName(bucket), bucket.only_logs_after.value_or(NowMillis() / kDay));
    if (!source.ok()) {
      Say(source.status().message());
      return kExitIo;
    }
    bool found = false;
    for (const WazuhStream& stream : progress->streams) {
      if (stream.bucket_path != path) continue;
      found = true;
      taken.insert(path);
      const std::string place = path + ", account " + stream.account + ", region " + stream.region;
      if (const Status status = TakeOver(**checkpoint, *source, stream); status.code() == Code::kInvalid) {
        Say(path + ": not taken over: " + status.message());
        refused = true;
      } else if (!status.ok()) {
        Say(place + ": " + status.message());
        return kExitIo;
      } else {
        std::printf("%s: %zu objects are known; read on behind %s\n", place.c_str(), stream.keys.size(),
                    stream.keys.front().c_str());
      }
    }
    if (!found) Say(path + ": the file knows nothing of it; it starts as any new bucket");
  }
  for (const WazuhStream& stream : progress->streams)
    if (taken.insert(stream.bucket_path).second) Say(stream.bucket_path + ": no <bucket> of the configuration reads it; left out");
  for (const std::string& table : progress->other_tables)
    Say("table " + table + ": only buckets of type cloudtrail are taken over");
  return refused ? kExitFindings : kExitOk;
}

}  // namespace

void AddImportWazuhCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* command = app.add_subcommand("import-wazuh", "Take over what Wazuh's collector has read, before the first run");
  const auto arguments = std::make_shared<ImportArguments>();
  command->add_option("DATABASE", arguments->database, "Its file, /var/ossec/wodles/aws/s3_cloudtrail.db")->required();
  command->add_option("--config", arguments->config, "The configuration that will be run, may repeat")
      ->type_name("FILE")
      ->required();
  command->add_option("--home", arguments->home, "Where run writes everything")->type_name("DIR")->capture_default_str();
  command->callback([arguments, &action] { action = [arguments] { return Import(*arguments); }; });
}

}  // namespace trailsift
