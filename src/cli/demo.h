// `trailsift demo`: the whole program on a small generated bucket, without AWS and without a network, in half a minute.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace trailsift {

// `program`: argv[0], for the children that the demo starts and kills.
void AddDemoCommand(CLI::App& app, std::function<int()>& action, const std::string& program);

}  // namespace trailsift
