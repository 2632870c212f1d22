// `trailsift rules list`: the rules of a set, one a line.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `list` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0, or
// 3 when the rules have faults. `rules` owns what the command needs.
void AddRulesList(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
