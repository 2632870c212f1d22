// `trailsift run`: collect, detect, alert; the service.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddRunCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
