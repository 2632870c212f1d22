// `trailsift rules coverage`: which techniques of MITRE ATT&CK the rules of a set name.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `coverage` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0, or
// 3 when the rules have faults. `rules` owns what the command needs.
void AddRulesCoverage(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
