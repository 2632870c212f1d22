// `trailsift hunt PATH|s3://bucket/prefix|-…`: the rules over history.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddHuntCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
