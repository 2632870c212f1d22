// `trailsift rules check PATH…`: every fault of rule files, one a line on stdout.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds the command `rules` with its `check`. When it is the one on the command line, parsing sets `action`; running it gives the exit
// code: 0 when there is no error, else 3. `app` owns what the command needs.
void AddRulesCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
