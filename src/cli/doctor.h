// `trailsift doctor`: tries what a configuration needs, here and at AWS, and says what is missing.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace trailsift {

void AddDoctorCommand(CLI::App& app, std::function<int()>& action);

}  // namespace trailsift
