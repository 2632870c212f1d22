// `trailsift rules diff OLD NEW PATH…`: which alerts a change of rules adds and removes over history.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds `diff` to the command `rules`. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0 without
// a difference, 1 with one, else as `hunt`. `rules` owns what the command needs.
void AddRulesDiff(CLI::App& rules, std::function<int()>& action);

}  // namespace trailsift
