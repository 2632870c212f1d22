// `trailsift rules check PATH…` or `--config FILE`: every fault of rule files, and of rules that load and can't do what was meant, one a
// line on stdout.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `check` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0
// when there is no error (warnings are none), 2 when no rules are named, else 3. `rules` owns what the command needs.
void AddRulesCheck(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
