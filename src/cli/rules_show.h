// `trailsift rules show ID`: all there is to know of one rule.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `show` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0, 1
// when the set has no such rule, 3 when the rules have faults. `rules` owns what the command needs.
void AddRulesShow(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
