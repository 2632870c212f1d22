// `trailsift init`: what has to be set up at AWS for a configuration.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddInitCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
