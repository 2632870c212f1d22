// The exit codes of every command; a contract (docs/format/exit-codes.md). Where several would do, the first of this order is given:
// usage, configuration, local I/O, AWS, quarantine, findings.
#pragma once

namespace trailsift {

enum ExitCode : int {
  kExitOk = 0,
  kExitFindings = 1,  // --fail-on, failed tests, a difference
  kExitUsage = 2,
  kExitConfiguration = 3,  // configuration or rules
  kExitAws = 4,
  kExitQuarantine = 5,     // anything was quarantined
  kExitIo = 6,             // the local disk
  kExitInterrupted = 130,  // SIGINT
};

}  // namespace trailsift
