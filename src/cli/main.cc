// trailsift: watches AWS CloudTrail. One file a command; this one only picks it.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <functional>

#include "cli/aws_s3.h"
#include "cli/config_check.h"
#include "cli/demo.h"
#include "cli/doctor.h"
#include "cli/exit_code.h"
#include "cli/hunt.h"
#include "cli/import_wazuh.h"
#include "cli/init.h"
#include "cli/logtest.h"
#include "cli/reparse.h"
#include "cli/rules_command.h"
#include "cli/run.h"
#include "cli/verify.h"

namespace trailsift {
namespace {

int Main(int argc, char** argv) {
  // Left alone, the allocator learns from freed giants to keep their like in its heaps, and a run's memory creeps up.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  // A heap for each thread keeps what each of them once needed at most: a seventh of the peak.
  mallopt(M_ARENA_MAX, 2);
  if (IsAwsS3Call(argc, argv)) return AwsS3Main(argc, argv);
  CLI::App app("Watches AWS CloudTrail: collects a trail's objects from S3, detects with Wazuh rules, writes Wazuh alerts",
               "trailsift");
  app.set_version_flag("--version", "trailsift " TRAILSIFT_VERSION);
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of all commands");
  std::function<int()> action;
  AddRunCommand(app, action);
  AddReparseCommand(app, action);
  AddImportWazuhCommand(app, action);
  AddHuntCommand(app, action);
  AddVerifyCommand(app, action);
  AddConfigCommand(app, action);
  AddDoctorCommand(app, action);
  AddInitCommand(app, action);
  AddRulesCommand(app, action);
  AddLogtestCommand(app, action);
  AddDemoCommand(app, action, argv[0]);
  AddAwsS3Help(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return action ? action() : kExitUsage;
}

}  // namespace
}  // namespace trailsift

int main(int argc, char** argv) { return trailsift::Main(argc, argv); }
