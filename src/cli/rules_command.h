// `trailsift rules …`: what there is to know of rule files. One file a subcommand; this one only gathers them.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds the command `rules` with its subcommands. When one of them is on the command line, parsing sets `action`; running it gives the exit
// code. `app` owns what they need.
void AddRulesCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
