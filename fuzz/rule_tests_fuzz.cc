// The readers of tests of rules against arbitrary text: YAML and .ini. Besides memory faults, a file without a fault whose cases are not
// whole is a crash.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/case_file.h"
#include "rules/ini_cases.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trailsift;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics yaml_faults;
  const std::vector<RuleCase> cases = ReadCaseFile(text, "fuzz", yaml_faults);
  if (!yaml_faults.has_errors()) {
    if (cases.empty()) std::abort();
    for (const RuleCase& made : cases)
      if (made.name.empty() || made.events.empty() || made.events.size() != made.expected.size()) std::abort();
  }
  Diagnostics ini_faults;
  for (const IniCase& made : ReadIniCases(text, "fuzz", ini_faults))
    if (made.lines.empty()) std::abort();
  return 0;
}
