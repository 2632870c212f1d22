// `trailsift logtest`: log lines on stdin, and for each what the rules make of it; the options are those of wazuh-logtest.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

// Adds the command. When it is the one on the command line, parsing sets `action`; running it gives the exit code: 0, 3 when the rules are
// refused; with -U as wazuh-logtest: when the last line's rule:level:decoder is the expected one the number of expected parts that are
// empty, else 1. `app` owns what the command needs.
void AddLogtestCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
