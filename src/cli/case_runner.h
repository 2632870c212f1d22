// Runs tests of rules: a case's events go through the same analyzer and windows as those of `run`, in event time, with a memory that is
// fresh for each case; a case that holds whole log lines goes through logtest's session instead. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "pipeline/analyzer.h"
#include "rules/ini_cases.h"
#include "rules/rule_case.h"
#include "rules/rule_set.h"

namespace trailsift {

// What came of one event.
struct EventOutcome {
  std::string rule;  // empty: none holds
  int level = 0;
  std::string description;
  bool raises_alert = false;                                               // of level 3 or more, as by default
  std::vector<std::string> also;                                           // trailsift.also
  std::vector<std::string> sigma;                                          // ids of the Sigma rules that hold
  std::vector<std::pair<std::string, std::optional<std::string>>> fields;  // those that are asked for
};

struct CaseResult {
  std::string name;
  Place place;
  bool passed = false;
  std::vector<std::string> faults;  // what differs, a sentence each; empty when passed
  std::size_t told = 0;             // the event that `expected` and `got` tell of, from 0: the first that differs, else the last
  std::optional<CaseExpectation> expected;
  EventOutcome got;
};

class CaseRunner {
 public:
  // `sources` without what a case changes in them.
  explicit CaseRunner(RuleSources sources) : sources_(std::move(sources)) {}

  // Loads the rules as they are without any case; nullptr with the reasons in `diagnostics`.
  std::shared_ptr<const RuleSet> Load(Diagnostics& diagnostics);

  CaseResult Run(const RuleCase& test);
  // As Wazuh's runner does it: by the clock of arrival, from the place that logtest takes by default.
  CaseResult Run(const IniCase& test);

 private:
  struct Loaded {
    AnalyzerOptions options;  // without rules where they don't load
    std::string why;          // they don't
  };
  const Loaded& LoadWith(const CaseLists& lists);

  RuleSources sources_;
  std::map<CaseLists, Loaded> loaded_;
};

}  // namespace trailsift
