// What tests of rules gave, in the forms that people, programs and CI systems read (docs/format/rule-tests.md). Pure functions.
#pragma once

#include <string>
#include <vector>

#include "cli/case_runner.h"

namespace trailsift {

// A line for each failed case, `FILE:LINE:COLUMN: FAILED name: what differs; …`, and `N passed, N failed`.
std::string CaseTable(const std::vector<CaseResult>& results);
// An array with an object for each case.
std::string CaseJson(const std::vector<CaseResult>& results);
// JUnit's XML: a suite for each file, a failure in each case that has one.
std::string CaseJUnit(const std::vector<CaseResult>& results);

}  // namespace trailsift
