#include "cli/doctor.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/log.h"
#include "cli/doctor_output.h"
#include "cli/exit_code.h"
#include "cli/rule_loading.h"
#include "config/ossec_conf.h"
#include "doctor/bucket_check.h"
#include "doctor/home_check.h"
#include "doctor/queue_check.h"
#include "doctor/service_check.h"

namespace trailsift {
namespace {

using Verdict = CheckResult::Verdict;
using Area = CheckResult::Area;

struct DoctorArguments {
  std::vector<std::string> config;
  std::string home = "/var/lib/trailsift";
  bool json = false;
  bool all = false;
  std::vector<std::string> objects;
};

CheckResult Told(Verdict verdict, const char* check, std::string detail) {
  CheckResult result;
  result.verdict = verdict;
  result.area = Area::kConfiguration;
  result.check = check;
  result.detail = std::move(detail);
  return result;
}

void TellDiagnostics(const Diagnostics& diagnostics, const char* check, const Tell& tell) {
  for (const Diagnostic& item : diagnostics.items())
    if (item.severity != Severity::kNote) {
      std::string place = item.file;
      if (item.line > 0) place += ':' + std::to_string(item.line);
      if (item.column > 0) place += ':' + std::to_string(item.column);
      CheckResult result = Told(item.severity == Severity::kError ? Verdict::kFail : Verdict::kWarn, check, item.message);
      result.subject = place;
      result.hint = item.hint;
      tell(std::move(result));
    }
}

void CheckModule(const AwsS3Settings& module, const DoctorOptions& options, const Tell& tell) {
  if (!module.present) return tell(Told(Verdict::kWarn, "configuration", "no <wodle name=\"aws-s3\"> block: nothing is collected"));
  if (module.disabled) tell(Told(Verdict::kWarn, "configuration", "<wodle name=\"aws-s3\"> is disabled: nothing is collected"));
  for (const BucketSettings& bucket : module.buckets) CheckBucket(bucket, options, tell);
  for (const ServiceSettings& service : module.services) CheckService(service, options, tell);
  for (const SubscriberSettings& subscriber : module.subscribers) CheckQueue(subscriber, options, tell);
}

std::optional<NamedObject> ReadObjectName(const std::string& text) {
  const std::size_t slash = text.find('/', 5);
  if (text.rfind("s3://", 0) != 0 || slash == 5 || slash == std::string::npos || slash + 1 == text.size()) return std::nullopt;
  return NamedObject{text.substr(5, slash - 5), text.substr(slash + 1)};
}

int Doctor(const DoctorArguments& arguments) {
  DoctorOptions options;
  for (const std::string& text : arguments.objects) {
    std::optional<NamedObject> object = ReadObjectName(text);
    if (!object) {
      std::fprintf(stderr, "trailsift doctor: --object %s: write s3://BUCKET/KEY\n", text.c_str());
      return kExitUsage;
    }
    options.objects.push_back(*std::move(object));
  }
  // Nothing is under way that would have to be finished.
  std::signal(SIGINT, [](int) { ::_exit(kExitInterrupted); });
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit shows as a failed write
  // What the parts log stands in the findings.
  SetLogLevel(LogLevel::kError);
  DoctorTable table;
  DoctorTotals totals;
  bool written = true;
  bool lacks_statements = false;
  const auto print = [&](const std::string& text) {
    written = written && std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  };
  const Tell tell = [&](const CheckResult& result) {
    totals.Add(result);
    lacks_statements |= result.missing.has_value();
    if (arguments.json) print(DoctorJsonLine(result));
    else print(table.Add(result));
  };

  Diagnostics of_files;
  const std::optional<Settings> settings = LoadSettings(arguments.config, of_files);
  TellDiagnostics(of_files, "configuration", tell);
  if (settings) {
    const AwsS3Settings& module = settings->aws_s3;
    tell(Told(Verdict::kOk, "configuration",
              std::to_string(module.buckets.size()) + " <bucket>, " + std::to_string(module.subscribers.size()) +
                  " <subscriber>, " + std::to_string(module.services.size()) + " <service>"));
    Diagnostics of_rules;
    const std::shared_ptr<const RuleSet> rules = LoadConfiguredRules(*settings, arguments.config, of_rules);
    TellDiagnostics(of_rules, "rules", tell);
    if (rules != nullptr) tell(Told(Verdict::kOk, "rules", DescribeRules(*rules)));
  }
  CheckHome(arguments.home, tell);
  if (!settings) {
    tell(Told(Verdict::kSkipped, "configuration", "nothing of AWS was tried: mend the configuration first"));
  } else {
    if (!options.objects.empty() && settings->aws_s3.subscribers.empty())
      tell(Told(Verdict::kWarn, "configuration", "--object: not read, there is no <subscriber> whose keys would read it"));
    if (arguments.all) options.max_streams = 0;
    options.log_integrity = settings->own.log_integrity;
    CheckModule(settings->aws_s3, options, tell);
  }
  print(table.Finish());
  if (arguments.json) {
    std::fprintf(stderr, "trailsift doctor: %s\n", totals.Text().c_str());
  } else {
    print('\n' + totals.Text() + '\n');
    if (lacks_statements) print("`trailsift init --iam` prints all statements that the configuration needs\n");
  }
  return written ? totals.exit_code() : kExitIo;
}

}  // namespace

void AddDoctorCommand(CLI::App& app, std::function<int()>& action) {
  CLI::App* command = app.add_subcommand("doctor", "Try what a configuration needs, here and at AWS, and say what is missing");
  const auto arguments = std::make_shared<DoctorArguments>();
  command->add_option("--config", arguments->config, "Configuration file, may repeat")->type_name("FILE")->required();
  command->add_option("--home", arguments->home, "The home of `run`")->type_name("DIR")->capture_default_str();
  command->add_flag("--json", arguments->json, "One JSON object a line");
  command->add_flag("--all", arguments->all, "Look at every account and region, not only at the first hundred of a bucket");
  command->add_option("--object", arguments->objects, "Read this object with the keys of each <subscriber>, may repeat")
      ->type_name("s3://BUCKET/KEY");
  command->callback([arguments, &action] { action = [arguments] { return Doctor(*arguments); }; });
}

}  // namespace trailsift
