// `trailsift config check FILE…`: every fault of the files, one a line on stdout, and what the settings will do.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds the command `config` with its `check`. When it is the one on the command line, parsing sets `action`; running it gives the
// exit code: 0 when there is no error, else 3. `app` owns what the command needs.
void AddConfigCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
