// `trailsift rules test PATH…`: runs tests of rules, ours (YAML) and Wazuh's (.ini).
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `test` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0 when
// every case passes, 1 when one fails, 3 when the rules or a test file have faults, 6 when the output can't be written. `rules` owns
// what the command needs.
void AddRulesTest(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
