// `trailsift reparse DATE`: objects are read again, alerts that are missing are written (pipeline/reparse.h).
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddReparseCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
