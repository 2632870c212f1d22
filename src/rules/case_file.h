// Reads tests of rules from YAML (docs/format/rule-tests.md). Every fault of the file is reported at once, with its place; a misspelt word
// with the one that was meant. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "rules/rule_case.h"

namespace trailsift {

// The cases of the file, one for each actor of a `by_each`. Not to be run when `diagnostics` got an error.
std::vector<RuleCase> ReadCaseFile(const std::string& text, const std::string& file, Diagnostics& diagnostics);

}  // namespace trailsift
