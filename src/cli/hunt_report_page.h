// The report of a hunt as one HTML page (docs/format/hunt.md): no script, nothing fetched, and a content security policy that would refuse
// both; light or dark as the reader's system is, and fit for paper. Charts are SVG, each beside the numbers that it shows. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/hunt_report.h"
#include "pipeline/counters.h"

namespace trailsift {

// What the page says besides the alerts.
struct HuntFacts {
  std::string version;  // of the program
  Millis made = 0;
  std::vector<std::string> inputs;  // as on the command line
  std::string rules;                // `278 rules, 28 lists`
  int min_level = 0;
  std::optional<Millis> start;  // asked for
  std::optional<Millis> end;
  std::optional<Millis> first;  // of the events that were judged
  std::optional<Millis> last;
  RunCounters counters;
  std::string failure;  // the first thing that could not be read; empty: none
  bool interrupted = false;
};

std::string HuntReportPage(const HuntReport& report, const HuntFacts& facts);

}  // namespace trailsift
